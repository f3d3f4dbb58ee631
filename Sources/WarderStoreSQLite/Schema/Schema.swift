import GRDB
import WarderCore

/// What the database must look like, and how older ones come to look like it.
enum Schema {
    /// Number of the newest migration; stands in the file as `user_version`.
    static let version = 1
    /// "WRDR", says what the file is for; stands in the file as `application_id`.
    static let applicationID = 0x5752_4452

    /// Makes sure that the writer's database is this version's, and turns its write-ahead log on.
    ///
    /// A database that cannot be used is left as it was found.
    /// - Throws: `StoreError` or `DatabaseError`.
    static func open(_ writer: DatabaseQueue) throws {
        try writer.inDatabase(identify)
        try writer.inDatabase(turnLogOn)
        try migrator.migrate(writer)
        try writer.inDatabase(compare)
    }

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1", foreignKeyChecks: .immediate) { try $0.execute(sql: migration1) }
        return migrator
    }

    private static func identify(_ database: Database) throws {
        let application = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let isNew = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") == 0
        if isNew, application == 0, found == 0 { return }
        guard application == applicationID else { throw StoreError(.SQLITE_NOTADB) }
        guard found <= version else { throw StoreError.newer(found: found, known: version) }
    }

    private static func turnLogOn(_ database: Database) throws {
        guard try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL") == "wal",
            // What the vault promises hangs on this, so ask instead of assuming that the engine listened.
            try Int.fetchOne(database, sql: "PRAGMA synchronous") == 2,
            try Int.fetchOne(database, sql: "PRAGMA foreign_keys") == 1
        else { throw StoreError(.SQLITE_CANTOPEN) }
    }

    /// Tables without their checks and a log without its triggers would serve as well, and keep nothing safe: the
    /// definitions in the file must be those that the migrations make.
    private static func compare(_ database: Database) throws {
        let model = try DatabaseQueue()
        try migrator.migrate(model)
        guard try model.inDatabase(definitions) == definitions(in: database) else { throw StoreError.corrupt }
    }

    private static func definitions(in database: Database) throws -> [[String]] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT type, name, tbl_name, sql FROM sqlite_schema
                WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*' AND tbl_name <> 'grdb_migrations' ORDER BY type, name
                """
        ).map { row in try (0..<4).map { try row.decode(String.self, atIndex: $0) } }
    }
}
