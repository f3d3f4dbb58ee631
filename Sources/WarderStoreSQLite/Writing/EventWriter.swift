import GRDB
import GRDBSQLite
import Sealing
import WarderCore
import WarderModel

/// Appends events: the one place that calls SQLite itself, because it runs for every access there is.
///
/// Binding the event's own bytes where they lie, instead of copies in the library's argument types, takes a quarter off
/// the processor time that the store spends on an event.
struct EventWriter {
    private let leaves: Statement
    private let payloads: Statement

    init(_ database: Database) throws {
        leaves = try database.cachedStatement(sql: "INSERT INTO log_leaves (seq, leaf) VALUES (?, ?)")
        payloads = try database.cachedStatement(
            sql: "INSERT INTO log_payloads (seq, time, epoch, sealed) VALUES (?, ?, ?, ?)"
        )
    }

    func append(_ events: [SealedEvent]) throws {
        let (leaf, payload) = unsafe (leaves.sqliteStatement, payloads.sqliteStatement)
        // The statements outlive the bytes that they are bound to.
        defer {
            unsafe sqlite3_clear_bindings(leaf)
            unsafe sqlite3_clear_bindings(payload)
        }
        for event in events {
            guard let sequence = Int64(exactly: event.sequence) else { throw StoreError.outOfRange }
            unsafe sqlite3_bind_int64(leaf, 1, sequence)
            try unsafe insert(leaf, binding: event.leaf, at: 2)
            unsafe sqlite3_bind_int64(payload, 1, sequence)
            unsafe sqlite3_bind_int64(payload, 2, event.time.milliseconds)
            unsafe sqlite3_bind_int64(payload, 3, Int64(event.epoch))
            try unsafe insert(payload, binding: event.sealed, at: 4)
        }
    }

    private func insert(_ statement: OpaquePointer, binding bytes: [UInt8], at index: Int32) throws {
        let code = unsafe bytes.withUnsafeBytes { buffer in
            // Bound without a destructor: SQLite reads the bytes in place, and no longer than until the reset.
            let bound = unsafe sqlite3_bind_blob64(statement, index, buffer.baseAddress, UInt64(buffer.count), nil)
            guard bound == SQLITE_OK else { return bound }
            let stepped = unsafe sqlite3_step(statement)
            unsafe sqlite3_reset(statement)
            return stepped
        }
        guard code == SQLITE_DONE else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }
}
