package import SecretMemory
package import WarderModel

/// Where the proxy gets credentials: for each request, for the calls that are in flight at that moment.
package protocol CredentialSource: Sendable {
    /// The credential, if every one of `calls` may have it. Where one may not, no approval of another one is used up.
    ///
    /// - Throws: ``CredentialFault``.
    func resolve(
        _ secret: SecretName,
        field: FieldName,
        for calls: [ToolCall]
    ) async throws(CredentialFault) -> IssuedCredential
}

/// Why there is no credential.
package enum CredentialFault: Error, Hashable, Sendable {
    /// At least one of the calls may not have it, now or at all.
    case denied
    /// People are asked about at least one of the calls, and have not decided.
    case unapproved
    /// The vault is away, sealed, or busy, or does not know this process just now.
    case unavailable
}

/// A credential for one request.
package struct IssuedCredential: Sendable {
    /// The value.
    package let value: SecretBytes
    /// The version's number.
    package let version: UInt32
    /// The credential as another version, if there is one by now and it is given without anybody being asked again. It
    /// takes the place of this one, of which nothing more is wanted then.
    package let renew: @Sendable () async -> IssuedCredential?
    /// Tells the source what became of the requests that were made with it, and gives up what it was given for them.
    /// Fails in silence: they are over.
    package let finish: @Sendable ([UpstreamReport]) async -> Void

    /// A credential. Whoever gets one calls `finish` once, or has it renewed.
    package init(
        value: SecretBytes,
        version: UInt32,
        renew: @escaping @Sendable () async -> IssuedCredential?,
        finish: @escaping @Sendable ([UpstreamReport]) async -> Void
    ) {
        self.value = value
        self.version = version
        self.renew = renew
        self.finish = finish
    }
}

/// One request that was made with a credential.
package struct UpstreamReport: Hashable, Sendable {
    /// The method.
    package var method: String
    /// Where it went: host, and port where it is not the scheme's own.
    package var host: String
    /// The answer's status; `nil` where none came.
    package var status: Int?
    /// How long the answer's head took.
    package var duration: Duration

    /// A report.
    package init(method: String, host: String, status: Int?, duration: Duration) {
        self.method = method
        self.host = host
        self.status = status
        self.duration = duration
    }
}
