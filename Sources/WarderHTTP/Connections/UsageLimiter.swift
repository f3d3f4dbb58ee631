import Locking

/// A bucket of tokens for each user: requests refill at a steady rate up to a burst, and are counted before anything is
/// parsed.
final class UsageLimiter: Sendable {
    private struct Bucket {
        var tokens: Double
        var refilled: ContinuousClock.Instant
    }

    private let perSecond: Double
    private let burst: Double
    private let buckets = Locked<[UInt32: Bucket]>([:])

    init(perSecond: Int, burst: Int) {
        self.perSecond = Double(perSecond)
        self.burst = Double(burst)
    }

    /// Takes one token. `false` when the user has to wait.
    func take(_ uid: UInt32, at now: ContinuousClock.Instant) -> Bool {
        buckets.withLock { buckets in
            var bucket = buckets[uid] ?? Bucket(tokens: burst, refilled: now)
            let elapsed = bucket.refilled.duration(to: now)
            let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
            bucket.tokens = min(burst, bucket.tokens + max(0, seconds) * perSecond)
            // Requests of several threads may come a little out of order; the same second must not refill twice.
            bucket.refilled = max(bucket.refilled, now)
            defer { buckets[uid] = bucket }
            guard bucket.tokens >= 1 else { return false }
            bucket.tokens -= 1
            return true
        }
    }

    /// Forgets users whose buckets are full again.
    func forgetIdle(at now: ContinuousClock.Instant) {
        buckets.withLock { buckets in
            buckets = buckets.filter { $0.value.refilled.duration(to: now) < .seconds(60) }
        }
    }
}
