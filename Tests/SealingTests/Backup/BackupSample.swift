import SecretMemory
import SecretShares
import WarderCrypto
import WarderModel

@testable import Sealing

/// Backups to try things on, and a way through them that takes the file in pieces.
enum BackupSample {
    static let credential = [UInt8](repeating: 0xc4, count: 48)
    static let shared = [UInt8](repeating: 0x5e, count: 32)
    static let passphrase = "correct horse battery staple"

    static func root(_ name: String = "root") throws -> AEADKey { try AEADKey(Fixture.key(name)) }

    /// One slot of each kind, in front of the same root key; the passphrase's is hashed at the least cost.
    static func slots(vault: RecordID = Fixture.vault) throws -> [KeySlot] {
        let salt = [UInt8](repeating: 0x5a, count: 16)
        let set = try ShareSet(id: Fixture.otherID, threshold: 3, count: 5)
        let kinds: [(KeySlot.Kind, [UInt8])] = [
            (.passphrase(salt: salt, passes: 2, memoryBytes: 19 << 20), Array(passphrase.utf8)),
            (.credential(salt: salt), credential),
            (.shares(salt: salt, set: set), shared),
        ]
        return try kinds.enumerated().map { number, kind in
            try KeySlot.wrap(
                root: root(),
                with: SecretBytes(copying: kind.1),
                kind: kind.0,
                id: RecordID(high: 7, low: UInt64(number)),
                vault: vault,
                at: Timestamp(milliseconds: -Int64(number))
            )
        }
    }

    /// A slot that costs nothing to make and that nothing opens.
    static let closedSlot = KeySlot(
        id: Fixture.id,
        kind: .credential(salt: [UInt8](repeating: 1, count: 16)),
        created: Fixture.time,
        wrapped: [UInt8](repeating: 1, count: 73)
    )

    static func manifest(databaseBytes: Int) throws -> BackupManifest {
        try BackupManifest(
            databaseBytes: UInt64(databaseBytes),
            schema: 1,
            newestEvent: 1_000_000_007,
            records: 12,
            values: 34,
            events: 1_000_000_000,
            program: "0.1.0"
        )
    }

    static func writer(
        databaseBytes: Int,
        slots: [KeySlot] = [closedSlot],
        vault: RecordID = Fixture.vault,
        root: AEADKey? = nil
    ) throws -> BackupWriter {
        try BackupWriter(
            vault: vault,
            slots: slots,
            manifest: manifest(databaseBytes: databaseBytes),
            root: root ?? self.root(),
            at: Fixture.time
        )
    }

    /// A whole file.
    static func file(
        _ database: [UInt8],
        slots: [KeySlot] = [closedSlot],
        vault: RecordID = Fixture.vault
    ) throws
        -> [UInt8]
    {
        var writer = try writer(databaseBytes: database.count, slots: slots, vault: vault)
        let file = try writer.seal(database)
        return try file + writer.finish().bytes
    }

    static func header(of file: [UInt8]) throws(BackupError) -> BackupHeader {
        let count = try BackupHeader.byteCount(ofPrefix: Array(file.prefix(BackupHeader.prefixByteCount)))
        return try BackupHeader(Array(file.prefix(count)))
    }
}

/// What came out of a file, and how it ended.
struct BackupOutcome {
    var manifest: BackupManifest?
    var database: [UInt8] = []
    var digest: [UInt8]?
    var error: BackupError?

    /// Reads a file to its end or to the first error, and tries to go on behind the error.
    init(reading file: [UInt8], root: AEADKey? = nil, pieces: () -> Int = { 10_000 }) throws {
        let root = try root ?? BackupSample.root()
        do throws(BackupError) {
            let header = try BackupSample.header(of: file)
            var reader = try BackupReader(header, root: root)
            var rest = file.dropFirst(header.bytes.count)
            while !rest.isEmpty {
                let piece = rest.prefix(pieces())
                rest = rest.dropFirst(piece.count)
                do throws(BackupError) { database += try reader.open(Array(piece)) } catch { self.error = error }
                manifest = reader.manifest
            }
            if let error {
                do throws(BackupError) {
                    digest = try reader.finish()
                    self.error = nil
                } catch let last { if last != error { digest = [] } }
            } else {
                digest = try reader.finish()
            }
        } catch { self.error = error }
    }
}
