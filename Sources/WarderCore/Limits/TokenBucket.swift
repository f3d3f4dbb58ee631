/// How much of its limit somebody has left, in whole numbers: as many requests at once as the limit has in a minute,
/// and then so many a minute, evenly.
///
/// Goes by the time since boot, which nobody sets. A clock that goes back all the same takes nothing and gives nothing.
struct TokenBucket: Sendable {
    /// What one request costs. A minute has as many milliseconds, so that a millisecond brings the limit itself.
    private static let cost: Int64 = 60_000

    private var level: Int64
    /// When the level was true, in milliseconds since boot.
    private var seen: Int64

    /// Full: a restart is rare, and afterwards every server asks at once.
    init(perMinute: UInt32, at uptime: Int64) {
        level = Int64(perMinute) * Self.cost
        seen = uptime
    }

    /// Takes one request's share, if there is as much. A limit that was lowered since takes what is above it.
    mutating func take(perMinute: UInt32, at uptime: Int64) -> Bool {
        fill(perMinute, uptime)
        guard level >= Self.cost else { return false }
        level -= Self.cost
        return true
    }

    /// Seconds until there is room for one request, rounded up; 0 where there is.
    func wait(perMinute: UInt32, at uptime: Int64) -> Int64 {
        var later = self
        later.fill(perMinute, uptime)
        let missing = max(0, Self.cost - later.level)
        let milliseconds = (missing + Int64(perMinute) - 1) / Int64(perMinute)
        return (milliseconds + 999) / 1000
    }

    private mutating func fill(_ perMinute: UInt32, _ uptime: Int64) {
        let full = Int64(perMinute) * Self.cost
        // A minute fills it; more would only overflow.
        let elapsed = min(max(0, uptime - seen), 60_000)
        seen = max(seen, uptime)
        level = min(full, level + elapsed * Int64(perMinute))
    }
}
