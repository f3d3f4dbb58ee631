import Locking
import WarderModel

/// Requests that were turned away before anybody decided: counted here, written down once a minute, so that nobody can
/// fill the disk.
final class UnknownUsage: Sendable {
    /// What one user did in a minute.
    struct Count: Sendable, Hashable {
        enum Kind: String, Sendable, Hashable {
            /// Matched no registered server.
            case unknown
            /// Had used up their share.
            case limited
        }

        let kind: Kind
        let uid: UInt32
    }

    /// Users that are told apart; the rest are counted together.
    private static let maximumUsers = 64
    private static let manyUsers = UInt32.max

    private let counts = Locked<[Count: UInt64]>([:])
    private let limiter = UsageLimiter(perSecond: 20, burst: 40)

    func add(_ kind: Count.Kind, uid: UInt32) {
        counts.withLock { counts in
            let key = Count(kind: kind, uid: uid)
            if counts[key] != nil || counts.count < Self.maximumUsers {
                counts[key, default: 0] += 1
            } else {
                counts[Count(kind: kind, uid: Self.manyUsers), default: 0] += 1
            }
        }
    }

    /// The share of all unknown peers together.
    func take(at now: ContinuousClock.Instant) -> Bool { limiter.take(0, at: now) }

    func takeCounts() -> [(count: Count, requests: UInt64)] {
        counts.withLock { counts in
            defer { counts = [:] }
            return counts.map { ($0.key, $0.value) }
        }
    }
}
