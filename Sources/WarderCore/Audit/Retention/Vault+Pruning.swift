import HashTreeCollections
import Sealing
package import WarderModel

/// Moving the mark, and letting go of what lies before it.
extension Vault {
    /// Moves the mark, in one commit with the event that says so. What lies before it goes afterwards, in
    /// `pruneStep`.
    ///
    /// - Throws: `legalHold`, `tooRecent`, `valueDamaged`; `checkUnderWay` when somebody else moved the mark meanwhile;
    ///   `roleMissing` for somebody who is no admin any more; `sealed`, `auditUnavailable`.
    package func prune(_ plan: PrunePlan, as pruner: Pruner) async throws(Refusal) {
        let outcome: Result<Void, Refusal> = await withCheckedContinuation { continuation in
            prune(plan, as: pruner) { continuation.resume(returning: $0) }
        }
        try outcome.get()
    }

    /// The same for whoever waits otherwise.
    package func prune(
        _ plan: PrunePlan,
        as pruner: Pruner,
        completion: @escaping @Sendable (Result<Void, Refusal>) -> Void
    ) {
        alone { [self] open throws(Refusal) in
            try commitAlone(&open) { transaction throws(Refusal) in
                try move(plan, pruner, &transaction)
            }
        } completion: {
            completion($0)
        }
    }

    private func move(_ plan: PrunePlan, _ pruner: Pruner, _ transaction: inout Transaction) throws(Refusal) {
        guard !retention.legalHold else { throw .legalHold }
        guard plan.before <= transaction.now.wall.adding(seconds: -Retention.youngest) else { throw .tooRecent }
        guard !transaction.state.lost.mayHideMark else { throw .valueDamaged }
        let earlier = transaction.state.prunedLog
        guard plan.base == earlier?.through ?? 0, plan.through <= transaction.lastSequence else {
            throw .checkUnderWay
        }
        var event = Event(action: .auditPrune, time: transaction.now.wall, actor: .vault)
        if case .caller(let caller) = pruner {
            guard let uid = caller.peer?.uid, transaction.state.operators[uid]?.roles.contains(.admin) == true else {
                throw .roleMissing
            }
            event.actor = Policy.actor(caller, in: transaction.state)
            event.requestID = caller.requestID
            event.traceID = caller.traceID
        }
        let damaged = (earlier?.damaged ?? []) + plan.damaged
        let mark = LogMark(
            id: earlier?.id ?? transaction.keys.newRecordID(),
            through: plan.through,
            before: plan.before,
            ledger: plan.ledger,
            damaged: damaged.isEmpty ? nil : damaged.map { [$0.lowerBound, $0.upperBound] }
        )
        try transaction.put(mark, &event)
        event.changes += ["through=\(plan.through)", "before=\(plan.before)", "events=\(plan.events)"]
        if plan.damagedCount > 0 { event.changes.append("damaged=\(plan.damagedCount)") }
        transaction.record(event)
    }

    /// Whether rows of pruned events still wait to be deleted. Blocks.
    ///
    /// - Throws: `auditUnavailable`, `databaseDamaged` when the store cannot be read.
    package func hasContents(of pruned: PrunedLog) throws(Refusal) -> Bool {
        do throws(StoreError) {
            return try firstGoing(of: pruned, through: pruned.through) != nil
        } catch { throw refusal(of: error) }
    }

    /// The first pruned event whose row is still there, up to a number, and the numbers from it on that go with it.
    private func firstGoing(of pruned: PrunedLog, through ceiling: UInt64) throws(StoreError) -> ClosedRange<UInt64>? {
        for range in pruned.going(through: ceiling) {
            let first = try store.events(in: range, times: EventFilter().times, limit: 1, newestFirst: false).first
            guard let first else { continue }
            // In a broken tree the engine can find others than it was asked for; what SQLite says of that.
            guard range.contains(first.sequence) else { throw .damaged(code: 11) }
            return first.sequence...range.upperBound
        }
        return nil
    }

    /// Deletes the contents of some events before the mark; those of damaged ones stay.
    ///
    /// Whatever ends it, the next step goes on from there: the mark says what has to go, and the rows what is left.
    /// `ceiling`: events with greater numbers are left alone, because somebody has yet to read them.
    /// - Returns: whether there may be more up to there.
    /// - Throws: `sealed`, `auditUnavailable`.
    package func pruneStep(limit: UInt64 = 512, through ceiling: UInt64 = .max) async throws(Refusal) -> Bool {
        let outcome: Result<Bool, Refusal> = await withCheckedContinuation { continuation in
            alone { [self] (open: inout Open) throws(Refusal) in
                guard let pruned = open.state.prunedLog else { return false }
                let going: ClosedRange<UInt64>?
                do throws(StoreError) {
                    going = try firstGoing(of: pruned, through: ceiling)
                } catch { throw refusal(of: error) }
                guard let going else { return false }
                let last = min(going.upperBound, going.lowerBound + limit - 1)
                try commitAlone(&open) { $0.letGo(of: going.lowerBound...last) }
                return last < min(pruned.through, ceiling)
            } completion: {
                continuation.resume(returning: $0)
            }
        }
        return try outcome.get()
    }
}
