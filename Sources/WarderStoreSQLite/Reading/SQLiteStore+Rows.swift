import GRDB
import Sealing
package import WarderCore
package import WarderModel

/// Rows one by one, for the check of all of them. What a column holds is asked, never expected.
extension SQLiteStore {
    package func rowCounts() throws(StoreError) -> RowCounts {
        try storing {
            try scans.inDatabase { database in
                func count(_ table: String) throws -> Int {
                    try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)") ?? 0
                }
                return RowCounts(
                    records: try count("records"),
                    values: try count("version_values"),
                    leaves: try count("log_leaves"),
                    payloads: try count("log_payloads"),
                    spans: try count("log_spans"),
                    inbox: try count("inbox"),
                    slots: try count("key_slots")
                )
            }
        }
    }

    /// The index of the ids.
    package func recordCount() throws(StoreError) -> Int {
        try storing {
            try scans.inDatabase { database in
                try Int.fetchOne(
                    database,
                    sql: "SELECT count(*) FROM records INDEXED BY sqlite_autoindex_records_1"
                ) ?? 0
            }
        }
    }

    package func recordRows(after position: Int64, limit: Int) throws(StoreError) -> [RecordRow] {
        try rows(Self.recordColumns, of: "records", by: "rowid", position, limit, Self.recordRow)
    }

    static let recordColumns = "rowid, id, kind, revision, epoch, sealed"

    static func recordRow(_ row: Row) throws -> RecordRow {
        RecordRow(
            position: try row.decode(Int64.self, atIndex: 0),
            id: try? row.id(1),
            kind: try? row.decode(String.self, atIndex: 2),
            revision: try? row.number(3),
            epoch: try? row.word(4),
            sealed: (try? row.bytes(5)) ?? []
        )
    }

    package func valueRows(after position: Int64, limit: Int) throws(StoreError) -> [ValueRow] {
        try rows(Self.valueColumns, of: "version_values", by: "rowid", position, limit, Self.valueRow)
    }

    static let valueColumns = "rowid, secret, version, epoch, wrapped_key, sealed"

    static func valueRow(_ row: Row) throws -> ValueRow {
        ValueRow(
            position: try row.decode(Int64.self, atIndex: 0),
            secret: try? row.id(1),
            version: try? row.word(2),
            content: valueContent(row)
        )
    }

    private static func valueContent(_ row: Row) -> ValueRow.Content {
        if (3...5).allSatisfy({ row.hasNull(atIndex: $0) }) { return .destroyed }
        guard let epoch = try? row.word(3), let wrappedKey = try? row.bytes(4), let sealed = try? row.bytes(5) else {
            return .malformed
        }
        return .sealed(SealedValue(epoch: epoch, wrappedKey: wrappedKey, sealed: sealed))
    }

    package func spanRows(after position: Int64, limit: Int) throws(StoreError) -> [SpanRow] {
        try rows("span, earliest, latest", of: "log_spans", by: "span", position, limit) { row in
            let earliest = try? row.time(1)
            let latest = try? row.time(2)
            var times: ClosedRange<Timestamp>?
            if let earliest, let latest, earliest <= latest { times = earliest...latest }
            return SpanRow(position: try row.decode(Int64.self, atIndex: 0), times: times)
        }
    }

    package func checkpointRows(after position: Int64, limit: Int) throws(StoreError) -> [CheckpointRow] {
        try rows("hour, size, time, note", of: "log_checkpoints", by: "hour", position, limit) { row in
            let checkpoint = try? StoredCheckpoint(size: row.number(1), time: row.time(2), note: row.bytes(3))
            return CheckpointRow(position: try row.decode(Int64.self, atIndex: 0), checkpoint: checkpoint)
        }
    }

    package func treeHashCount() throws(StoreError) -> Int {
        try storing {
            try scans.inDatabase { try Int.fetchOne($0, sql: "SELECT count(*) FROM log_nodes") ?? 0 }
        }
    }

    package func inboxRows(after position: Int64, limit: Int) throws(StoreError) -> [InboxRow] {
        try rows("number, sealed", of: "inbox", by: "number", position, limit) { row in
            InboxRow(position: try row.decode(Int64.self, atIndex: 0), sealed: (try? row.bytes(1)) ?? [])
        }
    }

    package func slotRows(after position: Int64, limit: Int) throws(StoreError) -> [SlotRow] {
        let columns = "rowid, id, created, wrapped, \(KeySlotColumns.names)"
        return try rows(columns, of: "key_slots", by: "rowid", position, limit) { row in
            let slot = try? KeySlot(
                id: row.id(1),
                kind: KeySlotColumns(row, at: 4).slotKind(),
                created: row.time(2),
                wrapped: row.bytes(3)
            )
            return SlotRow(position: try row.decode(Int64.self, atIndex: 0), slot: slot)
        }
    }

    package func newestVersions() throws(StoreError) -> [RecordID: UInt32] {
        try storing {
            try scans.inDatabase { database in
                var newest: [RecordID: UInt32] = [:]
                let rows = try Row.fetchCursor(
                    database.cachedStatement(sql: "SELECT secret, max(version) FROM version_values GROUP BY secret")
                )
                while let row = try rows.next() {
                    guard let secret = try? row.id(0) else { continue }
                    // A number that no version can have is beyond every one that the secret knows.
                    newest[secret] = (try? row.word(1)) ?? .max
                }
                return newest
            }
        }
    }

    package func structuralFaults(limit: Int) throws(StoreError) -> Int {
        try storing {
            // A connection that may not write leaves the tables' CHECK constraints out; and the checkpointer's is what a
            // commit waits for that changes keys.
            let look = try Connection.open(writer.path, as: .checkpointer)
            defer { try? look.close() }
            return try look.inDatabase { database in
                var lines: [String] = []
                try CancellationWatch(isCancelled).during(database) {
                    lines = try String.fetchAll(database, sql: "PRAGMA integrity_check(\(max(1, limit)))")
                }
                return lines == ["ok"] ? 0 : lines.count
            }
        }
    }

    /// At most `limit` rows of a table behind a position. The words come from this file, never from outside.
    private func rows<Content>(
        _ columns: String,
        of table: String,
        by key: String,
        _ position: Int64,
        _ limit: Int,
        _ make: (Row) throws -> Content
    ) throws(StoreError) -> [Content] {
        try storing {
            try scans.inDatabase { database in
                let rows = try Row.fetchCursor(
                    database.cachedStatement(
                        sql: "SELECT \(columns) FROM \(table) WHERE \(key) > ? ORDER BY \(key) LIMIT ?"
                    ),
                    arguments: [position, limit]
                )
                var contents: [Content] = []
                while let row = try rows.next() { contents.append(try make(row)) }
                return contents
            }
        }
    }
}
