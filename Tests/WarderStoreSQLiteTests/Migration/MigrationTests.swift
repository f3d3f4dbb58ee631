import Foundation
import GRDB
import Locking
import Sealing
import Testing
import WarderCore
import WarderModel
import WarderStoreSQLite
import WarderTesting

@Suite("A database of an earlier schema is migrated whole or not at all")
struct MigrationTests {
    private let scratch: Scratch
    private let latest = LaterSchema.migrations.count

    init() throws { scratch = try Scratch() }

    private var copy: String { "\(scratch.path).before-schema-\(latest)" }

    private func later(
        _ migrations: [Migration] = LaterSchema.migrations,
        report: @escaping OpeningReport = { _ in }
    ) throws -> SQLiteStore {
        try SQLiteStore(path: scratch.path, migrations: migrations, report: report)
    }

    /// What keeps the database from opening.
    private func refusal(_ migrations: [Migration] = LaterSchema.migrations) -> OpeningError? {
        do {
            _ = try SQLiteStore(path: scratch.path, migrations: migrations)
            return nil
        } catch { return error }
    }

    private func schema() throws -> Int? { try scratch.intrude { try Int.fetchOne($0, sql: "PRAGMA user_version") } }

    /// A migration that goes wrong after it has changed something.
    private func failing(_ sql: String) -> [Migration] {
        Migration.all + [
            Migration(Migration.all.count + 1, "go wrong") { work in
                try work.execute("CREATE TABLE half (x INTEGER) STRICT")
                try work.execute(sql)
            }
        ]
    }

    @Test("migrations are numbered from 1 on, without a gap")
    func numbers() {
        #expect(Migration.all.map(\.number) == Array(1...Migration.all.count))
        #expect(LaterSchema.migrations.map(\.number) == Array(1...latest))
    }

    @Test("through several schemas at once, and everything is there; the next start has nothing to do")
    func everything() throws {
        let filled = try Filled.make(at: scratch)
        let store = try later()
        #expect(store.migrated == FinishedMigration(from: Migration.all.count, to: latest, copy: copy))
        #expect(try Filled(store) == filled)
        #expect(try schema() == latest)
        store.close()
        let again = try later()
        #expect(again.migrated == nil)
        #expect(try Filled(again) == filled)
    }

    @Test("a migrated database and one that is made anew look the same, and a new one needs no copy")
    func sameAsNew() throws {
        _ = try Filled.make(at: scratch)
        let other = try Scratch()
        try SQLiteStore(path: other.path, migrations: LaterSchema.migrations).close()
        try later().close()
        let sql = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"
        let (migrated, new) = try (
            scratch.intrude { try Row.fetchAll($0, sql: sql) }, other.intrude { try Row.fetchAll($0, sql: sql) }
        )
        #expect(migrated == new)
        #expect(CopiesBeforeMigrations.list(of: other.path).isEmpty)
    }

    @Test("the migrated database takes commits, and keeps its references")
    func writable() throws {
        let filled = try Filled.make(at: scratch)
        let store = try later()
        var samples = Samples()
        let events = samples.events(41...2100)
        try store.commit { $0.events = events }
        #expect(try store.allEvents() == filled.events + events)
        let referenced = filled.records[1].id
        #expect(failure { try store.commit { $0.removedRecords = [(.secret, referenced)] } }?.isRejected == true)
    }

    @Test("a migration that fails changes nothing, and the next start tries again")
    func failed() throws {
        let filled = try Filled.make(at: scratch)
        guard case .notMigrated(to: 2, _) = refusal(failing("INSERT INTO half VALUES ('text')")) else {
            Issue.record("not refused")
            return
        }
        let store = try scratch.open()
        #expect(try Filled(store) == filled)
        store.close()
        #expect(try Filled(later()) == filled)
    }

    @Test(
        "a database that is not whole after a migration keeps its old schema",
        arguments: [
            "UPDATE records SET id = zeroblob(16) WHERE rowid = 1",
            "PRAGMA ignore_check_constraints = ON; UPDATE vault SET id = x'00'; PRAGMA ignore_check_constraints = OFF",
        ]
    )
    func notWhole(_ sql: String) throws {
        let filled = try Filled.make(at: scratch)
        guard case .notMigrated(to: 2, _) = refusal(failing(sql)) else {
            Issue.record("not refused")
            return
        }
        #expect(try Filled(scratch.open()) == filled)
        #expect(try schema() == 1)
    }

    @Test("a database whose definitions were tampered with is not migrated, and not copied")
    func tampered() throws {
        _ = try Filled.make(at: scratch)
        try scratch.intrude { try $0.execute(sql: "DROP TRIGGER log_leaves_do_not_go") }
        let before = try Data(contentsOf: URL(fileURLWithPath: scratch.path))
        guard case .store(.damaged) = refusal() else {
            Issue.record("not refused as damaged")
            return
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.path)) == before)
        #expect(CopiesBeforeMigrations.list(of: scratch.path).isEmpty)
    }

    @Test("says how many rows of a long table are done, and goes through each once")
    func progress() throws {
        _ = try Filled.make(at: scratch, events: 25_000)
        let steps = Locked<[OpeningStep]>([])
        try later { step in
            if step != .working { steps.withLock { $0.append(step) } }
        }.close()
        let told = steps.withLock { $0 }
        let rows = told.compactMap { step -> [Int]? in
            guard case .rows(let rows) = step, rows.table == "log_payloads" else { return nil }
            return [rows.migration, rows.done, rows.total]
        }
        #expect(rows == [10_000, 20_000, 25_000].map { [latest, $0, 25_000] })
        #expect(told.last == .migrated(FinishedMigration(from: 1, to: latest, copy: copy)))
        let size = try scratch.intrude { try Int.fetchOne($0, sql: "SELECT count(size) FROM log_payloads") }
        #expect(size == 25_000)
    }
}
