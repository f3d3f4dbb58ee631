import Dispatch
import Locking
package import Sealing
package import TransparencyLog
package import WarderCore
package import WarderModel

/// Stands between the vault and its store: lets a test hold the writer, make commits fail, and see how commands were
/// put together.
///
/// What it lets through goes to the real store.
package final class StoreSwitch: VaultStore {
    /// What went to the disk as one transaction.
    package struct Commit: Sendable, Equatable {
        package let events: Int
        package let records: Int
        package let inbox: Int
    }

    private struct Fault: Sendable {
        let error: StoreError
        let concerns: @Sendable (Batch) -> Bool
        var left: Int
    }

    private struct State: Sendable {
        var fault: Fault?
        var readingFault: StoreError?
        var hasNoRoom = false
        var lostContents: ClosedRange<UInt64>?
        var hidesRecord: @Sendable (RecordRow) -> Bool = { _ in false }
        var values: [Batch.Place: SealedValue] = [:]
        var commits: [Commit] = []
        var oldRowCounts = 0
        var isHeld = false
        var entered: CheckedContinuation<Void, Never>?
    }

    private let store: any VaultStore
    private let state = Locked(State())
    private let gate = DispatchSemaphore(value: 0)

    package init(_ store: any VaultStore) { self.store = store }

    // MARK: Faults

    /// Lets commits fail from now on.
    ///
    /// - Parameters:
    ///   - error: What the store says.
    ///   - times: How many fail; all of them, unless told otherwise, until `heal`.
    ///   - concerns: Which batches fail.
    package func fail(
        _ error: StoreError,
        times: Int = .max,
        when concerns: @escaping @Sendable (Batch) -> Bool = { _ in true }
    ) {
        state.withLock { $0.fault = Fault(error: error, concerns: concerns, left: times) }
    }

    /// Does not show some rows of the records from now on, as a damaged page does; their ids still count.
    package func hideRecords(_ which: @escaping @Sendable (RecordRow) -> Bool) {
        state.withLock { $0.hidesRecord = which }
    }

    /// Has from now on no contents of these events; their leaves stay.
    package func loseContents(of events: ClosedRange<UInt64>) { state.withLock { $0.lostContents = events } }

    /// Says from now on that the disk has no room for a copy.
    package func fillDisk() { state.withLock { $0.hasNoRoom = true } }

    /// Answers with another sealed value than the one that was stored there.
    package func answer(_ value: SealedValue, at place: Batch.Place) {
        state.withLock { $0.values[place] = value }
    }

    /// Lets what an unsealing reads last fail from now on, until `heal`.
    package func failReading(_ error: StoreError) { state.withLock { $0.readingFault = error } }

    /// Lets commits succeed again, and reads.
    package func heal() {
        state.withLock {
            $0.fault = nil
            $0.readingFault = nil
        }
    }

    // MARK: Holding the writer

    /// Lets the next commit wait for `release`, and returns when it has arrived here. `command` makes it arrive.
    package func hold(_ command: () -> Void) async {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                state.isHeld = true
                state.entered = continuation
            }
            command()
        }
    }

    /// Lets the held commit go on.
    package func release() { gate.signal() }

    /// Commits since the beginning that reached the disk.
    package var commits: [Commit] { state.withLock { $0.commits } }

    /// How often rows under old keys were counted.
    package var oldRowCounts: Int { state.withLock { $0.oldRowCounts } }

    // MARK: VaultStore

    package func commit(_ batch: Batch) throws(StoreError) {
        let entered: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard state.isHeld else { return nil }
            state.isHeld = false
            return state.entered.take()
        }
        if let entered {
            entered.resume()
            gate.wait()
        }
        if let error = failure(of: batch) { throw error }
        try store.commit(batch)
        state.withLock {
            $0.commits.append(
                Commit(events: batch.events.count, records: batch.records.count, inbox: batch.inbox.count)
            )
        }
    }

    private func failure(of batch: Batch) -> StoreError? {
        state.withLock { state in
            guard var fault = state.fault, fault.concerns(batch) else { return nil }
            fault.left -= 1
            state.fault = fault.left > 0 ? fault : nil
            return fault.error
        }
    }

    package func foundation() throws(StoreError) -> Foundation? { try store.foundation() }
    package func records() throws(StoreError) -> [SealedRecord] { try store.records() }
    package func value(of secret: RecordID, version: UInt32) throws(StoreError) -> SealedValue? {
        if let other = state.withLock({ $0.values[Batch.Place(secret: secret, version: version)] }) { return other }
        return try store.value(of: secret, version: version)
    }
    package func recordRows(before epoch: UInt32, after position: Int64, limit: Int) throws(StoreError) -> [RecordRow] {
        try store.recordRows(before: epoch, after: position, limit: limit)
    }

    package func valueRows(before epoch: UInt32, after position: Int64, limit: Int) throws(StoreError) -> [ValueRow] {
        try store.valueRows(before: epoch, after: position, limit: limit)
    }

    package func rowsUnderOldKeys(metadata: UInt32, keyEncryption: UInt32) throws(StoreError) -> RowsUnderOldKeys {
        state.withLock { $0.oldRowCounts += 1 }
        return try store.rowsUnderOldKeys(metadata: metadata, keyEncryption: keyEncryption)
    }

    package func tree() -> Frontier? { store.tree() }
    package func treeHashes(level: Int, range: Range<UInt64>) throws(StoreError) -> [TreeHash] {
        try store.treeHashes(level: level, range: range)
    }
    package func checkpoints(limit: Int) throws(StoreError) -> [StoredCheckpoint] {
        try store.checkpoints(limit: limit)
    }
    package func logKeyChanges() throws(StoreError) -> [[UInt8]] { try store.logKeyChanges() }

    package func snapshot(isCancelled: @escaping @Sendable () -> Bool) throws(StoreError) -> any StoreSnapshot {
        try store.snapshot(isCancelled: isCancelled)
    }
    package func hasRoomForSnapshot() throws(StoreError) -> Bool {
        guard !state.withLock({ $0.hasNoRoom }) else { return false }
        return try store.hasRoomForSnapshot()
    }

    package func lastSequence() throws(StoreError) -> UInt64 { try store.lastSequence() }
    package func events(
        in range: ClosedRange<UInt64>,
        times: ClosedRange<Timestamp>,
        limit: Int,
        newestFirst: Bool
    ) throws(StoreError) -> [SealedEvent] {
        guard let lost = state.withLock({ $0.lostContents }), lost.overlaps(range) else {
            return try store.events(in: range, times: times, limit: limit, newestFirst: newestFirst)
        }
        var parts: [ClosedRange<UInt64>] = []
        if range.lowerBound < lost.lowerBound { parts.append(range.lowerBound...lost.lowerBound - 1) }
        if range.upperBound > lost.upperBound { parts.append(lost.upperBound + 1...range.upperBound) }
        var found: [SealedEvent] = []
        for part in newestFirst ? parts.reversed() : parts where found.count < limit {
            found += try store.events(in: part, times: times, limit: limit - found.count, newestFirst: newestFirst)
        }
        return found
    }
    package func inbox() throws(StoreError) -> [(number: Int64, sealed: [UInt8])] {
        if let error = state.withLock({ $0.readingFault }) { throw error }
        return try store.inbox()
    }

    // MARK: RowStore

    package func rowCounts() throws(StoreError) -> RowCounts { try store.rowCounts() }
    package func recordCount() throws(StoreError) -> Int { try store.recordCount() }

    package func recordRows(after position: Int64, limit: Int) throws(StoreError) -> [RecordRow] {
        let rows = try store.recordRows(after: position, limit: limit)
        let hides = state.withLock { $0.hidesRecord }
        return rows.filter { !hides($0) }
    }
    package func valueRows(after position: Int64, limit: Int) throws(StoreError) -> [ValueRow] {
        try store.valueRows(after: position, limit: limit)
    }
    package func logRows(after position: Int64, limit: Int) throws(StoreError) -> [LogRow] {
        try store.logRows(after: position, limit: limit)
    }
    package func spanRows(after position: Int64, limit: Int) throws(StoreError) -> [SpanRow] {
        try store.spanRows(after: position, limit: limit)
    }
    package func checkpointRows(after position: Int64, limit: Int) throws(StoreError) -> [CheckpointRow] {
        try store.checkpointRows(after: position, limit: limit)
    }
    package func treeHashCount() throws(StoreError) -> Int { try store.treeHashCount() }
    package func inboxRows(after position: Int64, limit: Int) throws(StoreError) -> [InboxRow] {
        try store.inboxRows(after: position, limit: limit)
    }
    package func slotRows(after position: Int64, limit: Int) throws(StoreError) -> [SlotRow] {
        try store.slotRows(after: position, limit: limit)
    }
    package func newestVersions() throws(StoreError) -> [RecordID: UInt32] { try store.newestVersions() }
    package func structuralFaults(limit: Int) throws(StoreError) -> Int { try store.structuralFaults(limit: limit) }
}
