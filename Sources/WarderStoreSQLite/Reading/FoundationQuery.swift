import GRDB
import Sealing
import WarderCore
import WarderModel

/// Reads what the vault is built on.
enum FoundationQuery {
    /// `nil` before `init`. Two statements: within one transaction only.
    static func fetch(_ database: Database) throws -> Foundation? {
        let row = try Row.fetchOne(
            database,
            sql: "SELECT id, created, profile, inbox_key, log_key, key_ring FROM vault"
        )
        guard let row else { return nil }
        guard let profile = Profile(rawValue: try row.decode(String.self, atIndex: 2)) else { throw StoreError.corrupt }
        return Foundation(
            vault: try row.id(0),
            created: try row.time(1),
            profile: profile,
            inboxKey: try row.bytes(3),
            logKey: try row.bytes(4),
            slots: try slots(database),
            keyRing: try row.bytes(5)
        )
    }

    private static func slots(_ database: Database) throws -> [KeySlot] {
        try Row.fetchAll(
            database,
            sql: "SELECT id, kind, created, salt, passes, memory_bytes, wrapped FROM key_slots ORDER BY rowid"
        ).map { row in
            let columns = KeySlotColumns(
                kind: try row.decode(String.self, atIndex: 1),
                salt: try row.bytes(3),
                passes: try row.decode(Int?.self, atIndex: 4),
                memoryBytes: try row.decode(Int?.self, atIndex: 5)
            )
            return KeySlot(
                id: try row.id(0),
                kind: try columns.slotKind(),
                created: try row.time(2),
                wrapped: try row.bytes(6)
            )
        }
    }
}
