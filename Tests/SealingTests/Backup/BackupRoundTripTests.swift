import RandomTesting
import SecretMemory
import Testing
import WarderCrypto
import WarderModel

@testable import Sealing

@Suite struct BackupRoundTripTests {
    /// Bytes of a chunk that the manifest and the digest take.
    private static let around = 77 + "0.1.0".utf8.count

    @Test(arguments: [0, 1, 31, 32, 33, 1000, 65_535, 65_536, 65_537, 200_000, 655_360])
    func `a database of any length comes back`(count: Int) throws {
        try roundTrip(SecureRandom.bytes(count: count))
    }

    /// Whole chunks, and a digest that begins in one chunk and ends in the next.
    @Test(arguments: [1, 2, 3], [-33, -32, -31, -1, 0, 1, 31, 32, 33])
    func `a content that ends near the end of a chunk comes back`(chunks: Int, more: Int) throws {
        try roundTrip(SecureRandom.bytes(count: chunks * 65_536 - Self.around + more))
    }

    @Test func `pieces of any length go in and come out`() throws {
        var random = SeededGenerator.printed()
        for _ in 0..<40 {
            let database = SecureRandom.bytes(count: .random(in: 0...300_000, using: &random))
            let longest = [1000, 65_536, 65_553, 400_000].randomElement(using: &random) ?? 1
            var writer = try BackupSample.writer(databaseBytes: database.count)
            var file: [UInt8] = []
            var rest = database[...]
            while !rest.isEmpty {
                let piece = rest.prefix(.random(in: 1...longest, using: &random))
                rest = rest.dropFirst(piece.count)
                file += try writer.seal(Array(piece))
            }
            file += try writer.finish().bytes
            let outcome = try BackupOutcome(reading: file) { .random(in: 1...longest, using: &random) }
            #expect(outcome.error == nil && outcome.database == database)
        }
    }

    private func roundTrip(_ database: [UInt8]) throws {
        var writer = try BackupSample.writer(databaseBytes: database.count)
        var file = try writer.seal(database)
        let (last, digest) = try writer.finish()
        file += last
        #expect(digest == SHA256Digest.hash(database))
        let header = try BackupSample.header(of: file)
        #expect(header.fileByteCount == UInt64(file.count))
        let outcome = try BackupOutcome(reading: file)
        #expect(outcome.error == nil)
        #expect(outcome.database == database)
        #expect(outcome.manifest == (try BackupSample.manifest(databaseBytes: database.count)))
        #expect(outcome.digest == digest)
    }

    @Test func `the header says everything that it takes to ask for a secret`() throws {
        let slots = try BackupSample.slots()
        let header = try BackupSample.header(of: BackupSample.file([1, 2, 3], slots: slots))
        #expect(header.vault == Fixture.vault)
        #expect(header.created == Fixture.time)
        #expect(header.slots.map(\.id) == slots.map(\.id))
        #expect(header.slots.map(\.kind) == slots.map(\.kind))
        #expect(header.slots.map(\.created) == slots.map(\.created))
        #expect(header.slots.map(\.wrapped) == slots.map(\.wrapped))
        let secrets = [Array(BackupSample.passphrase.utf8), BackupSample.credential, BackupSample.shared]
        for (slot, secret) in zip(header.slots, secrets) {
            let root = try slot.open(with: SecretBytes(copying: secret), vault: header.vault)
            #expect(root.bytes.isEqual(to: try BackupSample.root().bytes))
            _ = try BackupReader(header, root: root)
        }
    }

    @Test func `neither database nor manifest is to be seen in the file`() throws {
        let database = Array(repeating: Array("SQLite format 3\0".utf8), count: 8000).flatMap { $0 }
        let file = try BackupSample.file(database)
        let seen = file.dropFirst(try BackupSample.header(of: file).bytes.count)
        for words in ["SQLite", "0.1.0"] { #expect(!contains(seen, Array(words.utf8))) }
        #expect(contains(file[...], Array("warder backup".utf8)))
    }

    @Test func `two backups of one database have nothing in common but what is in the clear`() throws {
        let (first, second) = (try BackupSample.file([1, 2, 3]), try BackupSample.file([1, 2, 3]))
        #expect(first.count == second.count)
        let clear = try BackupSample.header(of: first).bytes.count - 72 - 24
        #expect(first.prefix(clear) == second.prefix(clear))
        let equal = zip(first, second).dropFirst(clear).count { $0 == $1 }
        #expect(equal < 20, "of \(first.count - clear)")
    }

    @Test func `the writer and the reader keep no more than a chunk`() throws {
        let count = 40 * 65_536
        var writer = try BackupSample.writer(databaseBytes: count)
        let piece = [UInt8](repeating: 9, count: 10_000)
        var (taken, given) = (0, -writer.header.bytes.count)
        while count - taken >= piece.count {
            given += try writer.seal(piece).count
            taken += piece.count
            #expect(taken - given <= 65_536)
        }
    }

    @Test func `a database of another length than was told is refused`() throws {
        var writer = try BackupSample.writer(databaseBytes: 100)
        _ = try writer.seal([UInt8](repeating: 1, count: 99))
        #expect(throws: BackupError.databaseSize(expected: 100, actual: 101)) { try writer.seal([1, 2]) }
        do {
            _ = try writer.finish()
            Issue.record("a backup with a byte missing")
        } catch { #expect(error == .databaseSize(expected: 100, actual: 99)) }
    }

    @Test func `what no header or manifest can hold is refused when it is written`() throws {
        #expect(throws: BackupError.malformed) { _ = try BackupSample.writer(databaseBytes: 1, slots: []) }
        let many = Array(repeating: BackupSample.closedSlot, count: 65)
        #expect(throws: BackupError.malformed) { _ = try BackupSample.writer(databaseBytes: 1, slots: many) }
        _ = try BackupSample.writer(databaseBytes: 1, slots: Array(many.dropLast()))
        let odd = KeySlot(
            id: Fixture.id,
            kind: .credential(salt: [1]),
            created: Fixture.time,
            wrapped: BackupSample.closedSlot.wrapped
        )
        #expect(throws: BackupError.malformed) { _ = try BackupSample.writer(databaseBytes: 1, slots: [odd]) }
        let dear = KeySlot(
            id: Fixture.id,
            kind: .passphrase(salt: [UInt8](repeating: 1, count: 16), passes: 65, memoryBytes: 19 << 20),
            created: Fixture.time,
            wrapped: BackupSample.closedSlot.wrapped
        )
        #expect(throws: BackupError.malformed) { _ = try BackupSample.writer(databaseBytes: 1, slots: [dear]) }
        #expect(throws: BackupError.malformed) { _ = try BackupSample.manifest(databaseBytes: 1 << 47) }
        for program in ["", "a b", "ä", String(repeating: "1", count: 65)] {
            #expect(throws: BackupError.malformed, "\(program)") {
                try BackupManifest(
                    databaseBytes: 0,
                    schema: 0,
                    newestEvent: 0,
                    records: 0,
                    values: 0,
                    events: 0,
                    program: program
                )
            }
        }
    }

    private func contains(_ bytes: ArraySlice<UInt8>, _ words: [UInt8]) -> Bool {
        bytes.indices.contains { bytes[$0...].starts(with: words) }
    }
}
