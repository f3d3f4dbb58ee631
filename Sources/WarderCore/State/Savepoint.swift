import WarderModel

/// How far a batch had come before a command: what a failing one leaves behind is cut off again.
///
/// Lengths, not a copy: the rows of a batch are never copied for a command that might fail. A new part of `Batch` needs
/// its line here, twice; a test finds one that is missing.
struct Savepoint {
    private let foundation: Foundation?
    private let keys: Batch.Keys?
    private let records: Int
    private let removedRecords: Int
    private let unreadableRecords: Int
    private let values: Int
    private let rewrappedValues: Int
    private let destroyedValues: Int
    private let events: Int
    private let inbox: Int
    private let inboxTakenThrough: Int64?
    private let checkpoint: StoredCheckpoint?
    private let logKeyChange: LogKeyChange?
    private let prunedPayloads: ClosedRange<UInt64>?
    private let logMending: LogMending?

    init(_ batch: Batch) {
        foundation = batch.foundation
        keys = batch.keys
        records = batch.records.count
        removedRecords = batch.removedRecords.count
        unreadableRecords = batch.unreadableRecords.count
        values = batch.values.count
        rewrappedValues = batch.rewrappedValues.count
        destroyedValues = batch.destroyedValues.count
        events = batch.events.count
        inbox = batch.inbox.count
        inboxTakenThrough = batch.inboxTakenThrough
        checkpoint = batch.checkpoint
        logKeyChange = batch.logKeyChange
        prunedPayloads = batch.prunedPayloads
        logMending = batch.logMending
    }

    /// Parts only grow while a command works, so that cutting them restores them.
    func restore(_ batch: inout Batch) {
        batch.foundation = foundation
        batch.keys = keys
        batch.records.removeSubrange(records...)
        batch.removedRecords.removeSubrange(removedRecords...)
        batch.unreadableRecords.removeSubrange(unreadableRecords...)
        batch.values.removeSubrange(values...)
        batch.rewrappedValues.removeSubrange(rewrappedValues...)
        batch.destroyedValues.removeSubrange(destroyedValues...)
        batch.events.removeSubrange(events...)
        batch.inbox.removeSubrange(inbox...)
        batch.inboxTakenThrough = inboxTakenThrough
        batch.checkpoint = checkpoint
        batch.logKeyChange = logKeyChange
        batch.prunedPayloads = prunedPayloads
        batch.logMending = logMending
    }
}
