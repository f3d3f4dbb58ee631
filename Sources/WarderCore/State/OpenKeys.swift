package import Sealing
package import SecretMemory
package import WarderCrypto
package import WarderModel

/// What an unsealed vault holds of its keys, prepared for use.
package struct OpenKeys: Sendable {
    package let ring: KeyRing
    package let events: EventSealer
    /// Wraps the keyring, and is what every slot wraps.
    let root: AEADKey
    /// Signs the log's checkpoints.
    let signing: SigningKey
    private let fingerprintKey: KeyedHashKey
    /// Made anew at each unsealing: tokens end with the process anyway.
    private let tokenKey: KeyedHashKey
    private let nonces: NoncePool

    package init(_ ring: KeyRing, root: AEADKey) throws(SealingError) {
        let tokenKey: KeyedHashKey
        do { tokenKey = try KeyedHashKey.random() } catch { throw SealingError(error) }
        try self.init(ring, root: root, tokenKey: tokenKey, nonces: NoncePool())
    }

    private init(_ ring: KeyRing, root: AEADKey, tokenKey: KeyedHashKey, nonces: NoncePool) throws(SealingError) {
        self.ring = ring
        self.root = root
        self.tokenKey = tokenKey
        self.nonces = nonces
        events = try EventSealer(ring)
        let seed = try ring.current(.signing).key
        do { signing = try SigningKey(seed: seed) } catch { throw SealingError(error) }
        let fingerprint = try ring.current(.fingerprint).key
        do { fingerprintKey = try KeyedHashKey(fingerprint) } catch { throw SealingError(error) }
    }

    /// Other keys for what is stored; tokens stay what they are.
    func replacing(ring: KeyRing, root: AEADKey) throws(SealingError) -> OpenKeys {
        try OpenKeys(ring, root: root, tokenKey: tokenKey, nonces: nonces)
    }

    /// What stands in the log for a value that must not: lets the vault recognise the value again, and nobody else.
    package func fingerprint(_ value: SecretBytes) -> String {
        Hex.encode(KeyedHash.hash(value, key: fingerprintKey, label: "value"))
    }

    package func fingerprint(arguments canonical: [UInt8]) -> String {
        Hex.encode(KeyedHash.hash(canonical, key: fingerprintKey, label: "arguments"))
    }

    /// Tells one call from another, as long as tokens live.
    func fingerprint(_ call: ApprovalSubject) throws(Refusal) -> String {
        do { return Hex.encode(KeyedHash.hash(try RecordCoding.encode(call), key: tokenKey, label: "call")) } catch {
            throw Refusal(error)
        }
    }

    package func hash(_ token: PresentedToken) -> TokenHash {
        TokenHash(exactly: KeyedHash.hash(token.body, key: tokenKey, label: "token"))
    }

    /// Sixteen random bytes, so that an event's leaf gives nothing away to somebody who guesses its fields.
    func eventNonce() -> RecordID { nonces.next() }

    func newRecordID() -> RecordID { nonces.next() }
}

/// A well-formed bearer text, of which nothing more is known.
package struct PresentedToken: Sendable {
    let body: [UInt8]

    /// `nil` for anything that is not spelled as a token.
    package init?(text: some StringProtocol) {
        guard let body = TokenText.decode(text) else { return nil }
        self.body = body
    }

    init(body: [UInt8]) { self.body = body }
}
