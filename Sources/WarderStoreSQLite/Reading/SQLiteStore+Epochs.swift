import GRDB
import Sealing
package import WarderCore

/// What is still sealed under earlier epochs.
extension SQLiteStore {
    package func recordRows(before epoch: UInt32, after position: Int64, limit: Int) throws(StoreError) -> [RecordRow] {
        try storing {
            try scans.inDatabase { database in
                try Row.fetchAll(
                    database.cachedStatement(
                        sql: """
                            SELECT \(Self.recordColumns) FROM records WHERE epoch < ? AND rowid > ? ORDER BY rowid LIMIT ?
                            """
                    ),
                    arguments: [epoch, position, limit]
                ).map { try Self.recordRow($0) }
            }
        }
    }

    package func valueRows(before epoch: UInt32, after position: Int64, limit: Int) throws(StoreError) -> [ValueRow] {
        try storing {
            try scans.inDatabase { database in
                try Row.fetchAll(
                    database.cachedStatement(
                        sql: """
                            SELECT \(Self.valueColumns) FROM version_values
                            WHERE epoch < ? AND rowid > ? ORDER BY rowid LIMIT ?
                            """
                    ),
                    arguments: [epoch, position, limit]
                ).map { try Self.valueRow($0) }
            }
        }
    }

    package func rowsUnderOldKeys(metadata: UInt32, keyEncryption: UInt32) throws(StoreError) -> RowsUnderOldKeys {
        try storing {
            // One look at both tables: a row that is sealed anew meanwhile must not be missing from one of them.
            try scans.read { database in
                var rows = RowsUnderOldKeys(count: 0, epochs: [:])
                for (table, purpose, newest) in [
                    ("records", KeyRing.Purpose.metadata, metadata),
                    ("version_values", .keyEncryption, keyEncryption),
                ] {
                    let counts = try Row.fetchAll(
                        database.cachedStatement(
                            sql: "SELECT epoch, count(*) FROM \(table) WHERE epoch < ? GROUP BY epoch"
                        ),
                        arguments: [newest]
                    )
                    for row in counts {
                        rows.count += try row.decode(Int.self, atIndex: 1)
                        // A number that no epoch can have has no key that anybody would need.
                        if let epoch = try? row.word(0) { rows.epochs[purpose, default: []].insert(epoch) }
                    }
                }
                return rows
            }
        }
    }
}
