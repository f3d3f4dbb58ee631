import SecretMemory
import StrictJSON
import WarderModel

/// Answers that hold something secret are read by hand, from the body into protected memory.
extension VaultAnswer {
    /// What an answer to a token request tells.
    struct Issued {
        let text: SecretBytes
        /// Life from the moment the vault issued it.
        let life: Duration
    }

    /// The token of `POST /v1/tokens`.
    ///
    /// - Throws: As `document(expecting:)`; `.protocolViolation` for a token that could not be sent back in a header,
    ///   or a life that is
    ///   not 1 s to 1 h.
    func issuedToken() throws(WarderClientError) -> Issued {
        let root = try document(expecting: 201).root
        let text = try root.member("token").secretOfAnswer()
        guard Self.isHeaderText(text), let life = try? root.member("expires_in")?.int(), (1...3_600).contains(life)
        else {
            throw WarderClientError(.protocolViolation)
        }
        return Issued(text: text, life: .seconds(life))
    }

    /// The values of `GET /v1/secrets/{name}`.
    ///
    /// - Throws: As `document(expecting:)`, and as ``ResolvedSecret/init(_:reading:token:)``.
    func secret(_ request: SecretRequest, token: VaultToken) throws(WarderClientError) -> ResolvedSecret {
        try ResolvedSecret(request, reading: document(expecting: 200), token: token)
    }

    private static func isHeaderText(_ text: SecretBytes) -> Bool {
        guard (1...256).contains(text.count) else { return false }
        return unsafe text.withUnsafeBytes { unsafe $0.allSatisfy { (0x21...0x7E).contains($0) } }
    }
}
