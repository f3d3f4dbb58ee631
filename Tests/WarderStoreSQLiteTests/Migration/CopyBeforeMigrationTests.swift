import Foundation
import GRDB
import Locking
import Testing
import WarderCore
import WarderModel
import WarderStoreSQLite
import WarderTesting

@Suite("Before a migration there is a copy to go back to")
struct CopyBeforeMigrationTests {
    private let scratch: Scratch
    private let filled: Filled

    init() throws {
        scratch = try Scratch()
        filled = try Filled.make(at: scratch)
    }

    private var copy: String { "\(scratch.path).before-schema-\(LaterSchema.migrations.count)" }

    private func migrate(report: @escaping OpeningReport = { _ in }) throws {
        try SQLiteStore(path: scratch.path, migrations: LaterSchema.migrations, report: report).close()
    }

    private func refusal(_ migrations: [Migration] = LaterSchema.migrations) -> OpeningError? {
        do {
            _ = try SQLiteStore(path: scratch.path, migrations: migrations)
            return nil
        } catch { return error }
    }

    private var failing: [Migration] {
        Migration.all + [Migration(LaterSchema.migrations.count, "fail") { try $0.execute("SELECT nothing") }]
    }

    /// Reads a copy as the earlier release would after somebody put it in the database's place.
    private func read(_ path: String) throws -> Filled {
        let other = try Scratch()
        try FileManager.default.copyItem(atPath: path, toPath: other.path)
        let store = try other.open()
        defer { store.close() }
        return try Filled(store)
    }

    @Test("its owner's alone, with everything that was there, and the earlier release opens it")
    func everything() throws {
        try migrate()
        #expect(try read(copy) == filled)
        #expect(try scratch.mode(of: ".before-schema-\(LaterSchema.migrations.count)") == 0o600)
        #expect(CopiesBeforeMigrations.list(of: scratch.path) == [copy])
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch.directory).sorted()
        #expect(names == ["vault.db", "vault.db.before-schema-\(LaterSchema.migrations.count)"])
    }

    @Test("an attempt that fails leaves it, and the next takes it as it is")
    func again() throws {
        guard case .notMigrated = refusal(failing) else {
            Issue.record("not refused")
            return
        }
        let number = try FileManager.default.attributesOfItem(atPath: copy)[.systemFileNumber] as? Int
        let steps = Locked<[OpeningStep]>([])
        try migrate { step in steps.withLock { $0.append(step) } }
        #expect(steps.withLock { $0 }.contains(.copied(to: copy, isNew: false)))
        #expect(try FileManager.default.attributesOfItem(atPath: copy)[.systemFileNumber] as? Int == number)
        #expect(CopiesBeforeMigrations.list(of: scratch.path) == [copy])
    }

    @Test("one of another state is never written over: the next takes another name")
    func otherState() throws {
        _ = refusal(failing)
        let store = try scratch.open()
        var samples = Samples()
        try store.commit { $0.events = samples.events(41...41) }
        let newer = try Filled(store)
        store.close()
        try migrate()
        #expect(try read(copy) == filled)
        #expect(try read(copy + ".2") == newer)
    }

    @Test(
        "whatever else has its name stays as it is",
        arguments: [Data(), Data("somebody's notes".utf8), Data((0..<9000).map { UInt8(truncatingIfNeeded: $0) })]
    )
    func foreign(_ content: Data) throws {
        #expect(FileManager.default.createFile(atPath: copy, contents: content))
        try migrate()
        #expect(FileManager.default.contents(atPath: copy) == content)
        #expect(try read(copy + ".2") == filled)
    }

    @Test("a copy that lost a row, or gained one, is none")
    func altered() throws {
        for (number, sql) in [
            (1, "DROP TRIGGER log_payloads_do_not_change; DELETE FROM log_payloads WHERE seq = 7"),
            (2, "INSERT INTO inbox (sealed) VALUES (zeroblob(100))"),
            (3, "UPDATE vault SET created = created + 1"),
            (4, "PRAGMA user_version = 7"),
        ] {
            let path = number == 1 ? copy : "\(copy).\(number)"
            try FileManager.default.copyItem(atPath: scratch.path, toPath: path)
            try DatabaseQueue(path: path).inDatabase { try $0.execute(sql: sql) }
        }
        try migrate()
        #expect(try read(copy + ".5") == filled)
    }

    @Test("when all its names are taken, nothing is migrated")
    func namesTaken() throws {
        for path in [copy] + (2...9).map({ "\(copy).\($0)" }) {
            #expect(FileManager.default.createFile(atPath: path, contents: Data([1])))
        }
        #expect(refusal() == .noCopy(.namesTaken))
        #expect(try Filled(scratch.open()) == filled)
    }

    @Test("is not taken for what a killed process left")
    func leftOver() throws {
        try migrate()
        try SQLiteStore.removeLeftSnapshots(in: scratch.directory)
        #expect(CopiesBeforeMigrations.list(of: scratch.path) == [copy])
    }

    @Test("a damaged database is not migrated, and gets no copy")
    func damaged() throws {
        let store = try scratch.open()
        var samples = Samples()
        try store.commit { $0.events = samples.events(41...3000) }
        store.close()
        let file = try #require(FileHandle(forUpdatingAtPath: scratch.path))
        // Somewhere among the events: the type of a page becomes one that there is not.
        try file.seek(toOffset: UInt64(try scratch.size() / 4096 / 2 * 4096))
        try file.write(contentsOf: [0x77])
        try file.close()
        guard case .noCopy(.store(let error)) = refusal() else {
            Issue.record("not refused")
            return
        }
        #expect(error.isDamaged)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.directory) == ["vault.db"])
    }

    @Test("an earlier release names it, and the release that migrated")
    func earlierRelease() throws {
        try migrate()
        let newer = NewerDatabase(
            found: LaterSchema.migrations.count,
            known: Migration.all.count,
            program: Release.version,
            copy: copy
        )
        #expect(refusal(Migration.all) == .newer(newer))
        try FileManager.default.removeItem(atPath: copy)
        try scratch.intrude {
            try $0.execute(sql: "UPDATE grdb_migrations SET identifier = replace(identifier, ' ', ' ' || char(27))")
        }
        #expect(refusal(Migration.all) == .newer(NewerDatabase(found: 3, known: 1, program: nil, copy: nil)))
    }
}
