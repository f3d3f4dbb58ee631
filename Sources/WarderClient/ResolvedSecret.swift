public import SecretMemory
import WarderModel

/// A secret as it is now, in one field or several of one version. Use it for the call it was asked for, then let it go:
/// keeping it is how credentials go stale.
public struct ResolvedSecret: Sendable {
    /// The secret's name.
    public let name: String
    /// The field; the first of several.
    public let field: String
    /// The version's number; it changes when an operator or a rotation changes the value.
    public let version: UInt32
    /// The value, in protected memory that is wiped when the last reference goes.
    public let value: SecretBytes
    /// How long ago the vault gave this value, where it could not be asked now; `nil` when it was asked. Only calls that
    /// name `maxStale` see anything else.
    public let stale: Duration?

    /// The fields behind the first.
    let others: [String: SecretBytes]

    /// What the value was resolved with, and a report about the call goes out under; `nil` for a value that was kept.
    let token: VaultToken?
    /// What was asked for.
    let request: SecretRequest
    /// How long the vault lets the value be used while it cannot be asked; zero is never.
    let limit: Duration

    /// `values`: of the fields that were asked for, in their order; at least one.
    init(
        _ request: SecretRequest,
        version: UInt32,
        values: [SecretBytes],
        token: VaultToken?,
        limit: Duration = .zero,
        stale: Duration? = nil
    ) {
        name = request.name.text
        field = request.field.text
        self.version = version
        value = values[0]
        self.stale = stale
        others =
            request.others.isEmpty
            ? [:] : Dictionary(uniqueKeysWithValues: zip(request.others.map(\.text), values.dropFirst()))
        self.token = token
        self.request = request
        self.limit = limit
    }

    /// The text of the token that it was resolved with, for whoever shows that it is of no use elsewhere.
    package var tokenText: SecretBytes? { token?.text }

    /// Those of all fields that were asked for, in their order.
    var values: [SecretBytes] { [value] + request.others.compactMap { others[$0.text] } }

    /// The value as text, or `nil` if it is not UTF-8. This copy lies in ordinary memory, and nothing wipes it.
    ///
    /// For libraries that take credentials as `String`: make it where it is used, and do not store it.
    public func unprotectedText() -> String? {
        Self.text(value)
    }

    /// The value of a field that was asked for; `nil` for others.
    public subscript(field: String) -> SecretBytes? { field == self.field ? value : others[field] }

    /// A field as ``unprotectedText()``; `nil` also for one that was not asked for.
    public func unprotectedText(_ field: String) -> String? { self[field].flatMap(Self.text) }

    private static func text(_ value: SecretBytes) -> String? {
        unsafe value.withUnsafeBytes { unsafe String(validating: $0, as: UTF8.self) }
    }
}

extension ResolvedSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always the same text.
    public var description: String { "ResolvedSecret(redacted)" }

    /// Always the same text.
    public var debugDescription: String { description }

    /// A mirror without children.
    public var customMirror: Mirror {
        Mirror(self, children: EmptyCollection<Mirror.Child>(), ancestorRepresentation: .suppressed)
    }
}

/// Thrown by the body of ``WarderClient/withCredential(_:field:for:toolDigest:arguments:context:maxStale:_:)`` when the upstream
/// did not accept the value, and did nothing.
public struct CredentialRefused: Error, Hashable, Sendable {
    /// A refusal; it needs no detail, and a detail could hold the credential.
    public init() {}
}
