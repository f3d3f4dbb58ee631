import CWarderFaultyVFS
import GRDB
import GRDBSQLite
import Sealing
import Testing
import WarderCore
import WarderModel
import WarderStoreSQLite

private let syncFailed = ResultCode.SQLITE_IOERR_FSYNC.rawValue

@Suite("A disk that fails costs nothing that was answered, and keeps nothing that was not")
struct FaultTests {
    private let disk: FaultyDisk
    private var samples = Samples()
    private let store: SQLiteStore
    private let first: [SealedEvent]

    init() throws {
        disk = try FaultyDisk()
        store = try disk.scratch.open()
        first = samples.events(1...5)
        try store.commit { [first] in $0.events = first }
    }

    private mutating func batch(from sequence: UInt64) -> Batch {
        var batch = Batch()
        batch.events = samples.events(sequence...sequence + 4)
        batch.records = [samples.record()]
        batch.inbox = [samples.bytes(500)]
        return batch
    }

    @Test("a full disk is unavailable, and serves again when there is room, on the same store")
    mutating func full() throws {
        let (lost, kept) = (batch(from: 6), batch(from: 6))
        disk.fail(FAULTY_WRITE, times: FAULTY_FOREVER, code: SQLITE_FULL)
        for _ in 0..<3 {
            #expect(failure { try store.commit(lost) } == .unavailable(code: SQLITE_FULL))
            #expect(try store.lastSequence() == 5)
        }
        disk.heal()
        try store.commit(kept)
        #expect(try store.allEvents() == first + kept.events)
        #expect(try store.records() == kept.records)
    }

    @Test(
        "a failed sync is unavailable; what was not answered is not seen, now or after any crash",
        arguments: FaultyDisk.Crash.allCases
    )
    mutating func failedSync(_ crash: FaultyDisk.Crash) throws {
        let lost = batch(from: 6)
        disk.fail(FAULTY_SYNC, on: FAULTY_LOG, code: syncFailed)
        #expect(failure { try store.commit(lost) } == .unavailable(code: syncFailed))
        #expect(!store.needsMaintenance)
        #expect(try store.lastSequence() == 5)
        disk.crash(crash, store)
        let again = try disk.scratch.open()
        #expect(try again.allEvents() == first)
        #expect(try again.records().isEmpty)
        #expect(try again.inbox().isEmpty)
    }

    @Test("SQLite by itself would bring a commit to life whose sync failed")
    func withoutBurying() throws {
        // Shows what the store guards against: if this fails, SQLite has learned it, and the store need not bury
        // anything.
        let connection = try DatabaseQueue(path: disk.scratch.path)
        disk.fail(FAULTY_SYNC, on: FAULTY_LOG, code: syncFailed)
        #expect(throws: DatabaseError.self) {
            try connection.inDatabase { try $0.execute(sql: "INSERT INTO inbox (sealed) VALUES (randomblob(100))") }
        }
        #expect(try store.inbox().isEmpty)
        disk.crash(.losesNothing, store)
        try connection.close()
        #expect(try disk.scratch.open().inbox().count == 1)
    }

    @Test("when no sync succeeds any more, a killed process leaves nothing unanswered behind either")
    mutating func noSyncSucceeds() throws {
        let lost = batch(from: 6)
        disk.fail(FAULTY_SYNC, times: FAULTY_FOREVER, code: syncFailed)
        for _ in 0..<2 { #expect(failure { try store.commit(lost) } == .unavailable(code: syncFailed)) }
        #expect(store.needsMaintenance)
        disk.crash(.losesNothing, store)
        #expect(try disk.scratch.open().allEvents() == first)
    }

    @Test("what a dead disk kept from being buried is buried when it lives again")
    mutating func buriedLater() throws {
        let (lost, kept) = (batch(from: 6), batch(from: 6))
        // The sync of the commit fails, and then every write.
        disk.fail(FAULTY_SYNC | FAULTY_WRITE, on: FAULTY_LOG, after: disk.writesOfACommit, times: FAULTY_FOREVER)
        #expect(failure { try store.commit(lost) }?.isUnavailable == true)
        #expect(store.needsMaintenance)
        #expect(failure { try store.maintain() } == nil)
        #expect(store.needsMaintenance)
        disk.heal()
        try store.maintain()
        #expect(!store.needsMaintenance)
        disk.crash(.losesNothing, store)
        let again = try disk.scratch.open()
        #expect(try again.allEvents() == first)
        try again.commit(kept)
        #expect(try again.allEvents() == first + kept.events)
    }

    @Test("commits after a sync that forgot are safe: everything they need is written again")
    mutating func forgettingSync() throws {
        let lost = batch(from: 6)
        disk.fail(FAULTY_SYNC, on: FAULTY_LOG, code: syncFailed, forgets: true)
        #expect(failure { try store.commit(lost) }?.isUnavailable == true)
        var kept: [SealedEvent] = []
        for start in stride(from: UInt64(6), to: 46, by: 5) {
            let batch = batch(from: start)
            try store.commit(batch)
            kept += batch.events
        }
        disk.crash(.losesAll, store)
        let again = try disk.scratch.open()
        #expect(try again.allEvents() == first + kept)
        #expect(try again.records().count == 8)
    }

    @Test(
        "a fault at any operation of a commit: answered means there, refused means not there",
        arguments: FaultyDisk.Crash.allCases
    )
    mutating func everyFaultPoint(_ crash: FaultyDisk.Crash) throws {
        for (times, partly) in [(1, 0), (1, 1000), (FAULTY_FOREVER, 0), (FAULTY_FOREVER, 1000)] {
            var point = 0
            while try !faultPoint(point, times: times, partly: partly, crash) { point += 1 }
            // Writes of several pages, and their sync.
            #expect(point > 5)
        }
    }

    /// - Returns: whether the fault came too late for the commit.
    private mutating func faultPoint(
        _ point: Int,
        times: Int,
        partly: Int,
        _ crash: FaultyDisk.Crash
    ) throws -> Bool {
        let disk = try FaultyDisk()
        let store = try disk.scratch.open()
        let first = first
        try store.commit { $0.events = first }
        let batch = batch(from: 6)
        disk.fail(FAULTY_WRITE | FAULTY_SYNC | FAULTY_TRUNCATE, after: point, times: times, partly: partly)
        let failure = failure { try store.commit(batch) }
        let label: Comment = "point \(point), \(times) times, \(partly) bytes, \(crash)"
        if let failure { #expect(failure.isUnavailable, label) }
        #expect(try store.lastSequence() == (failure == nil ? 10 : 5), label)
        // Nothing can be promised of a commit whose last write was its own sync, on a disk that took it and then died.
        let isCertain = failure == nil || times == 1 || crash == .losesAll
        disk.crash(crash, store, seed: UInt64(point))
        let again = try disk.scratch.open()
        let events = try again.allEvents()
        if isCertain {
            #expect(events == (failure == nil ? first + batch.events : first), label)
        } else {
            #expect(events == first || events == first + batch.events, label)
        }
        #expect(try again.records().count == (events.count == 10 ? 1 : 0), label)
        return failure == nil
    }

    @Test("a fault at any operation of writing the log back loses nothing, and the next time it works")
    mutating func everyFaultPointOfMaintenance() throws {
        var point = 0
        var isPast = false
        while !isPast {
            let disk = try FaultyDisk()
            let store = try disk.scratch.open()
            var all: [SealedEvent] = []
            let secret = samples.record()
            try store.commit { $0.records = [secret] }
            var version: UInt32 = 0
            while !store.needsMaintenance {
                version += 1
                let value = SealedValue(
                    epoch: 1,
                    wrappedKey: samples.bytes(Samples.wrappedKey),
                    sealed: [UInt8](repeating: 9, count: 1 << 20)
                )
                let events = [samples.event(UInt64(version))]
                try store.commit {
                    $0.values = [(Batch.Place(secret: secret.id, version: version), value)]
                    $0.events = events
                }
                all += events
            }
            disk.fail(FAULTY_WRITE | FAULTY_SYNC, after: point, code: syncFailed, forgets: true)
            let failure = failure { try store.maintain() }
            isPast = failure == nil
            #expect(isPast || store.needsMaintenance, "point \(point)")
            let next = samples.event(UInt64(version) + 1)
            try store.commit { $0.events = [next] }
            if point.isMultiple(of: 2) { try store.maintain() }
            disk.crash(.losesAll, store)
            let again = try disk.scratch.open()
            #expect(try again.allEvents() == all + [next], "point \(point)")
            #expect(try again.value(of: secret.id, version: version)?.sealed.count == 1 << 20, "point \(point)")
            // The syncs at either end one by one, the many writes between them by leaps.
            point = point < 3 ? point + 1 : point * 2
        }
        #expect(point > 1000)
    }

    @Test("a disk that cannot be read is unavailable, and no harm is done")
    mutating func unreadable() throws {
        let store = try disk.scratch.open()
        disk.fail(FAULTY_READ, times: FAULTY_FOREVER, code: ResultCode.SQLITE_IOERR_READ.rawValue)
        #expect(failure { _ = try store.records() }?.isUnavailable == true)
        disk.heal()
        #expect(try store.allEvents() == first)
        let batch = batch(from: 6)
        try store.commit(batch)
    }
}

extension FaultyDisk {
    /// Writes to the log that the commit of a batch of these tests takes: a header and a page each.
    fileprivate var writesOfACommit: Int { 12 }
}
