import Foundation
import Testing
import WarderCore
import WarderStoreSQLite

/// A write-ahead log that a killed process left, and something that damages it before the next start. The engine itself
/// goes on without everything behind the damage, and says nothing.
@Suite("A damaged write-ahead log")
struct BrokenLogTests {
    private static let frame = 24 + 4096
    private let seed = UInt64.random(in: 0 ... .max)
    private let killed: Scratch
    private let log: [UInt8]
    /// Frames that end a commit, counted from 0.
    private let ends: [Int]

    init() throws {
        let living = try Scratch()
        let store = try living.open()
        // Begins a round of its own, with frames of an earlier one behind its end.
        for number: UInt8 in 0..<6 { try store.commit { $0.inbox = [[UInt8](repeating: number, count: 9000)] } }
        try store.writeBack()
        for number: UInt8 in 0..<8 { try store.commit { $0.inbox = [[UInt8](repeating: number, count: 64)] } }
        killed = try Scratch()
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: living.path + suffix, toPath: killed.path + suffix)
        }
        log = [UInt8](try Data(contentsOf: URL(fileURLWithPath: killed.path + "-wal")))
        store.close()
        ends = Self.ends(in: log)
    }

    private static func ends(in log: [UInt8]) -> [Int] {
        (0..<(log.count - 32) / frame).filter { number in
            let start = 32 + number * frame
            return log[start + 8..<start + 16].elementsEqual(log[16..<24])
                && log[start + 4..<start + 8].contains { $0 > 0 }
        }
    }

    private func opens(with log: [UInt8]) throws -> OpeningError? {
        let copy = try Scratch()
        for (suffix, bytes) in [("", try Data(contentsOf: URL(fileURLWithPath: killed.path))), ("-wal", Data(log))] {
            let attributes = [FileAttributeKey.posixPermissions: 0o600]
            let path = copy.path + suffix
            try #require(FileManager.default.createFile(atPath: path, contents: bytes, attributes: attributes))
        }
        do throws(OpeningError) { try SQLiteStore(path: copy.path).close() } catch { return error }
        return nil
    }

    @Test("one that a killed process left is opened, with what an earlier round left behind its end")
    func sound() throws {
        #expect(ends.count == 8)
        #expect(32 + (try #require(ends.last) + 1) * Self.frame < log.count)
        #expect(try opens(with: log) == nil)
    }

    @Test("one bit anywhere in front of the last two commits, and nothing is opened")
    func flipped() throws {
        var samples = Samples(seed: seed)
        // Behind the header, whose number of the round and version nobody needs.
        let end = 32 + (ends[ends.count - 3] + 1) * Self.frame
        for _ in 0..<200 {
            let bit = samples.number(below: (end - 32) * 8)
            var damaged = log
            damaged[32 + bit / 8] ^= 1 << (bit % 8)
            let frame = 32 + bit / 8 / Self.frame * Self.frame
            #expect(try opens(with: damaged) == .brokenLog(offset: frame), "seed \(seed), bit \(bit)")
        }
    }

    @Test("nor with a bit of the header that the engine needs")
    func header() throws {
        for bit in 0..<32 * 8 {
            var damaged = log
            damaged[bit / 8] ^= 1 << (bit % 8)
            #expect(try opens(with: damaged) == .brokenLog(offset: 0), "bit \(bit)")
        }
    }

    @Test("a whole frame that is gone is noticed, and so are several")
    func zeroed() throws {
        for count in 1...3 {
            var damaged = log
            let start = 32 + ends[1] * Self.frame
            let gone = start..<start + count * Self.frame
            damaged.replaceSubrange(gone, with: repeatElement(0, count: gone.count))
            #expect(try opens(with: damaged) == .brokenLog(offset: start), "\(count)")
        }
    }

    @Test("nor where the beginning is gone, whatever stands there now", arguments: [32, 512, 4096, 9000])
    func beginning(_ count: Int) throws {
        var samples = Samples(seed: seed)
        for bytes in [[UInt8](repeating: 0, count: count), samples.bytes(count)] {
            #expect(try opens(with: bytes + log[count...]) == .brokenLog(offset: 0), "seed \(seed)")
        }
    }

    @Test("a damaged log is not written back: what lies behind the damage would go, and the trace of it")
    func settled() throws {
        var damaged = log
        damaged[32 + ends[1] * Self.frame + 100] ^= 1
        try Data(damaged).write(to: URL(fileURLWithPath: killed.path + "-wal"))
        #expect(throws: StoreError.self) { try SQLiteStore.settle(killed.path) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: killed.path + "-wal")) == Data(damaged))
        try Data(log).write(to: URL(fileURLWithPath: killed.path + "-wal"))
        try SQLiteStore.settle(killed.path)
    }

    @Test("cut where the refusal says, it is opened as of before the damage")
    func cut() throws {
        let start = 32 + ends[3] * Self.frame
        #expect(try opens(with: Array(log[..<start])) == nil)
    }

    @Test("what a power cut leaves is opened: a log cut off anywhere, and a last commit that is not whole")
    func powerCut() throws {
        var samples = Samples(seed: seed)
        for _ in 0..<60 {
            let length = samples.number(below: log.count)
            #expect(try opens(with: Array(log[..<length])) == nil, "seed \(seed), \(length) bytes")
        }
        let last = ends[ends.count - 2] + 1
        for number in last...ends[ends.count - 1] {
            var torn = log
            torn[32 + number * Self.frame + 100] ^= 1
            #expect(try opens(with: torn) == nil, "frame \(number)")
        }
    }

    /// The first commit of a round was being written over an earlier round when the power went: of its frames one has
    /// come to the disk, and of that one its head alone. Behind it lie the commits of the earlier round, as they were.
    @Test("what a power cut leaves is opened: the head of a frame of a new round, and whole commits of the one before")
    func tornRound() throws {
        let living = try Scratch()
        let store = try living.open()
        for number: UInt8 in 0..<6 { try store.commit { $0.inbox = [[UInt8](repeating: number, count: 64)] } }
        let before = [UInt8](try Data(contentsOf: URL(fileURLWithPath: living.path + "-wal")))
        try store.writeBack()
        try store.commit { $0.inbox = [[UInt8](repeating: 7, count: 64)] }
        let after = [UInt8](try Data(contentsOf: URL(fileURLWithPath: living.path + "-wal")))
        store.close()
        try #require(before[16..<24] != after[16..<24])
        for frame in 0..<Self.ends(in: before)[1] {
            let start = 32 + frame * Self.frame
            let torn = Array(after[..<32] + before[32..<start] + after[start..<start + 24] + before[(start + 24)...])
            #expect(try opens(with: torn) == nil, "frame \(frame)")
        }
    }
}
