import SecretMemory
import WarderCrypto
package import WarderModel

/// One version's fields as they lie in the database: sealed under a data key of their own, which a key-encryption key
/// wraps. docs/formats/sealed-value.md.
///
/// Erasing the wrapped key erases the value, wherever copies of its ciphertext lie within this database's pages.
package struct SealedValue: Sendable, Equatable {
    package static let format: UInt8 = 1

    /// Epoch of the key-encryption key.
    package let epoch: UInt32
    /// format (1), nonce (24), ciphertext (32), tag (16)
    package let wrappedKey: [UInt8]
    /// format (1), nonce (24), ciphertext, tag (16)
    package let sealed: [UInt8]

    package init(epoch: UInt32, wrappedKey: [UInt8], sealed: [UInt8]) {
        self.epoch = epoch
        self.wrappedKey = wrappedKey
        self.sealed = sealed
    }
}

extension KeyRing {
    /// Seals a version's fields for the place (`secret`, `version`).
    package func seal(
        _ fields: SecretFields,
        secret: RecordID,
        version: UInt32
    ) throws(SealingError) -> SealedValue {
        let entry = try current(.keyEncryption)
        do {
            let dataKey = try AEADKey.random()
            let place = valueBinding(secret: secret, version: version)
            let sealed = AEAD.seal(try fields.encoded(), key: dataKey, associatedData: place.bytes)
            return SealedValue(
                epoch: entry.epoch,
                wrappedKey: try wrap(dataKey, under: entry, secret: secret, version: version),
                sealed: [SealedValue.format] + sealed
            )
        } catch let error as CryptoError { throw SealingError(error) } catch { throw .exhausted }
    }

    /// - Throws: `tampered` when the bytes were altered or lie in another secret's or version's place.
    package func open(
        _ value: SealedValue,
        secret: RecordID,
        version: UInt32
    ) throws(SealingError) -> SecretFields {
        guard let format = value.sealed.first else { throw .malformed }
        guard format == SealedValue.format else { throw .unknownFormat(format) }
        let dataKey = try dataKey(of: value, secret: secret, version: version)
        let plain = try sealing { () throws(CryptoError) in
            try AEAD.open(
                value.sealed.dropFirst(),
                key: dataKey,
                associatedData: valueBinding(secret: secret, version: version).bytes
            )
        }
        return try SecretFields(decoding: plain)
    }

    /// A version's data key as it is stored, for `dataKey(of:secret:version:)` to open again.
    func wrap(
        _ dataKey: AEADKey,
        under entry: Entry,
        secret: RecordID,
        version: UInt32
    ) throws(CryptoError) -> [UInt8] {
        let binding = keyBinding(secret: secret, version: version, epoch: entry.epoch)
        let wrapping = try AEADKey(entry.key)
        return [SealedValue.format] + AEAD.seal(dataKey.bytes, key: wrapping, associatedData: binding)
    }

    func dataKey(of value: SealedValue, secret: RecordID, version: UInt32) throws(SealingError) -> AEADKey {
        guard let format = value.wrappedKey.first else { throw .malformed }
        guard format == SealedValue.format else { throw .unknownFormat(format) }
        let secretKey = try key(.keyEncryption, epoch: value.epoch)
        let wrapping = try sealing { () throws(CryptoError) in try AEADKey(secretKey) }
        return try AEADKey(
            unwrapping: value.wrappedKey.dropFirst(),
            under: wrapping,
            associatedData: keyBinding(secret: secret, version: version, epoch: value.epoch)
        )
    }

    private func valueBinding(secret: RecordID, version: UInt32) -> Binding {
        Binding("value", vault: vault).adding(fixed: [SealedValue.format]).adding(secret).adding(version)
    }

    private func keyBinding(secret: RecordID, version: UInt32, epoch: UInt32) -> [UInt8] {
        Binding("data-key", vault: vault).adding(fixed: [SealedValue.format]).adding(secret).adding(version)
            .adding(epoch).bytes
    }
}
