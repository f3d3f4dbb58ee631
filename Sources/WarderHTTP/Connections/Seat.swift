import Locking
import NIOCore

/// The place of one connection at its door: what it is counted as, and whether it can be spared.
final class Seat: Sendable {
    private enum State {
        /// A request is under way.
        case busy
        /// A request is under way that waits for something to happen, or a worker is at what it came for.
        case waiting
        /// No request is under way, and a launch hangs on the connection.
        case held
        case idle(since: NIODeadline)
        /// A request has begun to arrive and is not whole yet: nothing was decided about it, so that nothing is lost.
        case arriving(since: NIODeadline)
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

    /// No request is under way, and the connection is needed all the same.
    func hold() {
        state.withLock { state in
            if case .givenAway = state { return }
            state = .held
        }
    }

    /// The head of a request is there, and its body is to come. `false` when the place has just been given away.
    func beginArriving(at now: NIODeadline) -> Bool {
        state.withLock { state in
            if case .givenAway = state { return false }
            state = .arriving(since: now)
            return true
        }
    }

    /// A request is whole. `false` when the place has just been given away: the request must not be looked at.
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

    /// Whether it counts as one of those that a user may have. What is held is counted where launches are.
    var isCounted: Bool {
        switch state.withLock({ $0 }) {
        case .waiting, .held: false
        case .busy, .idle, .arriving, .givenAway: true
        }
    }

    /// Since when the place can be spared: nothing is under way that would be lost.
    var spareSince: NIODeadline? {
        switch state.withLock({ $0 }) {
        case .idle(let since), .arriving(let since): since
        case .busy, .waiting, .held, .givenAway: nil
        }
    }

    /// `false` when a request has become whole meanwhile.
    func giveAway() -> Bool {
        state.withLock { state in
            switch state {
            case .idle, .arriving:
                state = .givenAway
                return true
            case .busy, .waiting, .held, .givenAway: return false
            }
        }
    }
}
