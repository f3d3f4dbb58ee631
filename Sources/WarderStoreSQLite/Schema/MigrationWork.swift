import GRDB

/// What a migration works with: the database, in an open transaction.
package struct MigrationWork {
    let database: Database
    private let isGoingOn: (_ table: String, _ done: Int, _ total: Int) -> Void

    /// Rows that one statement takes on, where a migration goes through a table.
    private static let pieceRows = 10_000

    /// `isGoingOn` is told after each piece of a long walk through a table.
    init(_ database: Database, isGoingOn: @escaping (_ table: String, _ done: Int, _ total: Int) -> Void) {
        self.database = database
        self.isGoingOn = isGoingOn
    }

    /// Runs statements.
    ///
    /// - Throws: `DatabaseError`.
    package func execute(_ sql: String) throws { try database.execute(sql: sql) }

    /// Runs a statement for each piece of a table, and says how far it is after each. For whatever takes time that
    /// grows with the vault.
    ///
    /// - Parameters:
    ///   - table: A table with row ids.
    ///   - sql: One statement; `:first` and `:last` in it are the row ids of the piece's ends. It must not add rows to
    ///     the table behind the piece.
    /// - Throws: `DatabaseError`.
    package func execute(forRowsOf table: String, _ sql: String) throws {
        let statement = try database.makeStatement(sql: sql)
        let next = try database.makeStatement(
            sql: """
                SELECT min(rowid), max(rowid), count(*)
                FROM (SELECT rowid FROM \(table.quotedDatabaseIdentifier) WHERE rowid > ? ORDER BY rowid LIMIT ?)
                """
        )
        let total = try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table.quotedDatabaseIdentifier)") ?? 0
        var (done, position) = (0, Int64.min)
        while let row = try Row.fetchOne(next, arguments: [position, Self.pieceRows]), let last = row[1] as Int64? {
            try statement.execute(arguments: ["first": row[0] as Int64, "last": last])
            position = last
            done += row[2] as Int
            isGoingOn(table, done, total)
        }
    }
}
