import GRDB
import WarderCore

/// Takes a database from the schema that it has to this version's.
///
/// All of it is one transaction, however many migrations there are: whenever it is stopped, the database has either the
/// old schema or the new one, and the next start begins anew. It is committed only when the engine has looked through
/// the whole of it and found nothing wrong.
struct SchemaUpgrade {
    private let migrations: [Migration]
    private let from: Int
    private let report: OpeningReport

    /// `from` is the schema that the database has; 0 for an empty one.
    init(_ migrations: [Migration], from: Int, report: @escaping OpeningReport) {
        self.migrations = migrations
        self.from = from
        self.report = report
    }

    /// - Returns: what was done; `nil` for a database that was empty.
    /// - Throws: `OpeningError`, `StoreError` or `DatabaseError`; the database is as it was then.
    func run(_ writer: DatabaseQueue) throws -> FinishedMigration? {
        try writer.inDatabase { database in
            // While a table is made anew, what points at its rows points nowhere. To be set outside transactions only.
            try database.execute(sql: "PRAGMA foreign_keys = OFF")
            let done: FinishedMigration?
            do {
                // With the lock that only one can have: nothing changes between the copy and the migration.
                try database.execute(sql: "BEGIN IMMEDIATE TRANSACTION")
                done = try prepare(database, path: writer.path)
                try migrate(database)
            } catch {
                // Fails when the disk is gone; SQLite has left the transaction all the same.
                try? database.rollback()
                throw error
            }
            try database.execute(sql: "PRAGMA foreign_keys = ON")
            if let done { report(.migrated(done)) }
            return done
        }
    }

    private var to: Int { migrations.last?.number ?? from }

    /// Makes sure that this is a database to be migrated, and that there is a way back.
    private func prepare(_ database: Database, path: String) throws -> FinishedMigration? {
        guard try Schema.identify(database) == from else { throw StoreError(.SQLITE_BUSY) }
        guard from > 0 else { return nil }
        try Schema.compare(database, with: migrations.filter { $0.number <= from })
        let copy = try CopyBeforeMigration(of: path, to: to, report: report).make(database)
        return FinishedMigration(from: from, to: to, copy: copy)
    }

    private func migrate(_ database: Database) throws {
        do {
            for migration in migrations where migration.number > from { try take(migration, in: database) }
            if from > 0 { report(.checking) }
            try DatabaseCheck.run(database) { [report] in report(.working) }
            try Schema.compare(database, with: migrations)
            try database.execute(sql: "COMMIT TRANSACTION")
        } catch {
            throw from > 0 ? OpeningError.notMigrated(to: to, StoreError(error)) : error
        }
    }

    private func take(_ migration: Migration, in database: Database) throws {
        if from > 0 { report(.migrating(to: migration.number, purpose: migration.purpose)) }
        let work = MigrationWork(database) { [report] table, done, total in
            report(.rows(OpeningStep.Rows(migration: migration.number, table: table, done: done, total: total)))
        }
        // One statement can take minutes, and whoever waits for the start must hear that it goes on.
        try CancellationWatch.ticking(database, { [report] in report(.working) }) { try migration.change(work) }
        try SchemaHistory.add(migration.number, to: database)
        try database.execute(sql: "PRAGMA user_version = \(migration.number)")
    }
}
