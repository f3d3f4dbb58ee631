import SecretMemory
package import WarderCrypto
package import WarderModel

extension KeyRing {
    private static let format: UInt8 = 1
    /// purpose (1), epoch (4), created (8), key (32)
    private static let entryCount = 45

    /// The keyring sealed under the root key: format byte, then nonce, ciphertext and tag. docs/formats/keyring.md.
    ///
    /// `profile` is bound to it: whoever can write to the database must not be able to loosen the vault's rules.
    package func sealed(under root: AEADKey, profile: Profile) throws(SealingError) -> [UInt8] {
        do {
            let plain = try unsafe SecretBytes(count: entries.count * Self.entryCount) { buffer in
                var offset = 0
                for entry in entries {
                    let head =
                        [entry.purpose.rawValue] + bigEndianBytes(entry.epoch)
                        + bigEndianBytes(UInt64(bitPattern: entry.created.milliseconds))
                    unsafe buffer[offset..<offset + 13].copyBytes(from: head)
                    unsafe entry.key.withUnsafeBytes { key in
                        unsafe buffer[offset + 13..<offset + Self.entryCount].copyBytes(from: key)
                    }
                    offset += Self.entryCount
                }
            }
            return [Self.format] + AEAD.seal(plain, key: root, associatedData: Self.binding(vault, profile))
        } catch { throw .exhausted }
    }

    /// - Throws: `tampered` when the root key is not the one, or the bytes were altered, or belong to another vault or
    ///   profile.
    package static func open(
        _ sealed: [UInt8],
        under root: AEADKey,
        vault: RecordID,
        profile: Profile
    ) throws(SealingError) -> KeyRing {
        guard let format = sealed.first else { throw .malformed }
        guard format == Self.format else { throw .unknownFormat(format) }
        let plain: SecretBytes
        do { plain = try AEAD.open(sealed.dropFirst(), key: root, associatedData: binding(vault, profile)) } catch {
            throw SealingError(error)
        }
        guard plain.count > 0, plain.count.isMultiple(of: entryCount) else { throw .malformed }
        var entries: [Entry] = []
        for offset in stride(from: 0, to: plain.count, by: entryCount) {
            let head = unsafe plain.withUnsafeBytes { unsafe Array($0[offset..<offset + 13]) }
            guard let purpose = Purpose(rawValue: head[0]) else { throw .malformed }
            let key: SecretBytes
            do { key = try plain.slice(offset + 13..<offset + entryCount) } catch { throw .exhausted }
            entries.append(
                Entry(
                    purpose: purpose,
                    epoch: head[1..<5].reduce(0) { $0 << 8 | UInt32($1) },
                    created: Timestamp(
                        milliseconds: Int64(bitPattern: head[5..<13].reduce(0) { $0 << 8 | UInt64($1) })
                    ),
                    key: key
                )
            )
        }
        return try KeyRing(vault: vault, entries: entries)
    }

    /// What a sealed keyring is bound to.
    static func binding(_ vault: RecordID, _ profile: Profile) -> [UInt8] {
        let code: UInt8 =
            switch profile {
            case .singleUser: 1
            case .team: 2
            }
        return Binding("keyring", vault: vault).adding(fixed: [format, code]).bytes
    }
}
