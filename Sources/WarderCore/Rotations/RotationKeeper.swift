import HashTreeCollections
import Rotating
import Scheduling
package import WarderModel

/// Lets every rotation take its next step when it is time: what is due begins, a limited number at once, and what can go
/// on goes on.
///
/// Knows what to do from the vault's state alone: whatever happened meanwhile, the next look is right. Sleeps as long as
/// nothing is due.
package struct RotationKeeper: Sendable {
    /// After an error that is not the rotation's own, such as a full disk, in seconds.
    static let rest: Int64 = 30
    /// Rotations that were missed while the vault was closed begin spread over this time, in seconds.
    static let spread: Int64 = 600
    /// Longer than the rotator has for a step, in seconds: for the worker to end it and say so.
    static let slack: Int64 = 15

    private let vault: Vault
    private var lanes: DueLanes<SecretName>
    /// Wait for a worker without a lane, because others may need none: those that have begun, which go first, and those
    /// that have not.
    private var starved = (begun: Set<SecretName>(), due: Set<SecretName>())
    /// Have a lane until they rest: what has begun does not wait behind what might begin.
    private var underWay: Set<SecretName> = []

    /// When it looked last: what was reckoned by a clock that has been set back since is reckoned anew.
    private var looked: Timestamp?

    /// `limit`: rotations under way at once.
    package init(_ vault: Vault, limit: Int) {
        self.vault = vault
        lanes = DueLanes(limit: limit)
    }

    /// Does all that can be done now.
    ///
    /// `late`: called for every step that is handed out, with what to do if it is not answered in so many seconds.
    /// - Returns: when to look again at the latest, if nothing changes before; and what went wrong on the vault's side.
    package mutating func look(
        late: @escaping @Sendable (_ seconds: Int64, @escaping @Sendable () -> Void) -> Void
    ) async -> (wake: Timestamp?, failure: Refusal?) {
        takeChanges()
        noticeClock()
        releaseStarved()
        var failure: Refusal?
        var stuck: Set<SecretName> = []
        while let state = vault.state {
            let now = vault.clock.now().wall
            let begun = underWay.filter { !stuck.contains($0) && state.rotations[$0]?.run?.doing == nil }
            let ready = begun + lanes.take(now: now)
            if ready.isEmpty { break }
            for name in ready {
                switch await move(name, late: late) {
                case .moved: break
                case .stuck: stuck.insert(name)
                case .failed(let refusal): failure = refusal
                }
            }
        }
        return (lanes.wake, failure)
    }

    /// As many as workers wait.
    private mutating func releaseStarved() {
        let now = vault.clock.now().wall
        for _ in 0..<vault.jobs.waiting {
            guard let name = starved.begun.popFirst() ?? starved.due.popFirst() else { return }
            lanes.set(name, due: now)
        }
    }

    // MARK: What there is to do

    private mutating func takeChanges() {
        switch vault.rotationBell.take() {
        case .everything:
            lanes = DueLanes(limit: lanes.limit)
            (starved, underWay) = (([], []), [])
            vault.jobs.giveUpAll()
            guard let state = vault.state else { return }
            let now = vault.clock.now().wall
            for name in state.rotations.keys { schedule(name, state, now) }
            lanes.spreadOverdue(now: now, over: Self.spread)
        case .secrets(let names):
            guard let state = vault.state else { return }
            let now = vault.clock.now().wall
            for name in names where !underWay.contains(name) { schedule(name, state, now) }
        }
    }

    private mutating func noticeClock() {
        let now = vault.clock.now().wall
        defer { looked = now }
        guard let looked, now < looked, let state = vault.state else { return }
        for name in state.rotations.keys where !underWay.contains(name) { schedule(name, state, now) }
    }

    private mutating func schedule(_ name: SecretName, _ state: VaultState, _ now: Timestamp) {
        starved.begun.remove(name)
        starved.due.remove(name)
        if let wake = Rotations.wake(name, in: state, at: now) {
            lanes.set(name, due: wake)
        } else {
            lanes.remove(name)
        }
    }

    // MARK: Doing it

    private enum Outcome {
        case moved
        /// Goes on when a worker asks.
        case stuck
        case failed(Refusal)
    }

    /// Lets one rotation go as far as it can.
    private mutating func move(
        _ name: SecretName,
        late: @escaping @Sendable (Int64, @escaping @Sendable () -> Void) -> Void
    ) async -> Outcome {
        underWay.insert(name)
        while let state = vault.state {
            let now = vault.clock.now().wall
            guard let wake = Rotations.wake(name, in: state, at: now), wake <= now else {
                // A step that was handed out keeps its lane.
                if state.rotations[name]?.run?.doing == nil {
                    leave(name, again: Rotations.wake(name, in: state, at: now))
                }
                return .moved
            }
            do throws(Refusal) {
                guard try await step(name, state, now, late: late) else {
                    starve(name, hasBegun: state.rotations[name]?.isUnderWay == true)
                    return .stuck
                }
            } catch {
                leave(name, again: now.adding(seconds: Self.rest))
                return error == .sealed || error == .nothingToUndo ? .moved : .failed(error)
            }
        }
        return .moved
    }

    /// A worker that is busy comes back soon; without any, lanes are for those that need none.
    private mutating func starve(_ name: SecretName, hasBegun: Bool) {
        if hasBegun, vault.jobs.isManned { return }
        if hasBegun { starved.begun.insert(name) } else { starved.due.insert(name) }
        leave(name, again: nil)
    }

    private mutating func leave(_ name: SecretName, again: Timestamp?) {
        underWay.remove(name)
        if let again { lanes.set(name, due: again) } else { lanes.remove(name) }
        lanes.finish(name)
    }

    /// - Returns: `false` when it needs a worker and none waits.
    private func step(
        _ name: SecretName,
        _ state: VaultState,
        _ now: Timestamp,
        late: @escaping @Sendable (Int64, @escaping @Sendable () -> Void) -> Void
    ) async throws(Refusal) -> Bool {
        let needsWorker = Rotations.needsWorker(name, in: state, at: now)
        guard !needsWorker || vault.jobs.waiting > 0 else { return false }
        guard state.rotations[name]?.isUnderWay == true else {
            try await vault.perform(Rotations.begin(name))
            return true
        }
        let seat = needsWorker ? vault.jobs.claim() : nil
        guard !needsWorker || seat != nil else { return false }
        let turn: Rotations.Turn
        do throws(Refusal) { turn = try await vault.perform(Rotations.turn(name, workerWaits: seat != nil)) } catch {
            if let seat { vault.jobs.giveBack(seat) }
            throw error
        }
        guard let seat else { return true }
        guard let handout = turn.handout else {
            vault.jobs.giveBack(seat)
            return true
        }
        let vault = vault
        vault.jobs.hand(.step(handout), to: seat) { answer in Self.take(answer, to: handout, vault, late: late) }
        late(handout.seconds + Self.slack) { vault.jobs.giveUp(handout.id) }
        return true
    }

    /// An answer that cannot be written down yet is kept: the rotator does not give it twice. Of one that is not taken
    /// for another reason, the rotation learns that nobody knows what the step came to.
    private static func take(
        _ answer: HandoutAnswer,
        to handout: Handout,
        _ vault: Vault,
        late: @escaping @Sendable (Int64, @escaping @Sendable () -> Void) -> Void
    ) {
        let command: @Sendable (HandoutAnswer) -> Command<RotationAction> = { answer in
            Rotations.answer(
                handout.secret,
                rotation: handout.rotation,
                step: handout.step,
                job: handout.id,
                answer
            )
        }
        vault.submit(command(answer)) { outcome in
            switch outcome {
            case .success: vault.stepTally.add(handout.rotator, answer.answer.outcome)
            case .failure(.sealed), .failure(.nothingToUndo), .failure(.rotationEnded): break
            case .failure(.auditUnavailable), .failure(.databaseDamaged):
                late(rest) { take(answer, to: handout, vault, late: late) }
            case .failure: vault.submit(command(HandoutAnswer(.notTaken))) { _ in }
            }
        }
    }
}
