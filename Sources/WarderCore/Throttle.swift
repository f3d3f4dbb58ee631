import Locking
package import WarderModel

/// Slows down guessing: five free tries for each user, then waits that double from thirty seconds to fifteen minutes.
///
/// A try counts before it is judged, so that tries at the same time do not slip through together.
package final class Throttle: Sendable {
    private struct Record {
        var failures = 0
        var blockedUntil: Int64 = 0
        var wasTurnedAway = false
    }

    private static let freeTries = 5
    private static let firstWait: Int64 = 30_000
    private static let longestWait: Int64 = 900_000
    private let records = Locked<[UInt32: Record]>([:])

    package init() {}

    package enum Verdict: Sendable, Equatable {
        case go
        /// Too early; `isFirst` for the first try of this wait.
        case wait(isFirst: Bool)
    }

    /// Counts a try.
    package func begin(_ uid: UInt32, at now: Moment) -> Verdict {
        records.withLock { records in
            var record = records[uid] ?? Record()
            guard now.uptime >= record.blockedUntil else {
                defer { records[uid]?.wasTurnedAway = true }
                return .wait(isFirst: !record.wasTurnedAway)
            }
            record.failures += 1
            record.wasTurnedAway = false
            if record.failures >= Self.freeTries {
                let doublings = min(record.failures - Self.freeTries, 5)
                record.blockedUntil = now.uptime + min(Self.longestWait, Self.firstWait << Int64(doublings))
            }
            records[uid] = record
            return .go
        }
    }

    /// A try turned out to be none: it does not count, and those before it do. Nor does the wait that it began; the one
    /// before was over, or this try would not have begun.
    package func takeBack(_ uid: UInt32) {
        records.withLock { records in
            guard var record = records[uid], record.failures > 0 else { return }
            record.blockedUntil = 0
            record.failures -= 1
            records[uid] = record
        }
    }

    /// Milliseconds until this user may try again; zero where that is now.
    package func wait(of uid: UInt32, at now: Moment) -> Int64 {
        records.withLock { max(0, ($0[uid]?.blockedUntil ?? 0) - now.uptime) }
    }

    /// A try was right: earlier ones are forgotten.
    package func succeed(_ uid: UInt32) { records.withLock { $0[uid] = nil } }
}
