import GRDB

/// Whether two databases hold the same, row by row.
///
/// Reads both from beginning to end beside each other, so that its memory does not grow with them.
enum DatabaseComparison {
    /// Whether they are; calls `isGoingOn` now and then.
    ///
    /// - Throws: `DatabaseError` when one of them cannot be read.
    static func areSame(_ first: Database, _ second: Database, isGoingOn: () -> Void) throws -> Bool {
        for pragma in ["application_id", "user_version"] {
            let sql = "PRAGMA \(pragma)"
            guard try Int.fetchOne(first, sql: sql) == Int.fetchOne(second, sql: sql) else { return false }
        }
        let definitions = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"
        guard try Row.fetchAll(first, sql: definitions) == Row.fetchAll(second, sql: definitions) else { return false }
        let tables = try Row.fetchAll(
            first,
            sql: """
                SELECT name, wr FROM pragma_table_list
                WHERE schema = 'main' AND type = 'table' AND name <> 'sqlite_schema'
                """
        )
        for table in tables {
            let name = try table.decode(String.self, atIndex: 0)
            // Without row ids a table lies in the order of its key.
            let order = try table.decode(Bool.self, atIndex: 1) ? "" : "ORDER BY rowid"
            let sql = "SELECT * FROM \(name.quotedDatabaseIdentifier) \(order)"
            guard try areSame(Row.fetchCursor(first, sql: sql), Row.fetchCursor(second, sql: sql), isGoingOn) else {
                return false
            }
        }
        return true
    }

    private static func areSame(_ first: RowCursor, _ second: RowCursor, _ isGoingOn: () -> Void) throws -> Bool {
        var count = 0
        while let row = try first.next() {
            guard let other = try second.next(), row == other else { return false }
            count += 1
            if count.isMultiple(of: 10_000) { isGoingOn() }
        }
        return try second.next() == nil
    }
}
