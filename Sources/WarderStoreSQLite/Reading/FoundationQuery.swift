import GRDB
import Sealing
import WarderCore
import WarderModel

/// Reads what the vault is built on.
enum FoundationQuery {
    /// `nil` before `init`. Several statements: within one transaction only.
    ///
    /// - Throws: `StoreError.damaged` also where a vault must have been: nobody may set up another one over its rows.
    static func fetch(_ database: Database) throws -> Foundation? {
        let row = try Row.fetchOne(
            database,
            sql: "SELECT id, created, profile, inbox_key, log_key, key_ring, root_created FROM vault"
        )
        guard let row else {
            guard try isEmpty(database) else { throw StoreError.corrupt }
            return nil
        }
        guard let profile = Profile(rawValue: try row.decode(String.self, atIndex: 2)) else { throw StoreError.corrupt }
        return Foundation(
            vault: try row.id(0),
            created: try row.time(1),
            profile: profile,
            inboxKey: try row.bytes(3),
            logKey: try row.bytes(4),
            slots: try slots(database),
            keyRing: try row.bytes(5),
            rootCreated: try row.time(6)
        )
    }

    private static func isEmpty(_ database: Database) throws -> Bool {
        try ["key_slots", "records", "version_values", "log_leaves", "log_payloads"].allSatisfy { table in
            try Row.fetchOne(database, sql: "SELECT 1 FROM \(table) LIMIT 1") == nil
        }
    }

    private static func slots(_ database: Database) throws -> [KeySlot] {
        try Row.fetchAll(
            database,
            sql: "SELECT id, created, wrapped, \(KeySlotColumns.names) FROM key_slots ORDER BY rowid"
        ).map { row in
            KeySlot(
                id: try row.id(0),
                kind: try KeySlotColumns(row, at: 3).slotKind(),
                created: try row.time(1),
                wrapped: try row.bytes(2)
            )
        }
    }
}
