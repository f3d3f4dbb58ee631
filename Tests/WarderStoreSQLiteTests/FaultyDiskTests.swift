import CWarderFaultyVFS
import GRDB
import Testing
import WarderCore
import WarderStoreSQLite

/// The other tests are worth as much as the disk that they run on.
@Suite("The faulty disk is as faulty as it says")
struct FaultyDiskTests {
    private let disk: FaultyDisk
    private var samples = Samples()

    init() throws { disk = try FaultyDisk() }

    @Test("a disk that never syncs loses what was answered")
    mutating func lie() throws {
        let events = samples.events(1...20)
        let store = try disk.scratch.open()
        try store.commit { $0.events = Array(events[..<10]) }
        disk.lie()
        try store.commit { $0.events = Array(events[10...]) }
        #expect(try store.lastSequence() == 20)
        disk.crash(.losesAll, store)
        #expect(try disk.scratch.open().lastSequence() == 10)
    }

    @Test("so does a connection that does not ask for syncs")
    mutating func synchronousOff() throws {
        let entry = samples.bytes(100)
        let store = try disk.scratch.open()
        try disk.scratch.intrude { database in
            try database.execute(sql: "PRAGMA synchronous = OFF; INSERT INTO inbox (sealed) VALUES (randomblob(100))")
        }
        #expect(try store.inbox().count == 1)
        disk.crash(.losesAll, store)
        let second = try disk.scratch.open()
        #expect(try second.inbox().isEmpty)
        try second.commit { $0.inbox = [entry] }
        disk.crash(.losesAll, second)
        #expect(try disk.scratch.open().inbox().map(\.sealed) == [entry])
    }

    @Test("what a killed process has written is there")
    mutating func kill() throws {
        let entry = samples.bytes(100)
        let store = try disk.scratch.open()
        disk.lie()
        try store.commit { $0.inbox = [entry] }
        disk.crash(.losesNothing, store)
        #expect(try disk.scratch.open().inbox().map(\.sealed) == [entry])
    }

    @Test("what a failed sync forgot is seen, and not written by the next one")
    mutating func forgetting() throws {
        let entry = samples.bytes(100)
        let store = try disk.scratch.open()
        // Nobody has synced this yet when the first sync fails, and SQLite takes no notice of the failure later.
        try disk.scratch.intrude { database in
            try database.execute(sql: "PRAGMA synchronous = OFF; INSERT INTO inbox (sealed) VALUES (zeroblob(100000))")
        }
        disk.fail(FAULTY_SYNC, on: FAULTY_LOG, forgets: true)
        #expect(failure { try store.writeBack() }?.isUnavailable == true)
        try store.commit { $0.inbox = [entry] }
        #expect(try store.inbox().map(\.sealed.count) == [100_000, 100])
        disk.crash(.losesAll, store)
        #expect(try disk.scratch.open().inbox().isEmpty)
    }

    @Test("a commit brings SQLite's own syncs, one for the log and none for the database")
    mutating func syncCount() throws {
        let store = try disk.scratch.open()
        let events = samples.events(1...30)
        try store.commit { $0.events = Array(events[..<10]) }
        let before = (disk.count(FAULTY_SYNC, on: FAULTY_LOG), disk.count(FAULTY_SYNC, on: FAULTY_DATABASE))
        try store.commit { $0.events = Array(events[10...]) }
        #expect(disk.count(FAULTY_SYNC, on: FAULTY_LOG) == before.0 + 1)
        #expect(disk.count(FAULTY_SYNC, on: FAULTY_DATABASE) == before.1)
    }
}
