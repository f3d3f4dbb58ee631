import Synchronization
package import WarderModel

/// Live tails: a process that began to follow the log, and was recorded then, may go on with the same filter without a new event each time.
package final class TailLedger: Sendable {
    private struct Key: Hashable {
        let process: ProcessIdentity
        let filter: EventFilter
    }

    /// A tail that does not ask for this long has ended, in seconds.
    private static let patience: Int64 = 180
    private static let maximumTails = 256
    private let tails = Mutex<[Key: Moment]>([:])

    package func begin(_ filter: EventFilter, for caller: Caller, at now: Moment) {
        guard let process = caller.peer?.process else { return }
        tails.withLock { tails in
            tails = tails.filter { now.isBefore($0.value) }
            guard tails.count < Self.maximumTails else { return }
            tails[Key(process: process, filter: filter)] = now.adding(seconds: Self.patience)
        }
    }

    /// Whether a tail began before, and prolongs it.
    package func goesOn(_ filter: EventFilter, for caller: Caller, at now: Moment) -> Bool {
        guard let process = caller.peer?.process else { return false }
        let key = Key(process: process, filter: filter)
        return tails.withLock { tails in
            guard let until = tails[key], now.isBefore(until) else { return false }
            tails[key] = now.adding(seconds: Self.patience)
            return true
        }
    }
}
