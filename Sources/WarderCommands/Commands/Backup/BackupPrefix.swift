import WarderModel

/// What a backup says of itself in the clear, as far as a command needs it that only carries it: docs/formats/backup.md.
struct BackupPrefix {
    /// Bytes of the file that it is read from.
    static let byteCount = 51

    private static let magic = Array("warder backup\0".utf8)
    private static let chunkBytes: UInt64 = 65_536
    /// What sealing adds to a chunk.
    private static let chunkOverhead: UInt64 = 17
    /// Magic, format, and the length of the rest of the header itself.
    private static let lengthEnd: UInt64 = 19
    /// Most bytes of the rest of the header.
    private static let maximumRest: UInt64 = 16_384

    /// The vault that it is of, sixteen bytes. A restored vault has the one of its backup.
    let vault: [UInt8]
    /// When the backup was made.
    let created: Timestamp
    /// How long the whole file is, in bytes.
    let fileByteCount: UInt64
    /// How long all of the header is, in bytes.
    let headerByteCount: Int

    /// `nil` for bytes that no backup of format 1 begins with.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.byteCount, bytes.starts(with: Self.magic), bytes[14] == 1 else { return nil }
        func number(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
        vault = Array(bytes[19..<35])
        created = Timestamp(milliseconds: Int64(bitPattern: number(35..<43)))
        let content = number(43..<51)
        let rest = number(15..<19)
        guard (1...(1 << 47)).contains(content), rest <= Self.maximumRest else { return nil }
        let chunks = (content + Self.chunkBytes - 1) / Self.chunkBytes
        fileByteCount = Self.lengthEnd + rest + content + chunks * Self.chunkOverhead
        headerByteCount = Int(Self.lengthEnd + rest)
    }
}
