package import WarderModel

/// Letting the contents of old events go. Their leaves stay, so that everything that was ever proved can be proved
/// again.
package enum Retention {
    /// What is younger stays, whoever asks, in seconds: an intruder must not take along the traces of the day.
    package static let youngest: Int64 = 86_400

    /// Permission to prune what happened before a moment. Nothing is gone with it: that is an event of its own, when it
    /// is known what goes. Requires `admin`, and presence.
    ///
    /// - Throws: `legalHold`; `tooRecent` for a moment within the last day; `valueDamaged` when the mark of an earlier
    ///   prune cannot be read.
    package static func permit(
        before: Timestamp,
        under policy: RetentionPolicy,
        by caller: Caller
    ) -> Command<Void> {
        Command(.auditPrune, by: caller, describe: { $0.changes = ["before=\(before)"] }) {
            transaction,
            _ throws(Refusal) in
            guard !policy.legalHold else { throw .legalHold }
            guard before <= transaction.now.wall.adding(seconds: -youngest) else { throw .tooRecent }
            guard !transaction.state.lost.mayHideMark else { throw .valueDamaged }
        }
    }
}

/// Which events would go.
package struct PrunableEvents: Sendable, Equatable {
    /// Numbers, without a gap, behind the mark.
    package let numbers: ClosedRange<UInt64>
    /// Times of the first and the last of them.
    package let first: Timestamp
    package let last: Timestamp
}

/// What one prune does, worked out beside the writer.
package struct PrunePlan: Sendable {
    /// Where the last one ended.
    let base: UInt64
    package let before: Timestamp
    package let through: UInt64
    let ledger: LogLedger.Summary
    /// Numbers of events behind the base that are damaged, and stay as they are; in order, with others between.
    let damaged: [ClosedRange<UInt64>]

    /// How many events go.
    package var events: UInt64 { through - base - damagedCount }
    /// How many do not, because they are damaged.
    package var damagedCount: UInt64 { damaged.reduce(0) { $0 + UInt64($1.count) } }
}

/// Who prunes.
package enum Pruner: Sendable {
    /// By the policy.
    case vault
    /// Somebody who was permitted to.
    case caller(Caller)
}
