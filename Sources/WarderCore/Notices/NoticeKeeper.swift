import Alerting
import HashTreeCollections
import Locking
import Rotating
import WarderModel

/// Tells people what they should hear, one notice after the other, each until it was delivered or given up. Where it is told
/// by two ways, and one of them fails, the other one is not told again.
///
/// What is to be told follows from the vault's state, and that it was told is written down afterwards: a crash in between
/// tells it again. An alert that was given up is tried again every hour. Takes no worker away from rotations where there is more than one.
package final class NoticeKeeper: Sendable {
    /// How often one is tried. The pauses grow: 1, 2, 4 and 8 minutes.
    static let tries = 5
    private static let firstPause: Int64 = 60
    /// Time for program and webhook together, in seconds; the configuration allows no more.
    private static let seconds: Int64 = 60

    private struct Trial {
        var tries = 0
        var notBefore: Timestamp
        /// Who has it.
        var told: Set<Notice.Way> = []
        /// Of one that was given up and is tried again: until the alert is told.
        var given: RecordID?

        /// What is left of it; `nil` where it is never tried again, or nobody has it.
        func given(up notice: Notice) -> Trial? {
            guard case .alert(let id, _) = notice.subject, !told.isEmpty else { return nil }
            return Trial(notBefore: notBefore, told: told, given: id)
        }

        /// Whether the next try has to know of it.
        func isWanted(in known: VaultState) -> Bool {
            given.flatMap { known.alerts[$0] }.map { $0.told == nil } ?? false
        }
    }

    private struct State {
        var isUnderWay = false
        /// Of notices that failed.
        var trials: [String: Trial] = [:]
    }

    private let vault: Vault
    private let state = Locked(State())

    package init(_ vault: Vault) { self.vault = vault }

    /// Begins to tell what is to be told now, if a worker waits.
    ///
    /// `late`: called with what to do if there is no answer in so many seconds.
    package func look(late: @escaping @Sendable (_ seconds: Int64, @escaping @Sendable () -> Void) -> Void) {
        guard let known = vault.state, let keys = vault.keys else { return }
        let now = vault.clock.now().wall
        let wanted = known.notices(at: now)
        let next = state.withLock { state -> Notice? in
            // Of what has passed nobody needs to hear.
            let ids = Set(wanted.map(\.id))
            state.trials = state.trials.filter { id, trial in ids.contains(id) || trial.isWanted(in: known) }
            guard !state.isUnderWay else { return nil }
            return wanted.first { (state.trials[$0.id]?.notBefore ?? now) <= now }
        }
        guard let next, let seat = claim() else { return }
        let told = state.withLock { state in
            state.isUnderWay = true
            return state.trials[next.id]?.told ?? []
        }
        let order = NoticeOrder(id: keys.newRecordID(), notice: next, told: told, seconds: Self.seconds)
        vault.jobs.hand(.notice(order), to: seat) { answer in self.take(answer, to: next) }
        let vault = vault
        late(Self.seconds + RotationKeeper.slack) { vault.jobs.giveUp(order.id) }
    }

    private func claim() -> JobBoard.Seat? {
        let spared = vault.jobs.presence.connections > 1 ? 1 : 0
        return vault.jobs.waiting > spared ? vault.jobs.claim() : nil
    }

    private func take(_ answer: HandoutAnswer, to notice: Notice) {
        let now = vault.clock.now().wall
        let (number, isOver) = state.withLock { state in
            var trial = state.trials[notice.id] ?? Trial(notBefore: now)
            trial.tries += 1
            trial.notBefore = now.adding(seconds: Self.firstPause << min(trial.tries - 1, 10))
            trial.told.formUnion(answer.told)
            state.trials[notice.id] = trial
            let tries = notice.wasGivenUp ? 1 : Self.tries
            let isOver = answer.answer.outcome == .done || !answer.answer.mayRetry || trial.tries >= tries
            return (trial.tries, isOver)
        }
        let state = state
        vault.submit(Notices.sent(notice, answer, try: number, isOver: isOver)) { outcome in
            state.withLock { state in
                state.isUnderWay = false
                // What could not be written down is told again, as it is after a crash.
                guard case .success = outcome, isOver else { return }
                state.trials[notice.id] =
                    answer.answer.outcome == .done ? nil : state.trials[notice.id]?.given(up: notice)
            }
        }
    }
}
