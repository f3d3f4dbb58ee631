import Locking
import WarderCore
import WarderLinux
import WarderModel

/// One connection's end of a launch: it may hold one, and the launch ends with it.
final class LaunchLine: Sendable {
    private enum State {
        case free
        case holding(Launch)
        case closed
    }

    let process: AttestedPeer
    private let board: LaunchBoard
    private let hangUp: @Sendable () -> Void
    private let state = Locked(State.free)

    init(_ process: AttestedPeer, _ board: LaunchBoard, hangUp: @escaping @Sendable () -> Void) {
        self.process = process
        self.board = board
        self.hangUp = hangUp
    }

    /// The launch that hangs on the connection.
    var launch: Launch? {
        if case .holding(let launch) = state.withLock({ $0 }) { launch } else { nil }
    }

    /// Takes a place for a launch on this connection.
    func reserve(_ membership: LaunchMembership, admitsMembers: Bool) throws(Refusal) -> Launch {
        let launch = Launch(membership, launcher: process, admitsMembers: admitsMembers, hangUp: hangUp)
        if let refusal = board.reserve(launch) { throw refusal }
        let isHeld = state.withLock { state in
            guard case .free = state else { return false }
            state = .holding(launch)
            return true
        }
        if isHeld { return launch }
        // The connection has ended before its launch was decided, or holds another.
        board.drop(launch)
        throw .launchUnderWay
    }

    /// The event of a launch is on disk.
    /// - Returns: `false` where the connection has ended meanwhile.
    func begin(_ launch: Launch) -> Bool { board.begin(launch) }

    /// The event of a launch could not be written.
    func drop(_ launch: Launch) {
        board.drop(launch)
        state.withLock { state in
            if case .holding(let held) = state, held === launch { state = .free }
        }
    }

    /// Looks whether the launch still counts; ends it, and with it the connection, where it does not.
    func watch() {
        if let launch, launch.isOn { _ = board.confirmFully(launch) }
    }

    /// The connection has ended.
    func close() {
        let held: Launch? = state.withLock { state in
            defer { state = .closed }
            if case .holding(let launch) = state { return launch }
            return nil
        }
        if let held { board.end(held, .closed) }
    }
}
