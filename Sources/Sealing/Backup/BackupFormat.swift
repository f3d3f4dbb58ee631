import WarderCrypto

/// The numbers of the backup file, format 1. docs/formats/backup.md.
enum BackupFormat {
    static let magic = Array("warder backup\0".utf8)
    static let format: UInt8 = 1
    /// Magic, format, length of the rest of the header.
    static let prefixBytes = magic.count + 1 + 4
    /// Most bytes of the rest of the header. It is read before anything is known to be authentic.
    static let maximumHeaderBytes = 16_384
    static let maximumSlots = 64
    /// Nonce, key, tag.
    static let sealedKeyBytes = SecretStreamKey.byteCount + AEAD.overhead
    /// Format, nonce, key, tag.
    static let wrappedRootBytes = 1 + AEADKey.byteCount + AEAD.overhead
    /// Plaintext of every chunk but the last.
    static let chunkBytes = 65_536
    /// 2^31 chunks: the stream's counter does not come round, so that nothing has to be said about what it does then.
    static let maximumContentBytes: UInt64 = 1 << 47
    /// Leaves more than the longest manifest and the digest need.
    static let maximumDatabaseBytes = maximumContentBytes - 4096

    /// Chunks of a content, which is never empty.
    static func chunks(of contentBytes: UInt64) -> UInt64 {
        (contentBytes + UInt64(chunkBytes) - 1) / UInt64(chunkBytes)
    }
}
