import Foundation
import GRDB
import Sealing
import TransparencyLog
import WarderCore
import WarderModel
import WarderStoreSQLite

/// Appends events to real databases, and says what one costs: at the beginning of a log, at the end of a long one, and
/// where the log's tree is not kept.
///
/// In this process, because a request takes many times what is looked for. Nothing in the product leaves the tree away:
/// a store that lacks a leaf gives its tree up, and goes on recording.
@main
struct LogMeter {
    /// As many as 64 connections make together.
    private static let batch = 64
    /// Batches that are measured at a time.
    private static let batches = 16
    /// Events of a log at its beginning.
    private static let few: UInt64 = 1000

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let many = UInt64(arguments[2]), let rounds = Int(arguments[3]), rounds > 0 else {
            FileHandle.standardError.write(Data("usage: log-meter DIRECTORY EVENTS ROUNDS\n".utf8))
            exit(1)
        }
        let meter = try LogMeter(directory: arguments[1], many: many)
        var figures = Figures()
        for round in 1...rounds {
            let short = try meter.open("short-\(round)")
            try meter.fill(short, from: 1, through: few)
            let bare = try meter.bare("bare-\(round)")
            guard short.tree()?.size == few, bare.tree() == nil else { throw StoreError.damaged(code: 0) }
            figures.short.append(try meter.cost(of: short, after: few))
            figures.bare.append(try meter.cost(of: bare, after: few))
            figures.long.append(try meter.cost(of: meter.long, after: try meter.long.lastSequence()))
        }
        FileHandle.standardOutput.write(try JSONEncoder().encode(figures))
    }

    /// Microseconds of processor time for an event, one for each round.
    private struct Figures: Encodable {
        var short: [Double] = []
        var long: [Double] = []
        var bare: [Double] = []
    }

    private let directory: String
    private let long: SQLiteStore

    private init(directory: String, many: UInt64) throws {
        self.directory = directory
        long = try SQLiteStore(path: directory + "/long.db")
        try fill(long, from: 1, through: many)
    }

    private func open(_ name: String) throws -> SQLiteStore { try SQLiteStore(path: "\(directory)/\(name).db") }

    /// A store without a tree.
    private func bare(_ name: String) throws -> SQLiteStore {
        let store = try open(name)
        try fill(store, from: 1, through: Self.few)
        store.close()
        let file = try DatabaseQueue(path: "\(directory)/\(name).db")
        try file.writeWithoutTransaction { database in
            let trigger = "log_leaves_do_not_go"
            let sql = try String.fetchOne(
                database,
                sql: "SELECT sql FROM sqlite_schema WHERE name = ?",
                arguments: [trigger]
            )
            try database.execute(sql: "PRAGMA foreign_keys = OFF; DROP TRIGGER \(trigger)")
            // One of those that no larger subtree speaks for yet.
            try database.execute(sql: "DELETE FROM log_leaves WHERE seq = ?", arguments: [Self.few - 10])
            try database.execute(sql: sql ?? "")
        }
        try file.close()
        return try open(name)
    }

    private func fill(_ store: SQLiteStore, from first: UInt64, through last: UInt64) throws {
        for start in stride(from: first, through: last, by: 4096) {
            try store.commit(Self.events(start...min(start + 4095, last)))
            if store.needsMaintenance { try store.maintain() }
        }
    }

    /// Of this thread alone: the writing back of the write-ahead log is another's.
    private func cost(of store: SQLiteStore, after last: UInt64) throws -> Double {
        if store.needsMaintenance { try store.maintain() }
        let batches = (0..<UInt64(Self.batches)).map { number in
            let first = last + 1 + number * UInt64(Self.batch)
            return Self.events(first...first + UInt64(Self.batch) - 1)
        }
        let begin = Self.processorTime()
        for batch in batches { try store.commit(batch) }
        return (Self.processorTime() - begin) / Double(Self.batch * Self.batches)
    }

    private static func processorTime() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }

    /// As large as a resolve's; whatever they say.
    private static func events(_ numbers: ClosedRange<UInt64>) -> Batch {
        var batch = Batch()
        batch.events = numbers.map { number in
            let content = unsafe withUnsafeBytes(of: number.bigEndian) { unsafe Array($0) }
            return SealedEvent(
                sequence: number,
                time: Timestamp(milliseconds: 1_795_253_400_000 + Int64(number)),
                leaf: TreeHash.leaf(content).bytes,
                epoch: 1,
                sealed: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 681)
            )
        }
        return batch
    }
}
