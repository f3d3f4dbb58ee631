import Sealing
import WarderCore
import WarderModel
import WarderStoreSQLite

/// A database with something in every table, and what a later look at it must show.
struct Filled: Equatable {
    let events: [SealedEvent]
    let records: [SealedRecord]
    let values: [SealedValue?]
    let inbox: [[UInt8]]

    /// Reads everything.
    init(_ store: SQLiteStore) throws {
        events = try store.allEvents()
        records = try store.records()
        values = try records.flatMap { record in
            try (1...3).map { try store.value(of: record.id, version: UInt32($0)) }
        }
        inbox = try store.inbox().map(\.sealed)
    }

    /// Makes a database of this release's schema, and closes it.
    static func make(at scratch: Scratch, events count: UInt64 = 40) throws -> Filled {
        let store = try scratch.open()
        defer { store.close() }
        var samples = Samples()
        var batch = Batch()
        batch.foundation = try samples.foundation()
        batch.records = (0..<8).map { _ in samples.record() }
        for record in batch.records {
            batch.values += (1...2).map { (Batch.Place(secret: record.id, version: $0), samples.value()) }
        }
        batch.events = samples.events(1...count)
        batch.inbox = [samples.bytes(100), samples.bytes(300)]
        try store.commit(batch)
        try store.commit { $0.destroyedValues = [Batch.Place(secret: batch.records[0].id, version: 1)] }
        return try Filled(store)
    }
}
