import WarderCrypto
import WarderModel

extension KeySlot {
    /// Whether it has the shape of a slot that can be opened, as far as that shows without what opens it.
    package var isWellFormed: Bool {
        // format (1), nonce (24), key (32), tag (16)
        guard wrapped.first == Self.format, wrapped.count == 73 else { return false }
        switch kind {
        case .passphrase(let salt, let passes, let memoryBytes):
            return salt.count == PasswordHash.saltByteCount
                && (try? PasswordHash.Cost(passes: passes, memoryBytes: memoryBytes)) != nil
        case .credential(let salt), .shares(let salt, _):
            return salt.count == Self.credentialSaltBytes
        }
    }
}

extension KeyRing {
    /// Whether bytes have the shape of a sealed keyring with so many keys.
    package static func couldBeSealed(_ sealed: [UInt8], entries: Int) -> Bool {
        // format (1), nonce (24), tag (16); purpose (1), epoch (4), created (8), key (32) for each
        sealed.first == 1 && sealed.count == 41 + entries * 45
    }
}
