import Locking

/// How far the sinks have come: what one of them has yet to get is not deleted from the log.
final class SinkReach: Sendable {
    private let numbers = Locked<[SinkKeeping.Place: UInt64]>([:])

    /// Counts on a sink; nobody knows yet how far it is.
    func expect(_ place: SinkKeeping.Place) { numbers.withLock { $0[place] = 0 } }

    /// Notes the number of the newest event that a sink has.
    func set(_ place: SinkKeeping.Place, _ number: UInt64) { numbers.withLock { $0[place] = number } }

    /// Number of the newest event that every sink has; `nil` where there is no sink.
    var lowest: UInt64? { numbers.withLock { $0.values.min() } }
}
