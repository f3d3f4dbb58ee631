import Foundation
import GRDB
package import Sealing
package import WarderCore
package import WarderModel

extension SQLiteStore {
    package func foundation() throws(StoreError) -> WarderCore.Foundation? {
        try storing { try lookups.read { try FoundationQuery.fetch($0) } }
    }

    package func records() throws(StoreError) -> [SealedRecord] {
        try storing {
            try scans.inDatabase { database in
                var records: [SealedRecord] = []
                let rows = try Row.fetchCursor(
                    database.cachedStatement(
                        sql: "SELECT kind, id, revision, epoch, sealed FROM records ORDER BY rowid"
                    )
                )
                while let row = try rows.next() { records.append(try SealedRecord(row)) }
                return records
            }
        }
    }

    package func value(of secret: RecordID, version: UInt32) throws(StoreError) -> SealedValue? {
        try storing {
            try lookups.inDatabase { database in
                let row = try Row.fetchOne(
                    database.cachedStatement(
                        sql: """
                            SELECT epoch, wrapped_key, sealed FROM version_values
                            WHERE secret = ? AND version = ? AND sealed IS NOT NULL
                            """
                    ),
                    arguments: [Data(secret.bytes), version]
                )
                return try row.map { row in
                    SealedValue(epoch: try row.word(0), wrappedKey: try row.bytes(1), sealed: try row.bytes(2))
                }
            }
        }
    }

    package func lastSequence() throws(StoreError) -> UInt64 {
        try storing {
            try lookups.inDatabase { database in
                try UInt64(
                    Int64.fetchOne(database.cachedStatement(sql: "SELECT max(seq) FROM log_leaves")) ?? 0
                )
            }
        }
    }

    package func inbox() throws(StoreError) -> [(number: Int64, sealed: [UInt8])] {
        try storing {
            try lookups.inDatabase { database in
                try Row.fetchAll(
                    database.cachedStatement(sql: "SELECT number, sealed FROM inbox ORDER BY number")
                ).map { row in (number: try row.decode(Int64.self, atIndex: 0), sealed: try row.bytes(1)) }
            }
        }
    }
}
