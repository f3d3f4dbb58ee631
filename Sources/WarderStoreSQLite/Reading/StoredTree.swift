import GRDB
import Locking
package import TransparencyLog
package import WarderCore

/// The log's tree as it lies in the tables: leaves of events, and hashes of larger subtrees.
struct StoredTree: TreeNodes {
    let database: Database

    /// The tree of all leaves; `nil` when some of it is missing or malformed.
    ///
    /// - Throws: `DatabaseError` when the tables cannot be read.
    static func frontier(_ database: Database) throws -> Frontier? {
        let size = try Int64.fetchOne(database, sql: "SELECT max(seq) FROM log_leaves") ?? 0
        do { return try Frontier(size: UInt64(size), from: StoredTree(database: database)) } catch is TreeDamage {
            return nil
        }
    }

    func hashes(level: Int, range: Range<UInt64>) throws -> [TreeHash] {
        guard let first = Int64(exactly: range.lowerBound), let end = Int64(exactly: range.upperBound) else {
            return []
        }
        let rows =
            level == 0
            ? try Row.fetchCursor(
                database.cachedStatement(
                    sql: "SELECT leaf FROM log_leaves WHERE seq > ? AND seq <= ? ORDER BY seq"
                ),
                arguments: [first, end]
            )
            : try Row.fetchCursor(
                database.cachedStatement(
                    sql: "SELECT hash FROM log_nodes WHERE level = ? AND number >= ? AND number < ? ORDER BY number"
                ),
                arguments: [level, first, end]
            )
        var hashes: [TreeHash] = []
        hashes.reserveCapacity(range.count)
        while let row = try rows.next() {
            // A malformed one counts as missing.
            guard let bytes = try? row.bytes(0), let hash = TreeHash(bytes) else { return [] }
            hashes.append(hash)
        }
        return hashes
    }
}

extension SQLiteStore {
    package func tree() -> Frontier? { logTree.withLock { $0 } }

    package func treeHashes(level: Int, range: Range<UInt64>) throws(StoreError) -> [TreeHash] {
        try storing { try scans.inDatabase { try StoredTree(database: $0).hashes(level: level, range: range) } }
    }

    package func checkpoints(limit: Int) throws(StoreError) -> [StoredCheckpoint] {
        try storing {
            try lookups.inDatabase { database in
                let rows = try Row.fetchCursor(
                    database.cachedStatement(
                        // By size: clocks are set back at times.
                        sql: "SELECT size, time, note FROM log_checkpoints ORDER BY size DESC, time DESC LIMIT ?"
                    ),
                    arguments: [limit]
                )
                var checkpoints: [StoredCheckpoint] = []
                while let row = try rows.next() {
                    checkpoints.append(
                        StoredCheckpoint(size: try row.number(0), time: try row.time(1), note: try row.bytes(2))
                    )
                }
                return checkpoints
            }
        }
    }

    package func logKeyChanges() throws(StoreError) -> [[UInt8]] {
        try storing {
            try lookups.inDatabase { database in
                let rows = try Row.fetchCursor(
                    database.cachedStatement(sql: "SELECT note FROM log_key_changes ORDER BY epoch")
                )
                var notes: [[UInt8]] = []
                while let row = try rows.next() { notes.append(try row.bytes(0)) }
                return notes
            }
        }
    }
}
