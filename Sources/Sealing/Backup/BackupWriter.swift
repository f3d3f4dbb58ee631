package import WarderCrypto
package import WarderModel

/// Seals a database into a backup, piece by piece. docs/formats/backup.md.
///
/// The pieces go in in order, and each call gives what is to be written next, so that it fits a file as well as a
/// connection. Holds one chunk (64 KiB) beside what it is given.
package struct BackupWriter: ~Copyable, Sendable {
    /// What the backup begins with; comes out with the first piece.
    package let header: BackupHeader

    private var stream: SecretStreamSealer
    /// Associated data of the next chunk.
    private var binding: [UInt8]
    private var chunk: [UInt8]
    /// Sealed, and not handed out yet.
    private var output: [UInt8]
    private var digest = SHA256Digest()
    private let expected: UInt64
    private var taken: UInt64 = 0

    /// - Parameters:
    ///   - vault: the vault's id.
    ///   - slots: the ways to `root`, 1 to 64, as they stand in the database that is backed up.
    ///   - manifest: what is said of the database that will come.
    ///   - root: the key that those slots open.
    ///   - created: the time of the backup.
    /// - Throws: ``BackupError/malformed`` for what a header cannot hold; ``BackupError/exhausted``.
    package init(
        vault: RecordID,
        slots: [KeySlot],
        manifest: BackupManifest,
        root: AEADKey,
        at created: Timestamp
    ) throws(BackupError) {
        let key = try backingUp { () throws(CryptoError) in try SecretStreamKey.random() }
        let stream = try backingUp { () throws(CryptoError) in try SecretStreamSealer(key: key) }
        header = try BackupHeader(
            vault: vault,
            created: created,
            contentBytes: manifest.contentBytes,
            slots: slots,
            sealedKey: AEAD.seal(key.bytes, key: root, associatedData: BackupHeader.keyBinding(vault)),
            streamHeader: stream.header
        )
        self.stream = stream
        binding = header.digest
        chunk = manifest.encoded
        output = header.bytes
        expected = manifest.databaseBytes
    }

    /// Takes the next bytes of the database, of any number, and gives those of the backup that are ready: none, or
    /// many.
    ///
    /// - Throws: ``BackupError/databaseSize(expected:actual:)`` for more than the manifest says;
    ///   ``BackupError/exhausted``. The backup is of no use then.
    package mutating func seal(_ piece: [UInt8]) throws(BackupError) -> [UInt8] {
        guard UInt64(piece.count) <= expected - taken else {
            throw .databaseSize(expected: expected, actual: taken + UInt64(piece.count))
        }
        taken += UInt64(piece.count)
        digest.update(piece)
        try append(piece)
        defer { output = [] }
        return output
    }

    /// Gives the last bytes of the backup, and the SHA-256 of the database.
    ///
    /// - Throws: ``BackupError/databaseSize(expected:actual:)`` when bytes of the database are missing;
    ///   ``BackupError/exhausted``.
    package consuming func finish() throws(BackupError) -> (bytes: [UInt8], databaseDigest: [UInt8]) {
        guard taken == expected else { throw .databaseSize(expected: expected, actual: taken) }
        let databaseDigest = digest.digest()
        try append(databaseDigest)
        let (output, chunk, binding) = (output, chunk, binding)
        do throws(CryptoError) {
            return (output + (try stream.sealLast(chunk, associatedData: binding)), databaseDigest)
        } catch { throw BackupError(error) }
    }

    /// Seals whole chunks when more follows, so that the last chunk is never empty.
    private mutating func append(_ more: [UInt8]) throws(BackupError) {
        var rest = more[...]
        while !rest.isEmpty {
            if chunk.count == BackupFormat.chunkBytes { try sealChunk() }
            let part = rest.prefix(BackupFormat.chunkBytes - chunk.count)
            chunk += part
            rest = rest.dropFirst(part.count)
        }
    }

    private mutating func sealChunk() throws(BackupError) {
        do throws(CryptoError) { output += try stream.seal(chunk, associatedData: binding) } catch {
            throw BackupError(error)
        }
        binding = []
        chunk.removeAll(keepingCapacity: true)
    }
}
