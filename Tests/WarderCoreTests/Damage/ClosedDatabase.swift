import Foundation
import WarderModel
import WarderStoreSQLite
import WarderTesting

/// Somebody who can write the file of a database that nobody has open, and knows SQL.
///
/// Needs Python 3, whose library has SQLite; a machine without it fails here, so that no test is skipped unseen.
enum ClosedDatabase {
    private static let program = """
        import sqlite3, sys
        database = sqlite3.connect(sys.argv[1], isolation_level=None)
        database.execute("PRAGMA ignore_check_constraints = ON")
        triggers = database.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers: database.execute(f"DROP TRIGGER {name}")
        changed = database.total_changes
        database.executescript(sys.argv[2])
        if database.total_changes == changed: sys.exit("nothing was changed")
        for _, sql in triggers: database.execute(sql)
        database.close()
        """

    private static let breaker = """
        import sqlite3, struct, sys
        path, table = sys.argv[1:]
        database = sqlite3.connect(path)
        size, = database.execute("PRAGMA page_size").fetchone()
        root, = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
        database.close()
        with open(path, "r+b") as file:
            file.seek((root - 1) * size)
            page = file.read(size)
            if page[0] != 5: sys.exit("the table has one page only")
            cells, = struct.unpack(">H", page[3:5])
            cell, = struct.unpack(">H", page[12 + 2 * (cells // 2):14 + 2 * (cells // 2)])
            child, = struct.unpack(">I", page[cell:cell + 4])
            file.seek((child - 1) * size)
            file.write(b"\\x00" * size)
        """

    private static let rootBreaker = """
        import sqlite3, sys
        path, name, masks = sys.argv[1], sys.argv[2], sys.argv[3:]
        database = sqlite3.connect(path)
        size, = database.execute("PRAGMA page_size").fetchone()
        root, = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (name,)).fetchone()
        database.close()
        with open(path, "r+b") as file:
            file.seek((root - 1) * size)
            page = bytearray(file.read(size)) if masks else bytearray(size)
            for bit in map(int, masks): page[bit // 8 % size] ^= 1 << bit % 8
            file.seek((root - 1) * size)
            file.write(page)
        """

    /// Runs statements with every trigger and check off, and puts the triggers back.
    ///
    /// - Throws: `TestFailure` when they change nothing.
    static func run(_ sql: String, on path: String) throws { try run(program, [path, sql]) }

    /// Copies a database that somebody may have open to another file, as it is now.
    static func copy(_ path: String, to copy: String) throws {
        let program = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('VACUUM INTO ?', (sys.argv[2],))"
        try run(program, [path, copy])
    }

    /// One way to change a copy of a database.
    struct Attack: Encodable {
        /// The file that is changed, in place.
        var path: String
        /// Run with every trigger and check off. Has the function `flip(blob, place, mask)`.
        var sql: String
        /// Files that the statements know as `other0`, `other1` and so on.
        var others: [String] = []
    }

    private static let attacker = """
        import json, sqlite3, sys
        def flip(blob, place, mask):
            if not blob: return blob
            changed = bytearray(blob)
            changed[place % len(changed)] ^= mask
            return bytes(changed)
        for attack in json.load(open(sys.argv[1])):
            database = sqlite3.connect(attack["path"], isolation_level=None)
            database.create_function("flip", 3, flip)
            for number, other in enumerate(attack["others"]): database.execute(f"ATTACH ? AS other{number}", (other,))
            database.execute("PRAGMA ignore_check_constraints = ON")
            triggers = database.execute("SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger'").fetchall()
            for name, _ in triggers: database.execute(f"DROP TRIGGER main.{name}")
            database.executescript(attack["sql"])
            for _, sql in triggers: database.execute(sql)
            database.close()
        """

    /// Runs many attacks, each on a file of its own, in one process. What they change is theirs to know.
    static func run(_ attacks: [Attack], list: String) throws {
        try JSONEncoder().encode(attacks).write(to: URL(filePath: list))
        try run(attacker, [list])
    }

    /// Overwrites one page in the middle of a table, so that the engine cannot read it.
    static func breakPage(of table: String, at path: String) throws { try run(breaker, [path, table]) }

    /// Turns these bits of the first page of a table or an index, or makes it zeroes where there are none.
    static func breakRoot(of name: String, bits: [Int] = [], at path: String) throws {
        try run(rootBreaker, [path, name] + bits.map(String.init))
    }

    /// Writes the id of another record into a row, where the engine's index does not see it.
    static func lend(_ id: RecordID, to row: RecordID, kind: String, at path: String) throws {
        let file = URL(filePath: path)
        var bytes = try Data(contentsOf: file)
        let (own, other) = (Data(row.bytes + kind.utf8), Data(id.bytes + kind.utf8))
        guard bytes.range(of: own) != nil else { throw TestFailure("there is no such row") }
        while let place = bytes.range(of: own) { bytes.replaceSubrange(place, with: other) }
        try bytes.write(to: file)
    }

    private static func run(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", program] + arguments
        let pipe = Pipe()
        process.standardError = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw TestFailure(String(decoding: output, as: UTF8.self)) }
    }
}

extension TestVault {
    /// The same vault after its daemon ended, somebody changed the database, and the daemon started again: sealed.
    func damaged(by sql: String) throws -> TestVault {
        database.close()
        try ClosedDatabase.run(sql, on: directory.file("vault.db"))
        return try TestVault(restarting: self)
    }

    /// The same after a row got the id of another record.
    func damaged(lending id: RecordID, to row: RecordID, kind: String) throws -> TestVault {
        database.close()
        try ClosedDatabase.lend(id, to: row, kind: kind, at: directory.file("vault.db"))
        return try TestVault(restarting: self)
    }

    /// The path of a copy of the database as it is now.
    func closedCopy() throws -> String {
        let copy = directory.file("copy-\(UUID().uuidString).db")
        try ClosedDatabase.copy(directory.file("vault.db"), to: copy)
        return copy
    }
}
