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
        let mark = LogMark(
            id: earlier?.id ?? transaction.keys.newRecordID(),
            through: plan.through,
            before: plan.before,
            ledger: plan.ledger
        )
        try transaction.put(mark, &event)
        event.changes += ["through=\(plan.through)", "before=\(plan.before)", "events=\(plan.events)"]
        transaction.record(event)
    }

    /// Whether rows of pruned events still wait to be deleted. Blocks.
    ///
    /// - Throws: `auditUnavailable`, `valueDamaged` when the store cannot be read.
    package func hasContents(of pruned: PrunedLog) throws(Refusal) -> Bool {
        do throws(StoreError) {
            return try !store.events(
                in: 1...pruned.through,
                times: EventFilter().times,
                limit: 1,
                newestFirst: false
            ).isEmpty
        } catch { throw Refusal(error) }
    }

    /// Deletes the contents of some events before the mark.
    ///
    /// Whatever ends it, the next step goes on from there: the mark says what has to go, and the rows what is left.
    /// `ceiling`: events with greater numbers are left alone, because somebody has yet to read them.
    /// - Returns: whether there may be more up to there.
    /// - Throws: `sealed`, `auditUnavailable`.
    package func pruneStep(limit: UInt64 = 512, through ceiling: UInt64 = .max) async throws(Refusal) -> Bool {
        let outcome: Result<Bool, Refusal> = await withCheckedContinuation { continuation in
            alone { [self] (open: inout Open) throws(Refusal) in
                guard let through = open.state.prunedLog.map({ min($0.through, ceiling) }), through > 0 else {
                    return false
                }
                let first: SealedEvent?
                do throws(StoreError) {
                    first = try store.events(
                        in: 1...through,
                        times: EventFilter().times,
                        limit: 1,
                        newestFirst: false
                    ).first
                } catch { throw .auditUnavailable }
                guard let first else { return false }
                let last = min(through, first.sequence + limit - 1)
                try commitAlone(&open) { $0.letGo(of: first.sequence...last) }
                return last < through
            } completion: {
                continuation.resume(returning: $0)
            }
        }
        return try outcome.get()
    }
}
