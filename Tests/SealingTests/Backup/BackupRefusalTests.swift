import RandomTesting
import SecretMemory
import Testing
import WarderCrypto
import WarderModel

@testable import Sealing

@Suite struct BackupRefusalTests {
    private static let database = SHA256Digest.hash([1]) + SHA256Digest.hash([2])
    /// Three chunks, the last one short.
    private static let long = (0..<4500).flatMap { SHA256Digest.hash([UInt8($0 & 255), UInt8($0 >> 8)]) }

    private func error(of file: [UInt8], root: AEADKey? = nil) throws -> BackupError? {
        let outcome = try BackupOutcome(reading: file, root: root)
        #expect((outcome.error == nil) == (outcome.digest != nil), "an end that an error did not prevent")
        return outcome.error
    }

    @Test func `a file cut at any point is refused`() throws {
        let file = try BackupSample.file(Self.database, slots: BackupSample.slots())
        for count in 0..<file.count {
            let outcome = try BackupOutcome(reading: Array(file.prefix(count)))
            #expect(outcome.error == (count < 15 ? .notABackup : .truncated), "\(count) bytes")
            #expect(outcome.database.isEmpty && outcome.digest == nil)
        }
        #expect(try error(of: file) == nil)
    }

    @Test func `a longer file cut near the end of a chunk gives what is whole, and is refused`() throws {
        let file = try BackupSample.file(Self.long)
        let start = try BackupSample.header(of: file).bytes.count
        for chunk in 0...2 {
            for more in [-17, -1, 0, 1, 17, 18, 40_000] {
                let count = start + chunk * 65_553 + more
                guard count >= start, count < file.count else { continue }
                let outcome = try BackupOutcome(reading: Array(file.prefix(count)))
                #expect(outcome.error == .truncated && outcome.digest == nil, "chunk \(chunk), \(more)")
                let whole = (count - start) / 65_553
                #expect(outcome.database.count == max(0, whole * 65_536 - 50))
                #expect(Self.long.starts(with: outcome.database))
            }
        }
    }

    @Test func `every flipped bit of the header is refused`() throws {
        let file = try BackupSample.file(Self.database, slots: BackupSample.slots())
        let header = try BackupSample.header(of: file).bytes.count
        for bit in 0..<header * 8 {
            let outcome = try BackupOutcome(reading: file.flippingBit(bit))
            #expect(outcome.error != nil && outcome.digest == nil && outcome.database.isEmpty, "bit \(bit)")
            #expect(outcome.manifest == nil, "bit \(bit)")
        }
    }

    @Test func `random damage never gives a wrong byte or a clean end`() throws {
        var random = SeededGenerator.printed()
        let files = [(Self.database, 2000), (Self.long, 300)]
        for (database, count) in files {
            let file = try BackupSample.file(database)
            for _ in 0..<count {
                var damaged = file
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let place = Int.random(in: 0..<damaged.count, using: &random)
                    switch Int.random(in: 0..<6, using: &random) {
                    case 0: damaged[place] = damaged[place] &+ .random(in: 1...255, using: &random)
                    case 1: damaged.remove(at: place)
                    case 2: damaged.insert(.random(in: 0...255, using: &random), at: place)
                    case 3: damaged.removeSubrange(place..<min(damaged.count, place + 70_000))
                    default: damaged = damaged.flippingBit(place * 8 + .random(in: 0...7, using: &random))
                    }
                    if damaged.isEmpty { break }
                }
                guard damaged != file else { continue }
                let outcome = try BackupOutcome(reading: damaged) { .random(in: 1...100_000, using: &random) }
                #expect(outcome.error != nil && outcome.digest == nil, "seed \(random.seed)")
                #expect(database.starts(with: outcome.database), "seed \(random.seed)")
            }
        }
    }

    @Test func `another root key is a wrong key`() throws {
        let file = try BackupSample.file(Self.database)
        #expect(try error(of: file, root: BackupSample.root("another")) == .wrongKey)
    }

    @Test func `the header of another vault or another backup does not open the chunks`() throws {
        let file = try BackupSample.file(Self.database)
        let start = try BackupSample.header(of: file).bytes.count
        let again = try BackupSample.file(Self.database)
        let other = try BackupSample.file(Self.database, vault: Fixture.otherVault)
        for header in [again, other] {
            #expect(try error(of: Array(header.prefix(start) + file.dropFirst(start))) == .altered(chunk: 0))
        }
        // The file key of one vault in the header of the other.
        var mixed = file
        mixed.replaceSubrange(19..<35, with: Fixture.otherVault.bytes)
        #expect(try error(of: mixed) == .wrongKey)
    }

    @Test func `every part of the header is bound to the chunks`() throws {
        let file = try BackupSample.file(Self.database, slots: BackupSample.slots())
        let start = try BackupSample.header(of: file).bytes.count
        // Time of the backup, id and creation time of a slot, its wrapped key, stream header.
        for byte in [35, 42, 52, 75, 200, start - 24, start - 1] {
            var altered = file
            altered[byte] ^= 1
            #expect(try error(of: altered) == .altered(chunk: 0), "byte \(byte)")
        }
    }

    @Test func `chunks that were swapped, repeated or left out are refused`() throws {
        let file = try BackupSample.file(Self.long)
        let start = try BackupSample.header(of: file).bytes.count
        let chunks = (0..<3).map { Array(file.dropFirst(start + $0 * 65_553).prefix(65_553)) }
        func with(_ order: [Int]) -> [UInt8] { order.reduce(Array(file.prefix(start))) { $0 + chunks[$1] } }
        #expect(try error(of: with([0, 1, 2])) == nil)
        #expect(try error(of: with([1, 0, 2])) == .altered(chunk: 0))
        #expect(try error(of: with([0, 0, 2])) == .altered(chunk: 1))
        #expect(try error(of: with([0, 2])) == .truncated)
        #expect(try error(of: with([0, 1, 1])) == .altered(chunk: 2))
        #expect(try error(of: with([0, 1, 2, 2])) == .trailingBytes)
        #expect(try error(of: with([0, 1])) == .truncated)
    }

    @Test(arguments: [1, 17, 100_000])
    func `bytes behind the end are refused`(count: Int) throws {
        for database in [[], Self.database, Self.long] {
            let file = try BackupSample.file(database)
            #expect(try error(of: file + [UInt8](repeating: 0, count: count)) == .trailingBytes)
        }
    }

    @Test func `what is no backup, or one of a later format, is told apart`() throws {
        let file = try BackupSample.file(Self.database)
        #expect(try error(of: []) == .notABackup)
        #expect(try error(of: Array("SQLite format 3\0".utf8) + file) == .notABackup)
        #expect(try error(of: Array(file.prefix(14))) == .notABackup)
        #expect(try error(of: ForgedBackup(format: 2).bytes()) == .unknownFormat(2))
        #expect(try error(of: Array("warder backup\0".utf8) + [7]) == .unknownFormat(7))
        let later = ForgedBackup(slots: ForgedBackup.slot("retina"))
        #expect(try error(of: later.bytes()) == .unknownSlotKind)
    }

    @Test func `lengths in the header are limited before anything is made of them`() throws {
        let prefix = Array("warder backup\0".utf8) + [1]
        #expect(try BackupHeader.byteCount(ofPrefix: prefix + [0, 0, 0x40, 0]) == 16_403)
        #expect(throws: BackupError.malformed) { try BackupHeader.byteCount(ofPrefix: prefix + [0, 0, 0x40, 1]) }
        #expect(throws: BackupError.malformed) {
            try BackupHeader.byteCount(ofPrefix: prefix + [0xff, 0xff, 0xff, 0xff])
        }
        #expect(throws: BackupError.malformed) { try BackupHeader(prefix + [0, 0, 0, 0]) }
        #expect(try error(of: ForgedBackup(slotCount: 0, slots: []).bytes()) == .malformed)
        #expect(try error(of: ForgedBackup(slotCount: 2).bytes()) == .malformed)
        #expect(try error(of: ForgedBackup(headerTail: [0]).bytes()) == .malformed)
        let many = Array(repeating: ForgedBackup.slot("credential"), count: 65).flatMap { $0 }
        #expect(try error(of: ForgedBackup(slotCount: 65, slots: many).bytes()) == .malformed)
        for count in [0, 1 << 47 + 1, .max] as [UInt64] {
            #expect(try error(of: ForgedBackup(contentBytes: count).bytes()) == .malformed, "\(count)")
        }
        #expect(try error(of: ForgedBackup(contentBytes: 1 << 47).bytes()) == .truncated)
    }

    @Test func `parameters of a slot that would cost too much or too little are refused unseen`() throws {
        func error(_ kind: String, _ numbers: [[UInt8]]) throws -> BackupError? {
            let slot = ForgedBackup.slot(kind, parameters: numbers.flatMap { $0 })
            return try self.error(of: ForgedBackup(slots: slot).bytes())
        }
        func word(_ number: UInt64) -> [UInt8] { bigEndianBytes(number) }
        func half(_ number: UInt32) -> [UInt8] { bigEndianBytes(number) }
        #expect(try error("passphrase", [word(3), word(256 << 20)]) == nil)
        for (passes, memory) in [(1, 256 << 20), (65, 256 << 20), (3, 1 << 20), (3, 8 << 30), (.max, .max)]
            as [(UInt64, UInt64)]
        {
            #expect(try error("passphrase", [word(passes), word(memory)]) == .malformed)
        }
        let set = Fixture.id.bytes
        #expect(try error("shares", [set, half(2), half(3)]) == nil)
        for (threshold, count) in [(1, 3), (4, 3), (2, 256), (0, 0), (.max, .max)] as [(UInt32, UInt32)] {
            #expect(try error("shares", [set, half(threshold), half(count)]) == .malformed)
        }
    }

    @Test func `an authentic file that contradicts itself is refused`() throws {
        #expect(try error(of: ForgedBackup().bytes()) == nil)
        #expect(try error(of: ForgedBackup(digest: SHA256Digest.hash([])).bytes()) == .checksum)
        #expect(try error(of: ForgedBackup(databaseBytes: 11).bytes()) == .malformed)
        #expect(try error(of: ForgedBackup(databaseBytes: 9).bytes()) == .malformed)
        #expect(try error(of: ForgedBackup(databaseBytes: .max).bytes()) == .malformed)
        #expect(try error(of: ForgedBackup(program: []).bytes()) == .malformed)
        #expect(try error(of: ForgedBackup(program: [0x20]).bytes()) == .malformed)
        #expect(try error(of: ForgedBackup(program: [0xc3, 0xa4]).bytes()) == .malformed)
        #expect(try error(of: ForgedBackup(bindsHeader: false).bytes()) == .altered(chunk: 0))
    }

    @Test func `an end that is not marked, and a mark that is not at the end, are refused`() throws {
        #expect(try error(of: ForgedBackup(marks: .noneLast).bytes()) == .malformed)
        let count = UInt64(Self.long.count)
        // The first of two chunks is whole and marked as the last one.
        let early = ForgedBackup(database: Array(Self.long.prefix(65_536 - 78)), contentBytes: count)
        #expect(try error(of: early.bytes()) == .malformed)
    }

    @Test func `nothing comes out behind a chunk that was refused`() throws {
        let file = try BackupSample.file(Self.long)
        let header = try BackupSample.header(of: file)
        var reader = try BackupReader(header, root: BackupSample.root())
        let start = header.bytes.count
        let first = Array(file.dropFirst(start).prefix(65_553))
        #expect(try reader.open(first).count == 65_536 - 50)
        let second = Array(file.dropFirst(start + 65_553).prefix(65_553))
        #expect(throws: BackupError.altered(chunk: 1)) { try reader.open(second.flippingBit(77)) }
        #expect(throws: BackupError.altered(chunk: 1)) { try reader.open(second) }
    }
}
