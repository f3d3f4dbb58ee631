import Locking
import WarderCore

/// Requests that were turned away before anybody decided: counted here, written down once a minute, so that nobody can
/// fill the disk.
final class UnknownUsage: Sendable {
    /// What is counted together.
    private struct Count: Hashable {
        let kind: TurnedAway.Kind
        /// `nil` for users who are told apart no more.
        let uid: UInt32?
    }

    /// Users that are told apart; the rest are counted together.
    private static let maximumUsers = 64

    private let counts = Locked<[Count: UInt64]>([:])
    private let limiter = UsageLimiter(perSecond: 20, burst: 40)

    func add(_ kind: TurnedAway.Kind, uid: UInt32) { add(TurnedAway(kind: kind, uid: uid, requests: 1)) }

    /// Also what was taken and could not be written down.
    func add(_ more: TurnedAway) {
        counts.withLock { counts in
            let key = Count(kind: more.kind, uid: more.uid)
            let isKept = counts[key] != nil || counts.count < Self.maximumUsers
            counts[isKept ? key : Count(kind: more.kind, uid: nil), default: 0] += more.requests
        }
    }

    /// The share of all unknown peers together.
    func take(at now: ContinuousClock.Instant) -> Bool { limiter.take(0, at: now) }

    func take() -> [TurnedAway] {
        counts.withLock { counts in
            defer { counts = [:] }
            return counts.map { TurnedAway(kind: $0.key.kind, uid: $0.key.uid, requests: $0.value) }
        }
    }
}
