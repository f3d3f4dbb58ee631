public import SecretMemory

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

    /// The fields behind the first.
    let others: [String: SecretBytes]

    /// What the value was resolved with; a report about the call goes out under the same token.
    let token: VaultToken
    /// What was asked for.
    let request: SecretRequest

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

/// Thrown by the body of ``WarderClient/withCredential(_:field:for:toolDigest:arguments:context:_:)`` when the upstream
/// did not accept the value, and did nothing.
public struct CredentialRefused: Error, Hashable, Sendable {
    /// A refusal; it needs no detail, and a detail could hold the credential.
    public init() {}
}
