import GRDB
import Sealing
import WarderCore

/// What is said of a copy of the database, read from the copy.
struct SnapshotFacts: Sendable {
    let foundation: Foundation
    let schema: UInt32
    let newestEvent: UInt64
    let records: UInt64
    let values: UInt64
    let events: UInt64

    /// - Throws: `SnapshotError.notInitialised`, or what the engine throws.
    init(_ database: Database) throws {
        guard let foundation = try FoundationQuery.fetch(database) else { throw SnapshotError.notInitialised }
        self.foundation = foundation
        func number(_ sql: String) throws -> UInt64 {
            guard let row = try Row.fetchOne(database, sql: sql) else { throw StoreError.corrupt }
            return try row.number(0)
        }
        guard let schema = UInt32(exactly: try number("PRAGMA user_version")) else { throw StoreError.corrupt }
        self.schema = schema
        newestEvent = try number("SELECT coalesce(max(seq), 0) FROM log_leaves")
        records = try number("SELECT count(*) FROM records")
        values = try number("SELECT count(sealed) FROM version_values")
        events = try number("SELECT count(*) FROM log_payloads")
    }
}
