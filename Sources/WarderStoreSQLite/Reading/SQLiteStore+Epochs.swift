import Foundation
import GRDB
package import Sealing
package import WarderCore

/// What is still sealed under earlier epochs.
extension SQLiteStore {
    package func records(before epoch: UInt32, limit: Int, skipping: Int) throws(StoreError) -> [SealedRecord] {
        try storing {
            try scans.inDatabase { database in
                try Row.fetchAll(
                    database.cachedStatement(
                        sql:
                            "SELECT kind, id, revision, epoch, sealed FROM records WHERE epoch < ? ORDER BY rowid LIMIT ? OFFSET ?"
                    ),
                    arguments: [epoch, limit, skipping]
                ).map { try SealedRecord($0) }
            }
        }
    }

    package func values(
        before epoch: UInt32,
        limit: Int,
        skipping: Int
    ) throws(StoreError) -> [(place: Batch.Place, value: SealedValue)] {
        try storing {
            try scans.inDatabase { database in
                try Row.fetchAll(
                    database.cachedStatement(
                        sql: """
                            SELECT secret, version, epoch, wrapped_key, sealed FROM version_values
                            WHERE epoch < ? ORDER BY rowid LIMIT ? OFFSET ?
                            """
                    ),
                    arguments: [epoch, limit, skipping]
                ).map { row in
                    (
                        Batch.Place(secret: try row.id(0), version: try row.word(1)),
                        SealedValue(epoch: try row.word(2), wrappedKey: try row.bytes(3), sealed: try row.bytes(4))
                    )
                }
            }
        }
    }

    package func countSealed(beforeMetadata metadata: UInt32, keyEncryption: UInt32) throws(StoreError) -> Int {
        try storing {
            try scans.inDatabase { database in
                try Int.fetchOne(
                    database.cachedStatement(
                        sql: """
                            SELECT (SELECT count(*) FROM records WHERE epoch < ?)
                                + (SELECT count(*) FROM version_values WHERE epoch < ?)
                            """
                    ),
                    arguments: [metadata, keyEncryption]
                ) ?? 0
            }
        }
    }
}
