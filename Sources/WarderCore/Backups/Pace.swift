import Glibc
import Locking

/// Keeps a long work from what others wait for: it works for a moment, and rests for several.
///
/// A low priority of its thread is not enough. What it reads and writes keeps the disk busy, and what comes after it is
/// done by other threads and by another program.
package final class Pace: Sendable {
    /// Of its time, what work has that keeps the disk busy.
    package static let writing = 0.15
    /// The same where it only reads.
    package static let reading = 0.3
    /// How long it works before it rests.
    private static let stretch = Duration.microseconds(200)
    /// Where it was held up itself, it has not kept others waiting all that time.
    private static let longestRest = Duration.milliseconds(20)

    private let share: Double
    private let begin = Locked(ContinuousClock.now)

    /// `share`: of its time, what the work has; between 0 and 1.
    package init(share: Double) { self.share = share }

    /// Called every hundred microseconds or so; returns at once, or after a rest.
    package func rest() {
        let now = ContinuousClock.now
        let worked = begin.withLock { now - $0 }
        guard worked >= Self.stretch else { return }
        let rest = min(worked * (1 / share - 1), Self.longestRest)
        usleep(UInt32(rest / .microseconds(1)))
        begin.withLock { $0 = .now }
    }
}
