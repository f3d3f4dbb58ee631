package import WarderModel

/// How far the log was pruned, sealed as a record among the others: what lies before the mark may be gone, what lies
/// behind it may not. docs/formats/records.md.
///
/// There is one, from the first prune on. It keeps what the pruned events said that the store must hold.
struct LogMark: Sendable, Codable {
    let id: RecordID
    /// Number of the last event whose contents are gone, or going.
    var through: UInt64
    /// Every one of them happened before this.
    var before: Timestamp
    /// What they said, as far as it still held with the last of them.
    var ledger: LogLedger.Summary
}

/// The mark without what was learned from the events: what the vault itself goes by.
package struct PrunedLog: Sendable, Equatable {
    let id: RecordID
    /// Number of the last pruned event.
    package let through: UInt64
    /// Every pruned event happened before this.
    package let before: Timestamp

    init(_ mark: LogMark) {
        id = mark.id
        through = mark.through
        before = mark.before
    }
}
