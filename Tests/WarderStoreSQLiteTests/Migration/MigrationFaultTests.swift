import CWarderFaultyVFS
import Foundation
import GRDB
import Testing
import WarderCore
import WarderModel
import WarderStoreSQLite
import WarderTesting

@Suite("A migration that a fault ends loses nothing, and the next start makes it")
struct MigrationFaultTests {
    private static let latest = LaterSchema.migrations.count

    /// What a killed daemon of the earlier release left: with a write-ahead log.
    private struct Origin {
        let scratch: Scratch
        let expected: Filled
        private let store: SQLiteStore

        init(events: UInt64) throws {
            scratch = try Scratch()
            _ = try Filled.make(at: scratch, events: events)
            store = try scratch.open()
            try store.commit { $0.inbox = [[UInt8](repeating: 7, count: 100)] }
            expected = try Filled(store)
        }
    }

    @Test(
        "at every write, sync and truncation: the old schema or the new one, whole, and a whole copy",
        arguments: FaultyDisk.Crash.allCases
    )
    func everyFaultPoint(_ crash: FaultyDisk.Crash) throws {
        let origin = try Origin(events: 10)
        for (times, partly) in [(1, 0), (FAULTY_FOREVER, 0), (FAULTY_FOREVER, 1000)] {
            var (point, lives, migrated, isPast) = (0, 0, 0, false)
            while !isPast {
                let label: Comment = "point \(point), \(times) times, \(partly) bytes, \(crash)"
                let life = try life(origin, faultAt: point, times: times, partly: partly, crash)
                let schema = try look(at: life.disk, expecting: origin.expected, label)
                isPast = life.isPast
                #expect(!isPast || schema == Self.latest, label)
                if schema == Self.latest { migrated += 1 }
                (point, lives) = (point + 1, lives + 1)
            }
            print("\(crash), \(times) times: \(lives) lives, migrated after \(migrated)")
            // The copy and both migrations take writes and syncs.
            #expect(lives > 40)
        }
    }

    @Test("the same of a database that does not fit into memory, so that most of it is written before the commit")
    func large() throws {
        let origin = try Origin(events: 4000)
        var (point, lives, isPast) = (0, 0, false)
        while !isPast {
            let life = try life(origin, faultAt: point, times: FAULTY_FOREVER, partly: 0, .losesNothing)
            _ = try look(at: life.disk, expecting: origin.expected, "point \(point)")
            isPast = life.isPast
            // By leaps.
            (point, lives) = (point * 3 + 1, lives + 1)
        }
        #expect(point > 2000 && lives > 7)
    }

    /// Copies the database to a disk that fails at a point, and migrates it there.
    private func life(
        _ origin: Origin,
        faultAt point: Int,
        times: Int,
        partly: Int,
        _ crash: FaultyDisk.Crash
    ) throws -> (disk: FaultyDisk, isPast: Bool) {
        let disk = try FaultyDisk()
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: origin.scratch.path + suffix, toPath: disk.scratch.path + suffix)
        }
        // Keeps the database open, so that nothing is tidied up before the crash when the migration fails.
        let witness = try DatabaseQueue(path: disk.scratch.path)
        _ = try witness.inDatabase { try Int.fetchOne($0, sql: "SELECT count(*) FROM records") }
        disk.fail(FAULTY_WRITE | FAULTY_SYNC | FAULTY_TRUNCATE, after: point, times: times, partly: partly)
        let before = disk.count(FAULTY_WRITE | FAULTY_SYNC | FAULTY_TRUNCATE)
        let store = try? SQLiteStore(path: disk.scratch.path, migrations: LaterSchema.migrations)
        let operations = disk.count(FAULTY_WRITE | FAULTY_SYNC | FAULTY_TRUNCATE) - before
        disk.crash(crash, seed: UInt64(point))
        store?.close()
        try? witness.close()
        return (disk, store != nil && operations <= point)
    }

    /// - Returns: the schema that the fault left.
    private func look(at disk: FaultyDisk, expecting expected: Filled, _ label: Comment) throws -> Int {
        let path = disk.scratch.path
        let schema = try disk.scratch.intrude { try Int.fetchOne($0, sql: "PRAGMA user_version") } ?? 0
        try #require(schema == Migration.all.count || schema == Self.latest, label)
        if schema == Self.latest {
            try #require(CopiesBeforeMigrations.list(of: path).count == 1, label)
        } else {
            // The earlier release goes on as if nothing had happened.
            let store = try disk.scratch.open()
            #expect(try Filled(store) == expected, label)
            store.close()
        }
        let store = try SQLiteStore(path: path, migrations: LaterSchema.migrations)
        #expect(try Filled(store) == expected, label)
        store.close()
        let copies = CopiesBeforeMigrations.list(of: path)
        try #require(copies.count == 1, label)
        let back = try Scratch()
        try FileManager.default.copyItem(atPath: copies[0], toPath: back.path)
        let earlier = try back.open()
        #expect(try Filled(earlier) == expected, label)
        earlier.close()
        try SQLiteStore.removeLeftSnapshots(in: disk.scratch.directory)
        let names = try FileManager.default.contentsOfDirectory(atPath: disk.scratch.directory)
        #expect(Set(names).subtracting(["vault.db-wal", "vault.db-shm"]).count == 2, "\(label): \(names)")
        return schema
    }
}
