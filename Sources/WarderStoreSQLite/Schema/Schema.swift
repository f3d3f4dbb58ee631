import GRDB
import WarderCore

/// What the database must look like, and how older ones come to look like it.
struct Schema {
    /// Number of this version's schema; stands in the file as `user_version`.
    static var newest: Int { Migration.all.last?.number ?? 0 }
    /// "WRDR", says what the file is for; stands in the file as `application_id`.
    static let applicationID = 0x5752_4452

    /// No version is so many schemas ahead of another: a number beyond that is a damaged one.
    static let greatestLead = 1000

    private let migrations: [Migration]
    private let report: OpeningReport

    /// - Parameters:
    ///   - migrations: In order, from 1 on.
    ///   - report: Told of what takes time.
    init(_ migrations: [Migration], report: @escaping OpeningReport) {
        self.migrations = migrations
        self.report = report
    }

    /// Makes sure that the writer's database is this version's, and turns its write-ahead log on.
    ///
    /// A database that cannot be used is left as it was found.
    /// - Returns: what it was migrated from and to, if it was.
    /// - Throws: `OpeningError`, `StoreError` or `DatabaseError`.
    func open(_ writer: DatabaseQueue) throws -> FinishedMigration? {
        let newest = migrations.last?.number ?? 0
        let found = try writer.inDatabase(Self.identify)
        guard found <= newest + Self.greatestLead else { throw StoreError.corrupt }
        guard found <= newest else { throw OpeningError.newer(try NewerDatabase(writer, found: found, known: newest)) }
        try writer.inDatabase(turnLogOn)
        if found < newest { return try SchemaUpgrade(migrations, from: found, report: report).run(writer) }
        try writer.inDatabase { try Self.compare($0, with: migrations) }
        return nil
    }

    /// The number of a database's schema; 0 for an empty file.
    ///
    /// - Throws: `StoreError` for another program's database.
    static func identify(_ database: Database) throws -> Int {
        let application = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let isNew = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") == 0
        if isNew, application == 0, found == 0 { return 0 }
        guard application == applicationID, found > 0 else { throw StoreError(.SQLITE_NOTADB) }
        return found
    }

    private func turnLogOn(_ database: Database) throws {
        guard try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL") == "wal",
            // What the vault promises hangs on this, so ask instead of assuming that the engine listened.
            try Int.fetchOne(database, sql: "PRAGMA synchronous") == 2,
            try Int.fetchOne(database, sql: "PRAGMA foreign_keys") == 1
        else { throw StoreError(.SQLITE_CANTOPEN) }
    }

    /// Tables without their checks and a log without its triggers would serve as well, and keep nothing safe: the
    /// definitions in the file must be those that the migrations make.
    static func compare(_ database: Database, with migrations: [Migration]) throws {
        let model = try DatabaseQueue()
        let expected = try model.inDatabase { model in
            for migration in migrations { try migration.change(MigrationWork(model) { _, _, _ in }) }
            return try definitions(in: model)
        }
        guard try expected == definitions(in: database) else { throw StoreError.corrupt }
    }

    private static func definitions(in database: Database) throws -> [[String]] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT type, name, tbl_name, sql FROM sqlite_schema
                WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*' AND tbl_name <> ? ORDER BY type, name
                """,
            arguments: [SchemaHistory.table]
        ).map { row in try (0..<4).map { try row.decode(String.self, atIndex: $0) } }
    }
}
