import Locking
import NIOCore

/// The place of one connection at its door: what it is counted as, and whether it can be spared.
final class Seat: Sendable {
    private enum State {
        /// A request is under way.
        case busy
        /// A request is under way that waits for something to happen.
        case waiting
        case idle(since: NIODeadline)
        case givenAway
    }

    let share: ConnectionGate.Share
    /// Ends the connection. May be called on any thread.
    let close: @Sendable () -> Void
    private let state = Locked(State.busy)

    init(_ share: ConnectionGate.Share, close: @escaping @Sendable () -> Void) {
        self.share = share
        self.close = close
    }

    /// No request is under way any more, or none has come yet.
    func becomeIdle(at now: NIODeadline) {
        state.withLock { state in
            if case .givenAway = state { return }
            state = .idle(since: now)
        }
    }

    /// A request begins. `false` when the place has just been given away: the request must not be looked at.
    func becomeBusy() -> Bool {
        state.withLock { state in
            if case .givenAway = state { return false }
            state = .busy
            return true
        }
    }

    // MARK: For the gate

    func becomeWaiting() { state.withLock { $0 = .waiting } }

    var isWaiting: Bool {
        if case .waiting = state.withLock({ $0 }) { true } else { false }
    }

    var idleSince: NIODeadline? {
        if case .idle(let since) = state.withLock({ $0 }) { since } else { nil }
    }

    /// `false` when a request has begun meanwhile.
    func giveAway() -> Bool {
        state.withLock { state in
            guard case .idle = state else { return false }
            state = .givenAway
            return true
        }
    }
}
