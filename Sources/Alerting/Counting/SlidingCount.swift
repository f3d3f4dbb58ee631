/// How many there were within the last so many milliseconds, in two numbers.
///
/// The window before counts by the part of it that is still within: exact where things come evenly, and never more
/// than a window late where they do not.
struct SlidingCount: Sendable {
    private var begins: Int64
    private var before: UInt64 = 0
    private var now: UInt64 = 0

    init(at uptime: Int64) { begins = uptime }

    /// Counts some more, and says how many there are.
    mutating func add(_ more: UInt64, window: Int64, at uptime: Int64) -> UInt64 {
        advance(to: uptime, window: window)
        now = now.addingClamped(more)
        let elapsed = max(0, min(window, uptime - begins))
        let share = (window - elapsed) * 1000 / window
        return now.addingClamped(min(before, .max / 1000) * UInt64(share) / 1000)
    }

    /// Begins anew, so that the next time is counted from nothing.
    mutating func clear(at uptime: Int64) { self = SlidingCount(at: uptime) }

    private mutating func advance(to uptime: Int64, window: Int64) {
        // A clock that went back begins anew: what it counted until then is of another time.
        guard uptime >= begins else { return clear(at: uptime) }
        let passed = (uptime - begins) / window
        guard passed > 0 else { return }
        before = passed == 1 ? now : 0
        now = 0
        begins += passed * window
    }
}

extension UInt64 {
    fileprivate func addingClamped(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
