public import SecretMemory

/// One field of a secret as it is now. Use it for the call it was asked for, then let it go: keeping it is how
/// credentials go stale.
public struct ResolvedSecret: Sendable {
    /// The secret's name.
    public let name: String
    /// The field.
    public let field: String
    /// The version's number; it changes when an operator or a rotation changes the value.
    public let version: UInt32
    /// The value, in protected memory that is wiped when the last reference goes.
    public let value: SecretBytes

    /// What the value was resolved with; a report about the call goes out under the same token.
    let token: VaultToken

    /// The value as text, or `nil` if it is not UTF-8. This copy lies in ordinary memory, and nothing wipes it.
    ///
    /// For libraries that take credentials as `String`: make it where it is used, and do not store it.
    public func unprotectedText() -> String? {
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
