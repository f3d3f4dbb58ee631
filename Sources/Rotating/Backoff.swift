package import WarderModel

/// How long to wait before the next try: twice as long each time, spread so that rotations which failed together do not
/// come back together.
package struct Backoff: Sendable {
    package var firstSeconds: Int64 = 30
    package var longestSeconds: Int64 = 3600

    package init() {}

    /// The moment of the next try: between half and all of the full length away, as `chance` (0 to 1) has it.
    ///
    /// `attempt`: 1 for the first wait; anything below counts as 1.
    package func next(after now: Timestamp, attempt: Int, chance: Double) -> Timestamp {
        let doublings = min(max(attempt, 1) - 1, 30)
        let full = min(longestSeconds, firstSeconds << Int64(doublings))
        return now.adding(seconds: full / 2 + Int64(Double(full - full / 2) * min(max(chance, 0), 1)))
    }
}
