import GRDB
package import WarderCore
import WarderModel

extension SQLiteStore {
    /// Can be more than `limit`, where numbers are in one of the tables only; with less there are no more.
    package func logRows(after position: Int64, limit: Int) throws(StoreError) -> [LogRow] {
        try storing {
            // One look at both tables: an event must not be half there because it was just written.
            try scans.read { database in
                let leaves = try Self.leaves(database, after: position, limit: limit)
                let payloads = try Self.payloads(database, after: position, limit: limit)
                // Where a table had more rows than were asked for, nothing is known beyond its last one.
                let ends = [leaves, payloads].filter { $0.count == limit }.compactMap(\.last?.position)
                return Self.merge(leaves, payloads).filter { row in ends.allSatisfy { row.position <= $0 } }
            }
        }
    }

    private static func leaves(_ database: Database, after position: Int64, limit: Int) throws -> [LogRow] {
        let rows = try Row.fetchCursor(
            database.cachedStatement(sql: "SELECT seq, leaf FROM log_leaves WHERE seq > ? ORDER BY seq LIMIT ?"),
            arguments: [position, limit]
        )
        var leaves: [LogRow] = []
        while let row = try rows.next() {
            let leaf: LogRow.Part<[UInt8]> = (try? row.bytes(1)).map { .there($0) } ?? .malformed
            leaves.append(LogRow(position: try row.decode(Int64.self, atIndex: 0), leaf: leaf, payload: .missing))
        }
        return leaves
    }

    private static func payloads(_ database: Database, after position: Int64, limit: Int) throws -> [LogRow] {
        let rows = try Row.fetchCursor(
            database.cachedStatement(
                sql: "SELECT seq, time, epoch, sealed FROM log_payloads WHERE seq > ? ORDER BY seq LIMIT ?"
            ),
            arguments: [position, limit]
        )
        var payloads: [LogRow] = []
        while let row = try rows.next() {
            let payload = try? LogRow.Payload(time: row.time(1), epoch: row.word(2), sealed: row.bytes(3))
            payloads.append(
                LogRow(
                    position: try row.decode(Int64.self, atIndex: 0),
                    leaf: .missing,
                    payload: payload.map { .there($0) } ?? .malformed
                )
            )
        }
        return payloads
    }

    /// Two lists in the order of their numbers as one; where both have a number it comes once.
    private static func merge(_ leaves: [LogRow], _ payloads: [LogRow]) -> [LogRow] {
        var merged: [LogRow] = []
        merged.reserveCapacity(max(leaves.count, payloads.count))
        var rest = payloads[...]
        for leaf in leaves {
            while let payload = rest.first, payload.position < leaf.position { merged.append(rest.removeFirst()) }
            var row = leaf
            if rest.first?.position == leaf.position { row.payload = rest.removeFirst().payload }
            merged.append(row)
        }
        return merged + rest
    }
}
