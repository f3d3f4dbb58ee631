import SecretShares
import WarderCrypto
import WarderModel

extension KeySlot {
    /// The slot as it stands in a backup's header: kind and parameters spelled as in the associated data of its own
    /// sealing.
    var backupBytes: [UInt8] {
        let kindBytes = Array(kindName.utf8)
        let head = id.bytes + bigEndianBytes(UInt64(bitPattern: created.milliseconds))
        return head + [UInt8(kindBytes.count)] + kindBytes + kind.backupBytes + wrapped
    }
}

extension KeySlot.Kind {
    /// Salt and parameters.
    fileprivate var backupBytes: [UInt8] {
        switch self {
        case .passphrase(let salt, let passes, let memoryBytes):
            salt + bigEndianBytes(UInt64(passes)) + bigEndianBytes(UInt64(memoryBytes))
        case .credential(let salt):
            salt
        case .shares(let salt, let set):
            salt + set.id.bytes + bigEndianBytes(UInt32(set.threshold)) + bigEndianBytes(UInt32(set.count))
        }
    }
}

extension ByteCursor {
    /// - Throws: ``BackupError/malformed``, also for parameters that no slot can have: they come before anything can be
    ///   authentic, and decide how much work and memory a passphrase takes. ``BackupError/unknownSlotKind``.
    mutating func slot() throws(BackupError) -> KeySlot {
        let id = try id()
        let created = try time()
        guard let opener = KeySlot.Opener(rawValue: try text()) else { throw .unknownSlotKind }
        let kind = try parameters(of: opener)
        return KeySlot(id: id, kind: kind, created: created, wrapped: try take(BackupFormat.wrappedRootBytes))
    }

    private mutating func parameters(of opener: KeySlot.Opener) throws(BackupError) -> KeySlot.Kind {
        let salt = try take(KeySlot.credentialSaltBytes)
        switch opener {
        case .passphrase:
            let passes: UInt64 = try number()
            let memoryBytes: UInt64 = try number()
            guard let passes = Int(exactly: passes), let memoryBytes = Int(exactly: memoryBytes),
                (try? PasswordHash.Cost(passes: passes, memoryBytes: memoryBytes)) != nil
            else { throw .malformed }
            return .passphrase(salt: salt, passes: passes, memoryBytes: memoryBytes)
        case .credential:
            return .credential(salt: salt)
        case .shares:
            let id = try id()
            let threshold: UInt32 = try number()
            let count: UInt32 = try number()
            guard let set = try? ShareSet(id: id, threshold: Int(threshold), count: Int(count)) else {
                throw .malformed
            }
            return .shares(salt: salt, set: set)
        }
    }
}
