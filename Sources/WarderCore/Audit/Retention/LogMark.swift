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
    /// First and last number of each run of events that were damaged when they were to go, in order: what lies there of
    /// them stays. `nil` for none.
    var damaged: [[UInt64]]?
}

/// The mark without what was learned from the events: what the vault itself goes by.
package struct PrunedLog: Sendable, Equatable {
    /// Most runs of damaged events that a mark names: whoever can write the database must not make it grow for ever.
    static let mostDamagedRuns = 256

    let id: RecordID
    /// Number of the last pruned event.
    package let through: UInt64
    /// Every pruned event happened before this.
    package let before: Timestamp
    /// Numbers of events before the mark that were damaged, and were left as they are; in order, with others between.
    package let damaged: [ClosedRange<UInt64>]

    init(_ mark: LogMark) {
        id = mark.id
        through = mark.through
        before = mark.before
        damaged = (mark.damaged ?? []).compactMap { run in
            run.count == 2 && 1 <= run[0] && run[0] <= run[1] && run[1] <= mark.through ? run[0]...run[1] : nil
        }
    }

    /// How many damaged events lie before the mark.
    package var damagedCount: UInt64 { damaged.reduce(0) { $0 + UInt64($1.count) } }

    /// Whether an event before the mark is one that nobody pruned, because it was damaged.
    func isDamaged(_ number: UInt64) -> Bool {
        // Few, and as a rule none.
        damaged.contains { $0.contains(number) }
    }

    /// Numbers whose contents go: all before the mark but the damaged ones, and none above `ceiling`.
    func going(through ceiling: UInt64) -> [ClosedRange<UInt64>] {
        let last = min(through, ceiling)
        var ranges: [ClosedRange<UInt64>] = []
        var next: UInt64 = 1
        for run in damaged where run.lowerBound <= last {
            if next < run.lowerBound { ranges.append(next...run.lowerBound - 1) }
            next = run.upperBound + 1
        }
        if next <= last { ranges.append(next...last) }
        return ranges
    }
}
