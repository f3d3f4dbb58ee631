import Glibc
import Locking

/// Keeps a long work from what others wait for: it works for a moment, and rests for several.
///
/// A low priority of its thread is not enough. What it reads and writes keeps the disk busy, and what comes after it is
/// done by other threads and by another program.
package final class Pace: Sendable {
    /// Of its time, what the work has.
    private static let share = 0.15
    /// How long it works before it rests.
    private static let stretch = Duration.microseconds(200)
    /// Where it was held up itself, it has not kept others waiting all that time.
    private static let longestRest = Duration.milliseconds(20)

    private let begin = Locked(ContinuousClock.now)

    package init() {}

    /// Called every hundred microseconds or so; returns at once, or after a rest.
    package func rest() {
        let now = ContinuousClock.now
        let worked = begin.withLock { now - $0 }
        guard worked >= Self.stretch else { return }
        let rest = min(worked * (1 / Self.share - 1), Self.longestRest)
        usleep(UInt32(rest / .microseconds(1)))
        begin.withLock { $0 = .now }
    }
}
