package import WarderCrypto

/// Opens a backup, piece by piece. docs/formats/backup.md.
///
/// ``BackupHeader`` comes first: its slots say which secrets give the root key. Then the rest of the file goes in in
/// order, and what comes out is the database, of which every byte is authentic. That it is *whole* is known only
/// when ``finish()`` has returned: until then nothing may be done with it that cannot be undone.
///
/// Holds one chunk (64 KiB) beside what it is given.
package struct BackupReader: ~Copyable, Sendable {
    /// The backup's header, authentic as soon as there is a ``manifest``.
    package let header: BackupHeader
    /// What is in the backup; there as soon as the first chunk went in, at most 64 KiB behind the header.
    package private(set) var manifest: BackupManifest?

    private var stream: SecretStreamOpener
    /// Sealed bytes of a chunk that is not whole.
    private var chunk: [UInt8] = []
    private var opened: UInt64 = 0
    /// Bytes of the content that are not opened yet.
    private var contentLeft: UInt64
    private var databaseLeft: UInt64 = 0
    private var digest = SHA256Digest()
    /// The digest that the content ends with, as far as it was opened.
    private var writtenDigest: [UInt8] = []
    private var failure: BackupError?

    /// - Parameters:
    ///   - header: what the file begins with.
    ///   - root: the key that a slot of the header opened.
    /// - Throws: ``BackupError/wrongKey``, ``BackupError/exhausted``.
    package init(_ header: BackupHeader, root: AEADKey) throws(BackupError) {
        self.header = header
        let key = try backingUp(orElse: .wrongKey) { () throws(CryptoError) in
            try SecretStreamKey(
                AEAD.open(header.sealedKey, key: root, associatedData: BackupHeader.keyBinding(header.vault))
            )
        }
        stream = try backingUp { () throws(CryptoError) in
            try SecretStreamOpener(key: key, header: header.streamHeader)
        }
        contentLeft = header.contentBytes
    }

    /// Takes the next bytes of the file behind the header, of any number, and gives the next bytes of the database:
    /// none, or many.
    ///
    /// - Throws: ``BackupError/altered(chunk:)``, ``BackupError/trailingBytes``, ``BackupError/checksum``,
    ///   ``BackupError/malformed``, ``BackupError/exhausted``. Nothing comes out with an error or after one: what came
    ///   before it is authentic, and not the whole.
    package mutating func open(_ bytes: [UInt8]) throws(BackupError) -> [UInt8] {
        if let failure { throw failure }
        do throws(BackupError) {
            return try take(bytes)
        } catch {
            failure = error
            throw error
        }
    }

    /// Call it at the end of the file: returns if all of the backup went in.
    ///
    /// - Returns: the SHA-256 of the database.
    /// - Throws: ``BackupError/truncated``, or again what ``open(_:)`` threw.
    @discardableResult
    package consuming func finish() throws(BackupError) -> [UInt8] {
        if let failure { throw failure }
        guard contentLeft == 0, stream.isOver else { throw .truncated }
        return writtenDigest
    }

    private mutating func take(_ bytes: [UInt8]) throws(BackupError) -> [UInt8] {
        var database: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            guard contentLeft > 0 else { throw .trailingBytes }
            let plainCount = Int(min(contentLeft, UInt64(BackupFormat.chunkBytes)))
            let part = rest.prefix(plainCount + SecretStream.overhead - chunk.count)
            chunk += part
            rest = rest.dropFirst(part.count)
            guard chunk.count == plainCount + SecretStream.overhead else { break }
            try take(content: openChunk(), into: &database)
        }
        return database
    }

    private mutating func openChunk() throws(BackupError) -> [UInt8] {
        let binding = opened == 0 ? header.digest : []
        let content: [UInt8]
        do throws(CryptoError) {
            content = try stream.open(chunk[...], associatedData: binding)
        } catch .tampered {
            throw .altered(chunk: opened)
        } catch { throw BackupError(error) }
        contentLeft -= UInt64(content.count)
        guard stream.isOver == (contentLeft == 0) else { throw .malformed }
        opened += 1
        chunk.removeAll(keepingCapacity: true)
        return content
    }

    private mutating func take(content: [UInt8], into database: inout [UInt8]) throws(BackupError) {
        var rest = content[...]
        if manifest == nil {
            var cursor = ByteCursor(content)
            let manifest = try BackupManifest(&cursor)
            guard manifest.contentBytes == header.contentBytes else { throw .malformed }
            databaseLeft = manifest.databaseBytes
            rest = rest.dropFirst(cursor.offset)
            self.manifest = manifest
        }
        let piece = Array(rest.prefix(Int(min(databaseLeft, UInt64(rest.count)))))
        databaseLeft -= UInt64(piece.count)
        digest.update(piece)
        database += piece
        writtenDigest += rest.dropFirst(piece.count)
        guard contentLeft > 0 || digest.digest() == writtenDigest else { throw .checksum }
    }
}
