import Locking
import Sealing
import TransparencyLog
import WarderModel

@testable import WarderCore

/// A store's rows in memory, to be damaged one way and mended again ten thousand times.
struct Rows: Sendable {
    var foundation: Foundation?
    var records: [RecordRow]
    var values: [ValueRow]
    var log: [LogRow]
    var inbox: [InboxRow]
    var slots: [SlotRow]
    var checkpoints: [CheckpointRow]
    var keyChanges: [[UInt8]]
    /// Of level 8, by number; a vault of a test has no higher ones.
    var hashes: [[UInt8]]

    /// All rows of a real store.
    init(of store: any VaultStore) throws {
        foundation = try store.foundation()
        records = try store.recordRows(after: .min, limit: .max)
        values = try store.valueRows(after: .min, limit: .max)
        log = try store.logRows(after: .min, limit: .max)
        inbox = try store.inboxRows(after: .min, limit: .max)
        slots = try store.slotRows(after: .min, limit: .max)
        checkpoints = try store.checkpointRows(after: .min, limit: .max)
        keyChanges = try store.logKeyChanges()
        hashes = try store.treeHashes(level: 8, range: 0..<256).map(\.bytes)
    }
}

/// Rows as a store. What is committed to it is forgotten.
final class RowBook: VaultStore {
    private let content: Locked<Rows>
    private let indexes = Locked(true)

    init(_ rows: Rows) { content = Locked(rows) }

    /// Whether a value is found by its secret and version.
    var hasIndex: Bool {
        get { indexes.withLock { $0 } }
        set { indexes.withLock { $0 = newValue } }
    }

    var rows: Rows {
        get { content.withLock { $0 } }
        set { content.withLock { $0 = newValue } }
    }

    func foundation() throws(StoreError) -> Foundation? { rows.foundation }

    func records() throws(StoreError) -> [SealedRecord] { [] }

    func value(of secret: RecordID, version: UInt32) throws(StoreError) -> SealedValue? {
        guard hasIndex else { throw .damaged(code: 11) }
        guard let row = rows.values.first(where: { $0.secret == secret && $0.version == version }) else { return nil }
        switch row.content {
        case .destroyed: return nil
        case .malformed: throw .damaged(code: 11)
        case .sealed(let value): return value
        }
    }

    func recordRows(before epoch: UInt32, after position: Int64, limit: Int) throws(StoreError) -> [RecordRow] { [] }

    func valueRows(before epoch: UInt32, after position: Int64, limit: Int) throws(StoreError) -> [ValueRow] { [] }

    func rowsUnderOldKeys(metadata: UInt32, keyEncryption: UInt32) throws(StoreError) -> RowsUnderOldKeys {
        RowsUnderOldKeys(count: 0, epochs: [:])
    }

    func lastSequence() throws(StoreError) -> UInt64 {
        UInt64(clamping: rows.log.last { $0.leaf != .missing }?.position ?? 0)
    }

    func events(
        in range: ClosedRange<UInt64>,
        times: ClosedRange<Timestamp>,
        limit: Int,
        newestFirst: Bool
    ) throws(StoreError) -> [SealedEvent] { [] }

    func inbox() throws(StoreError) -> [(number: Int64, sealed: [UInt8])] {
        rows.inbox.map { ($0.position, $0.sealed) }
    }

    func tree() -> Frontier? { nil }

    func treeHashes(level: Int, range: Range<UInt64>) throws(StoreError) -> [TreeHash] {
        guard level == 8 else { return [] }
        return rows.hashes.enumerated().filter { range.contains(UInt64($0.offset)) }.compactMap { TreeHash($0.element) }
    }

    func checkpoints(limit: Int) throws(StoreError) -> [StoredCheckpoint] { [] }

    func logKeyChanges() throws(StoreError) -> [[UInt8]] { rows.keyChanges }

    func snapshot(isCancelled: @escaping @Sendable () -> Bool) throws(StoreError) -> any StoreSnapshot {
        throw .unavailable(code: 1)
    }
    func hasRoomForSnapshot() throws(StoreError) -> Bool { false }

    func commit(_ batch: Batch) throws(StoreError) {}

    // MARK: RowStore

    func rowCounts() throws(StoreError) -> RowCounts {
        let rows = rows
        return RowCounts(
            records: rows.records.count,
            values: rows.values.count,
            leaves: rows.log.count,
            payloads: rows.log.count,
            spans: 0,
            inbox: rows.inbox.count,
            slots: rows.slots.count
        )
    }

    func recordCount() throws(StoreError) -> Int { rows.records.count }

    func recordRows(after position: Int64, limit: Int) throws(StoreError) -> [RecordRow] {
        Array(rows.records.lazy.filter { $0.position > position }.prefix(limit))
    }

    func valueRows(after position: Int64, limit: Int) throws(StoreError) -> [ValueRow] {
        Array(rows.values.lazy.filter { $0.position > position }.prefix(limit))
    }

    func logRows(after position: Int64, limit: Int) throws(StoreError) -> [LogRow] {
        Array(rows.log.lazy.filter { $0.position > position }.prefix(limit))
    }

    func checkpointRows(after position: Int64, limit: Int) throws(StoreError) -> [CheckpointRow] {
        Array(rows.checkpoints.lazy.filter { $0.position > position }.prefix(limit))
    }

    func treeHashCount() throws(StoreError) -> Int { rows.hashes.count }

    func spanRows(after position: Int64, limit: Int) throws(StoreError) -> [SpanRow] { [] }

    func inboxRows(after position: Int64, limit: Int) throws(StoreError) -> [InboxRow] {
        Array(rows.inbox.lazy.filter { $0.position > position }.prefix(limit))
    }

    func slotRows(after position: Int64, limit: Int) throws(StoreError) -> [SlotRow] {
        Array(rows.slots.lazy.filter { $0.position > position }.prefix(limit))
    }

    func newestVersions() throws(StoreError) -> [RecordID: UInt32] {
        var newest: [RecordID: UInt32] = [:]
        for row in rows.values {
            if let secret = row.secret { newest[secret] = max(newest[secret] ?? 0, row.version ?? .max) }
        }
        return newest
    }

    func structuralFaults(limit: Int) throws(StoreError) -> Int { 0 }
}
