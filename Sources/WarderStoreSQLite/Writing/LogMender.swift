import Foundation
import GRDB
import TransparencyLog
import WarderCore
import WarderModel

/// Puts in order what of the log follows from the rest of it, within the transaction of a restore: the only place where
/// anything of it is taken away.
struct LogMender {
    private let database: Database

    init(_ database: Database) { self.database = database }

    /// `tree`: the log's tree, which becomes what the leaves give where it is computed anew.
    func mend(_ mending: LogMending, growing tree: inout Frontier?) throws {
        if mending.regrowsTree { tree = try regrow() }
        for hour in mending.lostCheckpoints {
            try database.execute(sql: "DELETE FROM log_checkpoints WHERE hour = ?", arguments: [hour])
        }
        for origin in mending.lostOrigins { try remove(origin.id) }
        guard let changes = mending.keyChanges else { return }
        try clear("log_key_changes")
        // The first key has no change: these begin with that of the second epoch.
        for (epoch, note) in zip(2..., changes) {
            try database.execute(
                sql: "INSERT INTO log_key_changes (epoch, note) VALUES (?, ?)",
                arguments: [epoch, Data(note)]
            )
        }
    }

    /// Whatever lies there of a restore that has no record does not open; neither does a value that somebody moved under its
    /// id, which would hold it there.
    private func remove(_ origin: RecordID) throws {
        let id = Data(origin.bytes)
        try lift("version_values_numbers_stay") {
            try database.execute(sql: "DELETE FROM version_values WHERE secret = ?", arguments: [id])
        }
        try database.execute(sql: "DELETE FROM records WHERE id = ?", arguments: [id])
    }

    private func regrow() throws -> Frontier {
        try clear("log_nodes")
        let writer = try TreeWriter(database)
        var tree = Frontier()
        let leaves = try Row.fetchCursor(
            database,
            sql: "SELECT seq, leaf FROM log_leaves WHERE seq > 0 ORDER BY seq"
        )
        while let row = try leaves.next() {
            guard try row.number(0) == tree.size + 1, let leaf = TreeHash(try row.bytes(1)) else {
                throw StoreError.corrupt
            }
            try writer.write(tree.append(leaf))
        }
        return tree
    }

    /// Takes all rows of a table away.
    private func clear(_ table: String) throws {
        try lift("\(table)_do_not_go") { try database.execute(sql: "DELETE FROM \(table)") }
    }

    /// Does what a trigger forbids everybody else.
    private func lift(_ trigger: String, _ change: () throws -> Void) throws {
        let text = try String.fetchOne(
            database,
            sql: "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = ?",
            arguments: [trigger]
        )
        guard let text else { throw StoreError.corrupt }
        try database.execute(sql: "DROP TRIGGER \(trigger)")
        try change()
        try database.execute(sql: text)
    }
}
