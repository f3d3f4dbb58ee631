package import SecretMemory
package import SecretShares
package import WarderCrypto
package import WarderModel

/// One way to open the vault: the root key, wrapped by what an operator knows or a machine holds.
/// docs/formats/key-slot.md.
///
/// Slots stand side by side: any one opens, each can be added and removed while the others stay.
package struct KeySlot: Sendable, Identifiable {
    package static let format: UInt8 = 1

    /// How the wrapping key comes about, with everything public that it takes.
    package enum Kind: Sendable, Equatable {
        /// Argon2id of a passphrase.
        case passphrase(salt: [UInt8], passes: Int, memoryBytes: Int)
        /// A file of at least 32 random bytes: kept by a machine, or handed over by systemd.
        case credential(salt: [UInt8])
        /// 32 random bytes that nobody holds: the shares of a set give them back.
        case shares(salt: [UInt8], set: ShareSet)
    }

    /// What has to be brought to open a slot.
    package enum Opener: String, Sendable, CaseIterable {
        case passphrase, credential, shares
    }

    package let id: RecordID
    package let kind: Kind
    package let created: Timestamp
    /// The root key under the wrapping key: format (1), nonce (24), ciphertext (32), tag (16)
    package let wrapped: [UInt8]

    package init(id: RecordID, kind: Kind, created: Timestamp, wrapped: [UInt8]) {
        self.id = id
        self.kind = kind
        self.created = created
        self.wrapped = wrapped
    }

    /// Shortest credential in bytes. It is hashed quickly, so it must be random, not chosen.
    package static let minimumCredentialBytes = 32
    /// Length of a credential's salt in bytes; a passphrase's has as many, which Argon2id itself demands.
    package static let credentialSaltBytes = 16

    package var opener: Opener {
        switch kind {
        case .passphrase: .passphrase
        case .credential: .credential
        case .shares: .shares
        }
    }

    /// The name of the kind in the database, in `status` and in events.
    package var kindName: String { opener.rawValue }
}

extension KeySlot {
    /// Wraps the root key. Takes as long as `kind` says: off event loops only.
    package static func wrap(
        root: AEADKey,
        with secret: SecretBytes,
        kind: Kind,
        id: RecordID,
        vault: RecordID,
        at time: Timestamp
    ) throws(SealingError) -> KeySlot {
        let key = try wrappingKey(secret, kind: kind, vault: vault)
        let wrapped = AEAD.seal(root.bytes, key: key, associatedData: binding(kind: kind, id: id, vault: vault))
        return KeySlot(id: id, kind: kind, created: time, wrapped: [format] + wrapped)
    }

    /// The root key.
    /// - Throws: `tampered` for a wrong secret and for a damaged slot alike: nobody can tell the two apart.
    ///   `unknownFormat` before
    ///   any work is done.
    package func open(with secret: SecretBytes, vault: RecordID) throws(SealingError) -> AEADKey {
        guard let format = wrapped.first else { throw .malformed }
        guard format == Self.format else { throw .unknownFormat(format) }
        let key = try Self.wrappingKey(secret, kind: kind, vault: vault)
        return try AEADKey(
            unwrapping: wrapped.dropFirst(),
            under: key,
            associatedData: Self.binding(kind: kind, id: id, vault: vault)
        )
    }

    private static func wrappingKey(
        _ secret: SecretBytes,
        kind: Kind,
        vault: RecordID
    ) throws(SealingError) -> AEADKey {
        try sealing { () throws(CryptoError) in
            switch kind {
            case .passphrase(let salt, let passes, let memoryBytes):
                let cost = try PasswordHash.Cost(passes: passes, memoryBytes: memoryBytes)
                return try PasswordHash.deriveKey(passphrase: secret, salt: salt, cost: cost)
            case .credential(let salt), .shares(let salt, _):
                guard secret.count >= minimumCredentialBytes, salt.count == credentialSaltBytes else {
                    throw .malformed
                }
                let uniform = try DerivationKey(CredentialHash.uniformKey(secret))
                return try AEADKey(KeyDerivation.subkey(of: uniform, label: "key slot", context: vault.bytes + salt))
            }
        }
    }

    private static func binding(kind: Kind, id: RecordID, vault: RecordID) -> [UInt8] {
        let binding = Binding("key-slot", vault: vault).adding(fixed: [format]).adding(id)
        switch kind {
        case .passphrase(let salt, let passes, let memoryBytes):
            return binding.adding("passphrase").adding(fixed: salt).adding(UInt64(passes)).adding(UInt64(memoryBytes))
                .bytes
        case .credential(let salt):
            return binding.adding("credential").adding(fixed: salt).bytes
        case .shares(let salt, let set):
            return binding.adding("shares").adding(fixed: salt).adding(set.id).adding(UInt32(set.threshold))
                .adding(UInt32(set.count)).bytes
        }
    }
}

/// Shortens a credential of any length to a uniform key.
private enum CredentialHash {
    /// Public, and as long as a key of the keyed hash must be: 32 bytes.
    private static let fixedKey = "warder credential hash version 1"

    static func uniformKey(_ credential: SecretBytes) throws(CryptoError) -> SecretBytes {
        let fixed: SecretBytes
        do { fixed = try SecretBytes(copying: fixedKey.utf8) } catch { throw .secretMemory(error) }
        var digest = KeyedHash.hash(credential, key: try KeyedHashKey(fixed), label: "credential")
        defer { zero(&digest) }
        do { return try SecretBytes(copying: digest) } catch { throw .secretMemory(error) }
    }
}
