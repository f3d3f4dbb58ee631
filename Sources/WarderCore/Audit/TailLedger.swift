import Locking
package import WarderModel

/// Live tails: a process that began to follow the log, and was recorded then, may go on with the same filter without a
/// new event each time.
package final class TailLedger: Sendable {
    private struct Key: Hashable {
        let process: ProcessIdentity
        let filter: EventFilter
    }

    /// A tail that does not ask for this long has ended, in seconds.
    private static let patience: Int64 = 180
    private static let maximumTails = 256
    /// Until when, and from which event on.
    private struct Position {
        var until: Moment
        var after: UInt64
    }

    private let tails = Locked<[Key: Position]>([:])

    /// `after`: number of the event that the first look ended before; the tail only goes forward from there.
    package func begin(_ filter: EventFilter, after: UInt64, for caller: Caller, at now: Moment) {
        guard let process = caller.peer?.process else { return }
        tails.withLock { tails in
            tails = tails.filter { now.isBefore($0.value.until) }
            guard tails.count < Self.maximumTails else { return }
            tails[Key(process: process, filter: filter)] = Position(
                until: now.adding(seconds: Self.patience),
                after: after
            )
        }
    }

    /// Whether a tail began before, and prolongs it.
    package func goesOn(_ filter: EventFilter, after: UInt64, for caller: Caller, at now: Moment) -> Bool {
        guard let process = caller.peer?.process else { return false }
        let key = Key(process: process, filter: filter)
        return tails.withLock { tails in
            guard let position = tails[key], now.isBefore(position.until), after >= position.after else { return false }
            tails[key] = Position(until: now.adding(seconds: Self.patience), after: after)
            return true
        }
    }

    /// Ends every tail: a sealed vault has no readers.
    func clear() { tails.withLock { $0 = [:] } }
}
