import WarderCrypto
package import WarderModel

/// What a backup shows to everybody, and all that it takes to ask for the right secret. docs/formats/backup.md.
///
/// Nothing here is authentic until the first bytes of the database, or an empty array in their place, came out of a
/// ``BackupReader``.
package struct BackupHeader: Sendable {
    /// How many bytes of a file ``byteCount(ofPrefix:)`` needs.
    package static let prefixByteCount = BackupFormat.prefixBytes

    package let vault: RecordID
    /// When the backup was made.
    package let created: Timestamp
    /// The ways to the root key at that time: 1 to 64.
    package let slots: [KeySlot]
    /// All bytes of the header, as they stand in the file.
    package let bytes: [UInt8]

    let contentBytes: UInt64
    let sealedKey: [UInt8]
    let streamHeader: [UInt8]

    /// Length of the whole file in bytes. A file of another length is no good, which can be said without a key.
    package var fileByteCount: UInt64 {
        UInt64(bytes.count) + contentBytes
            + BackupFormat.chunks(of: contentBytes) * UInt64(SecretStream.overhead)
    }

    /// Length of the header, prefix included: at most 16,403 bytes.
    ///
    /// - Parameter prefix: the first ``prefixByteCount`` bytes of a file, or all of a shorter one.
    /// - Returns: the length in bytes.
    /// - Throws: ``BackupError/notABackup``, ``BackupError/unknownFormat(_:)``, ``BackupError/truncated``,
    ///   ``BackupError/malformed``.
    package static func byteCount(ofPrefix prefix: [UInt8]) throws(BackupError) -> Int {
        guard prefix.starts(with: BackupFormat.magic), prefix.count > BackupFormat.magic.count else {
            throw .notABackup
        }
        var cursor = ByteCursor(Array(prefix.dropFirst(BackupFormat.magic.count)))
        let format: UInt8 = try cursor.number()
        guard format == BackupFormat.format else { throw .unknownFormat(format) }
        guard prefix.count >= prefixByteCount else { throw .truncated }
        let rest: UInt32 = try cursor.number()
        guard rest <= BackupFormat.maximumHeaderBytes else { throw .malformed }
        return prefixByteCount + Int(rest)
    }

    /// - Parameter bytes: as many as ``byteCount(ofPrefix:)`` says.
    /// - Throws: as ``byteCount(ofPrefix:)``, and ``BackupError/unknownSlotKind``.
    package init(_ bytes: [UInt8]) throws(BackupError) {
        let count = try Self.byteCount(ofPrefix: bytes)
        guard bytes.count >= count else { throw .truncated }
        guard bytes.count == count else { throw .malformed }
        var cursor = ByteCursor(Array(bytes.dropFirst(Self.prefixByteCount)))
        vault = try cursor.id()
        created = try cursor.time()
        contentBytes = try cursor.number()
        let slotCount: UInt8 = try cursor.number()
        guard (1...BackupFormat.maximumContentBytes).contains(contentBytes),
            (1...BackupFormat.maximumSlots).contains(Int(slotCount))
        else { throw .malformed }
        var slots: [KeySlot] = []
        for _ in 0..<slotCount { slots.append(try cursor.slot()) }
        self.slots = slots
        sealedKey = try cursor.take(BackupFormat.sealedKeyBytes)
        streamHeader = try cursor.take(SecretStream.headerByteCount)
        guard cursor.isAtEnd else { throw .malformed }
        self.bytes = bytes
    }

    /// Puts a header together.
    ///
    /// - Throws: ``BackupError/malformed`` for what could not be read again.
    init(
        vault: RecordID,
        created: Timestamp,
        contentBytes: UInt64,
        slots: [KeySlot],
        sealedKey: [UInt8],
        streamHeader: [UInt8]
    ) throws(BackupError) {
        guard slots.count <= BackupFormat.maximumSlots else { throw .malformed }
        let rest =
            vault.bytes + bigEndianBytes(UInt64(bitPattern: created.milliseconds)) + bigEndianBytes(contentBytes)
            + [UInt8(slots.count)] + slots.flatMap(\.backupBytes) + sealedKey + streamHeader
        try self.init(
            BackupFormat.magic + [BackupFormat.format] + bigEndianBytes(UInt32(rest.count)) + rest
        )
    }

    /// What the first chunk is bound to: all that stands before it.
    var digest: [UInt8] { SHA256Digest.hash(bytes) }

    /// What the file key is bound to.
    static func keyBinding(_ vault: RecordID) -> [UInt8] {
        Binding("backup", vault: vault).adding(fixed: [BackupFormat.format]).bytes
    }
}
