import Locking
import WarderCore
package import WarderModel

/// A clock that stands still until somebody moves it, so that no test has to wait.
package final class ManualClock: VaultClock {
    /// 2026-11-21T09:30:00Z, on a machine that has been up for an hour.
    package static let start = Moment(wall: Timestamp(milliseconds: 1_795_253_400_000), uptime: 3_600_000)

    private let moment: Locked<Moment>

    /// Starts at `start` unless told otherwise.
    package init(_ start: Moment = ManualClock.start) { moment = Locked(start) }

    package func now() -> Moment { moment.withLock { $0 } }

    /// Lets time go by, on both clocks.
    package func advance(seconds: Int64) { moment.withLock { $0 = $0.adding(seconds: seconds) } }

    /// The same in milliseconds, for what happens at the very edge.
    package func advance(milliseconds: Int64) {
        moment.withLock {
            $0.uptime += milliseconds
            $0.wall.milliseconds += milliseconds
        }
    }

    /// Sets the wall clock alone, as somebody with the right to does; what cannot be set back goes on as it was.
    package func setWall(to time: Timestamp) { moment.withLock { $0.wall = time } }
}
