import HashTreeCollections
package import Rotating
import Scheduling
package import WarderModel

/// What the vault asks of itself: to begin what is due, and to take the next step.
extension Rotations {
    /// What came of one turn.
    package struct Turn: Sendable {
        /// What a worker is to do, if one was asked for.
        package let handout: Handout?
        /// What the rotation wants next.
        package let next: RotationAction
    }

    /// When something is to be done for a secret's rotation without anybody asking; `nil` if nothing is. A moment that
    /// has passed means now.
    package static func wake(_ name: SecretName, in state: VaultState, at now: Timestamp) -> Timestamp? {
        guard !state.isQuarantined, let rotation = state.rotations[name] else { return nil }
        guard let run = rotation.run, !run.hasEnded else { return state.nextDue(rotation, at: now)?.at }
        return switch run.next(at: now, moved: RotationWork.moved(run, name, in: state)) {
        case .run, .promote, .demote, .countAnew, .dropCandidate: now
        case .wait(let moment): moment
        case .awaitAnswer, .waitForPerson, .none: nil
        }
    }

    /// Whether the next thing to do is a step of the worker.
    package static func needsWorker(_ name: SecretName, in state: VaultState, at now: Timestamp) -> Bool {
        guard let rotation = state.rotations[name], rotation.rotator.needsWorker else { return false }
        guard let run = rotation.run, !run.hasEnded else { return true }
        if case .run = run.next(at: now, moved: RotationWork.moved(run, name, in: state)) { return true }
        return false
    }

    /// Begins the rotation that is due. One event.
    ///
    /// - Throws: `rotationBusy`, or `nothingToUndo` when it is not due (any more).
    package static func begin(_ name: SecretName) -> Command<Void> {
        Command(.rotationBegin, by: .vault(), describe: { $0.secret = name }) { transaction, event throws(Refusal) in
            var rotation = try findWorking(name, transaction.state)
            if rotation.isUnderWay { throw .rotationBusy }
            let now = transaction.now.wall
            guard let due = transaction.state.nextDue(rotation, at: now), due.at <= now else { throw .nothingToUndo }
            let run = newRun(.due(because: due.cause, slot: due.slot), transaction)
            rotation.begin(run)
            event.changes = ["rotation=\(run.id)", "cause=\(run.cause.text)", "due=\(due.at)"]
            try transaction.put(rotation, &event)
        }
    }

    /// Does what the vault can do alone, and hands out at most one step, if there is a worker for it. One event, and one
    /// for each milestone.
    ///
    /// - Throws: `nothingToUndo` when there is nothing to do.
    package static func turn(_ name: SecretName, workerWaits: Bool) -> Command<Turn> {
        Command(.rotationStep, by: .vault(), describe: { $0.secret = name }) { transaction, event throws(Refusal) in
            _ = try findWorking(name, transaction.state)
            var work = try RotationWork(name, in: transaction)
            let before = work.run
            var next = try work.advance(in: &transaction, &event)
            var handout: Handout?
            if workerWaits, case .run(let step) = next {
                do throws(Refusal) {
                    handout = try work.handOut(step, in: &transaction, &event)
                } catch {
                    // Not the rotator's fault, and not mended by trying again.
                    try work.answer(HandoutAnswer(.unreadable), in: &transaction, &event)
                    event.changes += work.facts + ["step=\(step.rawValue)", "unreadable=\(error.rawValue)"]
                }
                next = work.next(in: transaction)
            }
            guard work.run != before else { throw .nothingToUndo }
            if handout == nil { event.changes += work.facts + ["phase=\(work.run.phase.rawValue)"] }
            try work.save(in: &transaction, &event)
            return Turn(handout: handout, next: next)
        }
    }

    /// Takes over what a rotator answered to a step. One event, and one for each milestone.
    ///
    /// - Throws: `nothingToUndo` when nobody waits for this answer (any more).
    package static func answer(
        _ name: SecretName,
        rotation: RecordID,
        step: RotationStep,
        job: RecordID,
        _ answer: HandoutAnswer
    ) -> Command<RotationAction> {
        Command(
            .rotationAnswer,
            by: .vault(),
            describe: {
                $0.secret = name
                $0.changes = [
                    "rotation=\(rotation)", "step=\(step.rawValue)", "outcome=\(answer.answer.outcome.rawValue)",
                ]
                // What a rotator says is a claim, as what a server says is.
                $0.purpose = answer.answer.message
            }
        ) { transaction, event throws(Refusal) in
            var work = try RotationWork(name, in: transaction)
            guard work.run.id == rotation, work.run.doing == step, work.run.job == job else { throw .nothingToUndo }
            try work.answer(answer, in: &transaction, &event)
            let next = try work.advance(in: &transaction, &event)
            event.changes.append("phase=\(work.run.phase.rawValue)")
            try work.save(in: &transaction, &event)
            return next
        }
    }
}

extension StepAnswer {
    /// What was made may be valid at the upstream: it is taken back under the name that it has there.
    mutating func becomeFailed(_ message: String, mayRetry: Bool) {
        outcome = .failed
        self.message = try? PlainText(message)
        self.mayRetry = mayRetry
    }

    /// A value that the step needs does not open.
    static let unreadable = StepAnswer(
        .failed,
        message: try? PlainText("The vault could not open a value that the step needs."),
        mayRetry: false
    )
    static let workerGone = StepAnswer.lost(try? PlainText("The worker ended before it answered."))
    /// The vault could not take over what was answered.
    static let notTaken = StepAnswer.lost(try? PlainText("The vault could not take the answer."))
    /// The worker may still be at it, but nobody waits for it any more.
    package static let late = StepAnswer.lost(try? PlainText("The rotator did not answer in time."))
    /// Nobody knows what the step came to, because the vault ended while it was under way.
    static let interrupted = StepAnswer.lost(try? PlainText("The vault ended before the answer came."))
}

extension Transaction {
    /// When the vault opens, nobody works on steps that were handed out before; in a restored one people decide how to
    /// go on.
    mutating func interruptRotations(restored: Bool) throws(Refusal) {
        for rotation in state.rotations.values.sorted(by: { $0.secret < $1.secret }) where rotation.isUnderWay {
            guard rotation.run?.doing != nil || restored, var work = try? RotationWork(rotation.secret, in: self)
            else { continue }
            var event = Event(action: .rotationAnswer, time: now.wall, actor: .vault)
            event.secret = rotation.secret
            event.changes = work.facts
            if let step = work.run.doing {
                event.changes += ["step=\(step.rawValue)", "outcome=unknown"]
                try work.answer(HandoutAnswer(.interrupted), in: &self, &event)
            }
            if restored {
                try work.change { run in run.holdAfterRestore() }
                event.changes.append("held")
            }
            try work.save(in: &self, &event)
            record(event)
        }
    }
}
