import Locking
import WarderCore
import WarderModel

/// Requests that were turned away before anybody decided: counted here, written down once a minute, so that nobody can
/// fill the disk.
final class UnknownUsage: Sendable {
    /// What is counted together.
    private struct Count: Hashable {
        let kind: TurnedAway.Kind
        /// `nil` for users who are told apart no more.
        let uid: UInt32?
        /// Registered servers stay apart: there are only so many of them.
        let server: ServerName?
    }

    /// Users that are told apart; the rest are counted together.
    private static let maximumUsers = 64

    private let counts = Locked<[Count: UInt64]>([:])
    private let limiter = UsageLimiter(perSecond: 20, burst: 40)

    func add(_ kind: TurnedAway.Kind, uid: UInt32, server: ServerName? = nil) {
        add(TurnedAway(kind: kind, uid: uid, server: server, requests: 1))
    }

    /// Also what was taken and could not be written down.
    func add(_ more: TurnedAway) {
        counts.withLock { counts in
            let key = Count(kind: more.kind, uid: more.uid, server: more.server)
            let isKept = counts[key] != nil || counts.count < Self.maximumUsers
            let together = Count(kind: more.kind, uid: nil, server: more.server)
            counts[isKept ? key : together, default: 0] += more.requests
        }
    }

    /// The share of all unknown peers together.
    func take(at now: ContinuousClock.Instant) -> Bool { limiter.take(0, at: now) }

    func take() -> [TurnedAway] {
        counts.withLock { counts in
            defer { counts = [:] }
            return counts.map {
                TurnedAway(kind: $0.key.kind, uid: $0.key.uid, server: $0.key.server, requests: $0.value)
            }
        }
    }
}
