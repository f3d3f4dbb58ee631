import Foundation
import GRDB
import Sealing
import TransparencyLog
import WarderCore
import WarderModel

/// Writes a batch within an open transaction. The order of its parts lets every reference find what it points at.
struct BatchWriter {
    private let database: Database

    init(_ database: Database) { self.database = database }

    /// `tree`: the log's tree, which grows with the events.
    /// - Throws: `StoreError.rejected` or `DatabaseError`; the transaction has to be rolled back then.
    func write(_ batch: Batch, growing tree: inout Frontier?) throws {
        if let mending = batch.logMending { try LogMender(database).mend(mending, growing: &tree) }
        if let foundation = batch.foundation { try lay(foundation) }
        if let keys = batch.keys { try replace(keys) }
        for record in batch.records { try put(record) }
        for (place, value) in batch.values { try insert(value, at: place) }
        for (place, value) in batch.rewrappedValues { try rewrap(value, at: place) }
        for place in batch.destroyedValues { try destroy(place) }
        for (kind, id) in batch.removedRecords { try remove(kind, id) }
        for id in batch.unreadableRecords { try remove(unreadable: id) }
        if !batch.events.isEmpty {
            try EventWriter(database).append(batch.events)
            try TreeWriter(database).grow(&tree, by: batch.events)
        }
        if let change = batch.logKeyChange { try record(change) }
        if let checkpoint = batch.checkpoint { try keep(checkpoint) }
        if let number = batch.inboxTakenThrough {
            try execute("DELETE FROM inbox WHERE number <= ?", [number])
        }
        if let range = batch.prunedPayloads { try prune(range) }
        for sealed in batch.inbox { try execute("INSERT INTO inbox (sealed) VALUES (?)", [Data(sealed)]) }
    }

    private func prune(_ range: ClosedRange<UInt64>) throws {
        guard let first = Int64(exactly: range.lowerBound), let last = Int64(exactly: range.upperBound) else {
            throw StoreError.outOfRange
        }
        try execute("DELETE FROM log_payloads WHERE seq BETWEEN ? AND ?", [first, last])
    }

    private func lay(_ foundation: Foundation) throws {
        try execute(
            """
            INSERT INTO vault (only, id, created, profile, inbox_key, log_key, key_ring, root_created)
            VALUES (1, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                Data(foundation.vault.bytes), foundation.created.milliseconds, foundation.profile.rawValue,
                Data(foundation.inboxKey), Data(foundation.logKey), Data(foundation.keyRing),
                foundation.rootCreated.milliseconds,
            ]
        )
        for slot in foundation.slots { try insert(slot) }
    }

    private func replace(_ keys: Batch.Keys) throws {
        try execute("DELETE FROM key_slots", [])
        for slot in keys.slots { try insert(slot) }
        try execute(
            "UPDATE vault SET key_ring = ?, inbox_key = ?, root_created = ?",
            [Data(keys.keyRing), Data(keys.inboxKey), keys.rootCreated.milliseconds]
        )
    }

    private func insert(_ slot: KeySlot) throws {
        let columns = KeySlotColumns(slot)
        try execute(
            """
            INSERT INTO key_slots (id, created, wrapped, \(KeySlotColumns.names))
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                Data(slot.id.bytes), slot.created.milliseconds, Data(slot.wrapped), columns.kind, Data(columns.salt),
                columns.passes, columns.memoryBytes, columns.set.map { Data($0.bytes) }, columns.threshold,
                columns.shares,
            ]
        )
    }

    private func put(_ record: SealedRecord) throws {
        guard let revision = Int64(exactly: record.revision) else { throw StoreError.outOfRange }
        try execute(
            """
            INSERT INTO records (id, kind, revision, epoch, sealed) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE
            SET revision = excluded.revision, epoch = excluded.epoch, sealed = excluded.sealed
            """,
            [Data(record.id.bytes), record.kind.rawValue, revision, record.epoch, Data(record.sealed)]
        )
    }

    private func remove(_ kind: RecordKind, _ id: RecordID) throws {
        try execute("DELETE FROM records WHERE id = ? AND kind = ?", [Data(id.bytes), kind.rawValue])
    }

    /// Whatever the row says of its kind. Where the engine cannot take it out of a broken page, or it has the id of a secret
    /// with values, it stays: the log says that it is gone, and nobody goes by it.
    private func remove(unreadable id: RecordID) throws {
        do {
            try database.inSavepoint {
                try execute("DELETE FROM records WHERE id = ?", [Data(id.bytes)])
                return .commit
            }
        } catch let error as DatabaseError
            where error.resultCode == .SQLITE_CORRUPT
            || error.extendedResultCode == .SQLITE_CONSTRAINT_FOREIGNKEY
        {}
    }

    private func insert(_ value: SealedValue, at place: Batch.Place) throws {
        try execute(
            "INSERT INTO version_values (secret, version, epoch, wrapped_key, sealed) VALUES (?, ?, ?, ?, ?)",
            [
                Data(place.secret.bytes), place.version, value.epoch, Data(value.wrappedKey), Data(value.sealed),
            ]
        )
    }

    private func rewrap(_ value: SealedValue, at place: Batch.Place) throws {
        try execute(
            """
            UPDATE version_values SET epoch = ?, wrapped_key = ?
            WHERE secret = ? AND version = ? AND sealed IS NOT NULL
            """,
            [value.epoch, Data(value.wrappedKey), Data(place.secret.bytes), place.version]
        )
    }

    /// The number stays, so that it is never used again.
    private func destroy(_ place: Batch.Place) throws {
        try execute(
            """
            UPDATE version_values SET epoch = NULL, wrapped_key = NULL, sealed = NULL WHERE secret = ? AND version = ?
            """,
            [Data(place.secret.bytes), place.version]
        )
    }

    private func record(_ change: LogKeyChange) throws {
        try execute("INSERT INTO log_key_changes (epoch, note) VALUES (?, ?)", [change.epoch, Data(change.note)])
        try execute("UPDATE vault SET log_key = ?", [Data(change.key)])
    }

    /// One for each hour stays: the last.
    private func keep(_ checkpoint: StoredCheckpoint) throws {
        guard let size = Int64(exactly: checkpoint.size) else { throw StoreError.outOfRange }
        try execute(
            """
            INSERT INTO log_checkpoints (hour, size, time, note) VALUES (?, ?, ?, ?)
            ON CONFLICT (hour) DO UPDATE SET size = excluded.size, time = excluded.time, note = excluded.note
            """,
            [
                checkpoint.time.milliseconds / 3_600_000, size, checkpoint.time.milliseconds,
                Data(checkpoint.note),
            ]
        )
    }

    private func execute(_ sql: String, _ arguments: StatementArguments) throws {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }
}
