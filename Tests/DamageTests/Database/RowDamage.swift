import Foundation
import GRDB
import WarderTesting

/// What a person does to the rows who can write the file and knows SQL.
enum RowDamage: String, CaseIterable, Sendable {
    case flippedCell, truncatedCell, swappedRows, swappedColumns, deletedRow, doubledRow, rowPutBack

    /// Cells that hold bytes which are bound to their place.
    private static let cells = [
        ("records", "sealed"), ("records", "id"), ("version_values", "secret"), ("version_values", "wrapped_key"),
        ("version_values", "sealed"), ("log_leaves", "leaf"), ("log_payloads", "sealed"), ("inbox", "sealed"),
        ("log_nodes", "hash"), ("log_checkpoints", "note"), ("log_key_changes", "note"),
        ("vault", "key_ring"), ("vault", "inbox_key"), ("vault", "log_key"), ("vault", "id"),
    ]

    /// Pairs of columns that could be taken for each other.
    private static let pairs = [
        ("records", "revision", "epoch"), ("version_values", "version", "epoch"),
        ("version_values", "wrapped_key", "sealed"), ("log_payloads", "seq", "epoch"),
        ("vault", "inbox_key", "log_key"),
    ]

    private static let tables = [
        "records", "version_values", "log_payloads", "log_leaves", "inbox", "key_slots", "vault", "log_nodes",
        "log_key_changes",
    ]

    /// What tells a table's rows apart.
    private static func key(of table: String) -> String { table == "log_nodes" ? "level * 65536 + number" : "rowid" }

    /// Damages rows in one place, with every trigger and check off. `false` when that came to nothing.
    ///
    /// `earlier`: a file of the same vault from earlier.
    func strike(_ database: Database, earlier: String, _ numbers: inout SeededNumbers) throws -> Bool {
        switch self {
        case .flippedCell:
            return try Self.change(Self.cells, database, &numbers) { bytes, numbers in
                guard let place = bytes.indices.randomElement(using: &numbers) else { return }
                bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &numbers)
            }
        case .truncatedCell:
            return try Self.change(Self.cells, database, &numbers) { bytes, numbers in
                bytes.removeSubrange((bytes.isEmpty ? 0 : Int.random(in: bytes.indices, using: &numbers))...)
            }
        case .swappedRows: return try Self.swapRows(database, &numbers)
        case .swappedColumns: return try Self.swapColumns(database, &numbers)
        case .deletedRow: return try Self.delete(database, &numbers)
        case .doubledRow: return try Self.double(database, &numbers)
        case .rowPutBack: return try Self.putBack(database, earlier, &numbers)
        }
    }

    private static func row(of table: String, _ database: Database, _ numbers: inout SeededNumbers) throws -> Int64? {
        try Int64.fetchAll(database, sql: "SELECT \(key(of: table)) AS row FROM \(table) ORDER BY row")
            .randomElement(using: &numbers)
    }

    private static func change(
        _ cells: [(String, String)],
        _ database: Database,
        _ numbers: inout SeededNumbers,
        _ body: (inout [UInt8], inout SeededNumbers) -> Void
    ) throws -> Bool {
        guard let (table, column) = cells.randomElement(using: &numbers),
            let row = try row(of: table, database, &numbers),
            let data = try Data.fetchOne(
                database,
                sql: "SELECT \(column) FROM \(table) WHERE \(key(of: table)) = ?",
                arguments: [row]
            )
        else { return false }
        var bytes = Array(data)
        body(&bytes, &numbers)
        guard Data(bytes) != data else { return false }
        try database.execute(
            sql: "UPDATE \(table) SET \(column) = ? WHERE \(key(of: table)) = ?",
            arguments: [Data(bytes), row]
        )
        return true
    }

    private static func swapRows(_ database: Database, _ numbers: inout SeededNumbers) throws -> Bool {
        // An id is not swapped by itself: it is the name of a row, which two cannot have at once.
        let cells = cells.filter { $0.1 != "id" && $0.0 != "vault" && $0.1 != "secret" && $0.0 != "inbox" }
        guard let (table, column) = cells.randomElement(using: &numbers),
            let one = try row(of: table, database, &numbers), let other = try row(of: table, database, &numbers)
        else { return false }
        let read = "SELECT \(column) FROM \(table) WHERE \(key(of: table)) = ?"
        let first = try Data.fetchOne(database, sql: read, arguments: [one])
        let second = try Data.fetchOne(database, sql: read, arguments: [other])
        guard first != second else { return false }
        let write = "UPDATE \(table) SET \(column) = ? WHERE \(key(of: table)) = ?"
        try database.execute(sql: write, arguments: [second, one])
        try database.execute(sql: write, arguments: [first, other])
        return true
    }

    private static func swapColumns(_ database: Database, _ numbers: inout SeededNumbers) throws -> Bool {
        guard let (table, one, other) = pairs.randomElement(using: &numbers),
            let row = try row(of: table, database, &numbers)
        else { return false }
        let differ = "\(one) <> \(other) AND rowid = \(row)"
        guard try Bool.fetchOne(database, sql: "SELECT count(*) > 0 FROM \(table) WHERE \(differ)") == true else {
            return false
        }
        try database.execute(sql: "UPDATE OR REPLACE \(table) SET \(one) = \(other), \(other) = \(one) WHERE \(differ)")
        return true
    }

    private static func delete(_ database: Database, _ numbers: inout SeededNumbers) throws -> Bool {
        guard let table = tables.randomElement(using: &numbers) else { return false }
        // The first and the last event of the time when the vault was sealed can go unseen.
        let bounds =
            table == "inbox"
            ? "WHERE number > (SELECT min(number) FROM inbox) AND number < (SELECT max(number) FROM inbox)" : ""
        guard
            let row = try Int64.fetchAll(
                database,
                sql: "SELECT \(key(of: table)) AS row FROM \(table) \(bounds) ORDER BY row"
            )
            .randomElement(using: &numbers)
        else { return false }
        try database.execute(sql: "DELETE FROM \(table) WHERE \(key(of: table)) = ?", arguments: [row])
        return true
    }

    /// Under another id or number.
    private static func double(_ database: Database, _ numbers: inout SeededNumbers) throws -> Bool {
        let id =
            "x'" + (0..<16).map { _ in String(UInt8.random(in: 16...255, using: &numbers), radix: 16) }.joined() + "'"
        let statements = [
            ("records", "INSERT INTO records SELECT \(id), kind, revision, epoch, sealed FROM records"),
            (
                "version_values",
                "INSERT INTO version_values SELECT \(id), version, epoch, wrapped_key, sealed FROM version_values"
            ),
            (
                "version_values",
                "INSERT INTO version_values SELECT secret, version + 7, epoch, wrapped_key, sealed FROM version_values"
            ),
            (
                "log_payloads",
                "INSERT INTO log_payloads SELECT (SELECT max(seq) + 1 FROM log_leaves), time, epoch, sealed FROM log_payloads"
            ),
            ("log_leaves", "INSERT INTO log_leaves SELECT (SELECT max(seq) + 1 FROM log_leaves), leaf FROM log_leaves"),
            ("inbox", "INSERT INTO inbox SELECT (SELECT max(number) + 1 FROM inbox), sealed FROM inbox"),
            ("log_nodes", "INSERT INTO log_nodes SELECT level, number + 1, hash FROM log_nodes"),
            ("log_key_changes", "INSERT INTO log_key_changes SELECT epoch + 1, note FROM log_key_changes"),
            (
                "key_slots",
                """
                INSERT INTO key_slots SELECT \(id), kind, created, salt, passes, memory_bytes, share_set, threshold, shares,
                    wrapped FROM key_slots
                """
            ),
        ]
        guard let (table, statement) = statements.randomElement(using: &numbers),
            let row = try row(of: table, database, &numbers)
        else { return false }
        try database.execute(sql: "\(statement) WHERE \(key(of: table)) = ?", arguments: [row])
        return true
    }

    /// In its old place, whatever lies there now.
    private static func putBack(_ database: Database, _ earlier: String, _ numbers: inout SeededNumbers) throws -> Bool
    {
        let tables = [("records", "id"), ("version_values", "secret, version"), ("key_slots", "id")]
        guard let (table, key) = tables.randomElement(using: &numbers) else { return false }
        try database.execute(sql: "ATTACH ? AS earlier", arguments: [earlier])
        defer { try? database.execute(sql: "DETACH earlier") }
        let old = try Row.fetchAll(
            database,
            sql: "SELECT * FROM earlier.\(table) EXCEPT SELECT * FROM main.\(table) ORDER BY \(key)"
        )
        guard let row = old.randomElement(using: &numbers) else { return false }
        let places = row.columnNames.map { _ in "?" }.joined(separator: ", ")
        try database.execute(
            sql: "INSERT OR REPLACE INTO main.\(table) VALUES (\(places))",
            arguments: StatementArguments(row.databaseValues)
        )
        return true
    }
}

/// A database that nobody has open, with its triggers and checks off while something is done to it.
enum RawDatabase {
    static func strike(at path: String, _ body: (Database) throws -> Bool) throws -> Bool {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        defer { try? queue.close() }
        return try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA synchronous = OFF; PRAGMA ignore_check_constraints = ON")
            let triggers = try Row.fetchAll(database, sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
            for trigger in triggers { try database.execute(sql: "DROP TRIGGER \(trigger["name"] as String)") }
            let hasStruck = try body(database)
            for trigger in triggers { try database.execute(sql: trigger["sql"]) }
            return hasStruck
        }
    }
}
