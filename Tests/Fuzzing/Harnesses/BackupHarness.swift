import WarderCrypto
import WarderModel

@testable import Sealing
@testable import WarderCommands

extension Harness {
    /// Backup files. `F`: a file as it comes. `h`: what follows the length of a header. `c`: content that was sealed
    /// with the key. `d`: a database whose backup is cut and damaged.
    static let backup = Harness("backup") { input in
        // A file of the vectors begins with its own first letter.
        if input.first == UInt8(ascii: "w") { return try readFile(input) }
        var rest = Input(input)
        switch rest.byte() {
        case UInt8(ascii: "F"): try readFile(Array(rest.rest))
        case UInt8(ascii: "h"): try readHeader(Array(rest.rest))
        case UInt8(ascii: "c"): try readContent(&rest)
        case UInt8(ascii: "d"): try damage(&rest)
        default: return
        }
    }

    private static func readFile(_ file: [UInt8]) throws {
        let prefix = Array(file.prefix(BackupHeader.prefixByteCount))
        guard let count = try? BackupHeader.byteCount(ofPrefix: prefix), count <= file.count,
            let header = try? BackupHeader(Array(file.prefix(count)))
        else { return }
        try check(header)
        // The command, which only carries the file, reads the same off its beginning.
        if let carried = BackupPrefix(file) {
            try hold(carried.created == header.created, "a backup was made at one moment")
            try hold(carried.fileByteCount == header.fileByteCount, "a backup has one length")
        }
        let credential = try FixedKeys.credential.get()
        for slot in header.slots where slot.opener == .credential {
            guard let root = try? slot.open(with: credential, vault: header.vault) else { continue }
            let whole = try Reading(header, root, file.dropFirst(count), pieces: file.count)
            try hold(whole == Reading(header, root, file.dropFirst(count), pieces: 7), "pieces change nothing")
            try hold(
                whole.digest == nil || UInt64(file.count) == header.fileByteCount,
                "the header says how long the file is"
            )
        }
    }

    private static func readHeader(_ rest: [UInt8]) throws {
        let bytes = BackupFormat.magic + [BackupFormat.format] + bigEndianBytes(UInt32(rest.count)) + rest
        guard let header = try? BackupHeader(bytes) else { return }
        try check(header)
        let root = try FixedKeys.root.get()
        do throws(BackupError) {
            _ = try BackupReader(header, root: root)
            throw BackupError.notABackup
        } catch { try hold(error == .wrongKey, "no backup opens without its key") }
    }

    private static func check(_ header: BackupHeader) throws {
        let again = try BackupHeader(
            vault: header.vault,
            created: header.created,
            contentBytes: header.contentBytes,
            slots: header.slots,
            sealedKey: header.sealedKey,
            streamHeader: header.streamHeader
        )
        try hold(again.bytes == header.bytes, "a header is read as it was written")
        try hold(again.slots.map(\.kind) == header.slots.map(\.kind), "slots are read as they were written")
    }

    /// Authentic throughout, and wrong where the input wants it.
    private static func readContent(_ input: inout Input) throws {
        let lie = Int(input.byte())
        let content = Array(input.rest)
        guard !content.isEmpty else { return }
        let root = try FixedKeys.root.get()
        let key = try SecretStreamKey.random()
        var sealer = try SecretStreamSealer(key: key)
        let header = try BackupHeader(
            vault: FixedKeys.vault,
            created: FixedKeys.time,
            // Mostly the truth.
            contentBytes: UInt64(content.count + (lie < 16 ? lie : 0)),
            slots: [slot],
            sealedKey: AEAD.seal(key.bytes, key: root, associatedData: BackupHeader.keyBinding(FixedKeys.vault)),
            streamHeader: sealer.header
        )
        var chunks: [UInt8] = []
        var rest = content[...]
        var binding = header.digest
        while rest.count > BackupFormat.chunkBytes {
            chunks += try sealer.seal(Array(rest.prefix(BackupFormat.chunkBytes)), associatedData: binding)
            rest = rest.dropFirst(BackupFormat.chunkBytes)
            binding = []
        }
        chunks += try sealer.sealLast(Array(rest), associatedData: binding)
        let whole = try Reading(header, root, chunks[...], pieces: chunks.count)
        try hold(whole == Reading(header, root, chunks[...], pieces: 100), "pieces change nothing")
        guard let digest = whole.digest else { return }
        try hold(lie == 0 || lie >= 16, "a wrong length is noticed")
        try hold(digest == SHA256Digest.hash(whole.database), "the digest is the database's")
        try hold(whole.manifest?.databaseBytes == UInt64(whole.database.count), "the manifest's length is the truth")
        try hold(
            whole.manifest.map { $0.encoded + whole.database + digest } == content,
            "every byte of the content is the manifest's, the database's or the digest's"
        )
    }

    private static func damage(_ input: inout Input) throws {
        let (cut, flip) = (input.word(), input.word())
        let database = Array(input.rest)
        let manifest = try BackupManifest(
            databaseBytes: UInt64(database.count),
            schema: 1,
            newestEvent: 2,
            records: 3,
            values: 4,
            events: 5,
            program: "1"
        )
        let root = try FixedKeys.root.get()
        var writer = try BackupWriter(
            vault: FixedKeys.vault,
            slots: [slot],
            manifest: manifest,
            root: root,
            at: FixedKeys.time
        )
        var file = try writer.seal(database)
        file += try writer.finish().bytes
        let header = try header(of: file)
        let body = file.dropFirst(header.bytes.count)
        let whole = try Reading(header, root, body, pieces: 1000)
        try hold(whole.digest != nil && whole.database == database, "a backup gives the database back")
        let short = try Reading(header, root, body.dropLast(1 + cut % body.count), pieces: 1000)
        try hold(short.digest == nil, "a cut backup is no whole one")
        try hold(database.starts(with: short.database), "nothing comes out that did not go in")
        file[flip % file.count] ^= 1 << UInt8(cut & 7)
        guard let damaged = try? self.header(of: file) else { return }
        let reading = try Reading(damaged, root, file.dropFirst(damaged.bytes.count), pieces: 1000)
        try hold(reading.digest == nil, "a damaged backup is no whole one")
        try hold(database.starts(with: reading.database), "damage comes out as nothing")
    }

    private static func header(of file: [UInt8]) throws -> BackupHeader {
        let count = try BackupHeader.byteCount(ofPrefix: Array(file.prefix(BackupHeader.prefixByteCount)))
        return try BackupHeader(Array(file.prefix(count)))
    }

    /// A slot that nothing opens.
    private static let slot = KeySlot(
        id: FixedKeys.id,
        kind: .credential(salt: [UInt8](repeating: 1, count: 16)),
        created: FixedKeys.time,
        wrapped: [UInt8](repeating: 1, count: 73)
    )

    /// What comes out of what follows a header.
    private struct Reading: Equatable {
        var manifest: BackupManifest?
        var database: [UInt8] = []
        /// `nil` for what is not the whole.
        var digest: [UInt8]?

        init(_ header: BackupHeader, _ root: AEADKey, _ body: ArraySlice<UInt8>, pieces: Int) throws {
            do throws(BackupError) {
                var reader = try BackupReader(header, root: root)
                var rest = body
                while !rest.isEmpty {
                    let piece = rest.prefix(max(pieces, 1))
                    rest = rest.dropFirst(piece.count)
                    let opened = try reader.open(Array(piece))
                    manifest = reader.manifest
                    database += opened
                }
                digest = try reader.finish()
            } catch { if error == .exhausted { throw error } }
        }

        /// How much comes out before a fault depends on the pieces.
        static func == (left: Reading, right: Reading) -> Bool {
            guard left.digest != nil || right.digest != nil else { return true }
            return left.digest == right.digest && left.manifest == right.manifest && left.database == right.database
        }
    }
}
