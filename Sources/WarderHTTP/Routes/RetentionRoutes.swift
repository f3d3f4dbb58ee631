import Dispatch
import HashTreeCollections
import Locking
import NIOHTTP1
import StrictJSON
import WarderCore
import WarderModel
import WarderWire

/// Letting the contents of old events go.
extension RouteTable {
    static let retention: [Route] = [
        Route(.GET, "/v1/audit/retention", query: ["before"]) { exchange throws(Problem) in
            try exchange.showRetention()
        },
        Route(.POST, "/v1/audit/prune", action: .auditPrune, body: .small) { exchange throws(Problem) in
            try exchange.prune()
        },
    ]
}

extension Exchange {
    /// Damaged events that one look opens in vain. Beyond them a deep check says what there is.
    private static let mostDamaged = 10_000

    /// Counts and times, as in the metrics: for operators, and no event.
    fileprivate func showRetention() throws(Problem) -> Work {
        guard let uid = caller.peer?.uid, vault.state?.operators[uid] != nil else {
            throw .forOperator(vault.phase == .unsealed ? .notAnOperator : .sealed)
        }
        let before = try Exchange.moment(target.parameter("before"), what: "before")
        return .slow { finish in
            let pruned = vault.prunedLog
            let outcome = Result { () throws(Refusal) in
                (
                    try before.flatMap { moment throws(Refusal) in
                        try vault.prunable(before: moment, lookingPast: Self.mostDamaged)
                    },
                    try pruned.map { log throws(Refusal) in try vault.hasContents(of: log) }
                )
            }
            finish {
                outcome.map { prunable, isDeleting in
                    .json(
                        RetentionStatus(
                            keepDays: vault.retention.keepDays,
                            legalHold: vault.retention.legalHold,
                            prunedThrough: pruned?.through,
                            prunedBefore: pruned?.before.description,
                            damaged: pruned.flatMap { $0.damagedCount > 0 ? $0.damagedCount : nil },
                            deleting: isDeleting,
                            prunable: prunable.map(RetentionStatus.Prunable.init)
                        )
                    )
                }
            }
        }
    }

    fileprivate func prune() throws(Problem) -> Work {
        let request = try decode(PruneRequest.self)
        guard let before = try Exchange.moment(request.before, what: "before") else {
            throw .invalid("Say before when.")
        }
        let (vault, caller) = (vault, caller)
        let permit = Retention.permit(before: before, under: vault.retention, by: caller)
        return produce(.jsonLines, permission: permit) { _, production in
            do throws(Refusal) {
                let plan = try vault.planPrune(
                    before: before,
                    through: request.through ?? .max,
                    progress: { progress in try? production.put(CheckLines.progress(progress)) },
                    isCancelled: { production.isAbandoned }
                )
                if let plan { try vault.pruneAndWait(plan, as: .caller(caller)) }
                try? production.put(RetentionLines.pruned(plan))
            } catch { try? production.put(RetentionLines.failure(error)) }
        }
    }
}

extension Vault {
    /// For a thread that may wait.
    fileprivate func pruneAndWait(_ plan: PrunePlan, as pruner: Pruner) throws(Refusal) {
        let outcome = Locked(Result<Void, Refusal>.success(()))
        let done = DispatchSemaphore(value: 0)
        prune(plan, as: pruner) { result in
            outcome.withLock { $0 = result }
            done.signal()
        }
        done.wait()
        try outcome.withLock { $0 }.get()
    }
}

extension RetentionStatus.Prunable {
    fileprivate init(_ prunable: PrunableEvents) {
        self.init(
            events: UInt64(prunable.numbers.count),
            firstEvent: prunable.numbers.lowerBound,
            lastEvent: prunable.numbers.upperBound,
            first: prunable.first.description,
            last: prunable.last.description
        )
    }
}

/// What became of a prune, as it is sent.
enum RetentionLines {
    /// `nil`: there was nothing to prune.
    static func pruned(_ plan: PrunePlan?) -> [UInt8] {
        JSONBuffer.line("pruned") { json in
            json.field("events", plan?.events ?? 0)
            if let plan {
                json.field("through", plan.through)
                json.field("before", plan.before.description)
                if plan.damagedCount > 0 { json.field("damaged", plan.damagedCount) }
            }
        }
    }

    static func failure(_ refusal: Refusal) -> [UInt8] {
        JSONBuffer.line("failed") { json in
            json.field("reason", refusal.rawValue)
            json.field("message", Problem.forOperator(refusal).message)
        }
    }
}
