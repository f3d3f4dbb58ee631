/// When to ask a vault again that does not answer, and when what is known counts as stale. Decides only.
struct Outage {
    private static var shortestPause: Duration { .milliseconds(500) }
    private static var longestPause: Duration { .seconds(30) }

    /// How long nothing need be heard from the vault.
    let maxStale: Duration
    private var since: Duration?
    private var failures = 0
    /// Whether somebody was told that what they know is stale.
    private(set) var isTold = false

    init(maxStale: Duration) { self.maxStale = max(maxStale, .zero) }

    /// A question has failed.
    ///
    /// - Returns: how long to wait before the next one; `nil` when the time has come to say that what is known is stale,
    ///   once for each outage.
    mutating func next(at now: Duration, jitter: Double, _ wanted: Duration?) -> Duration? {
        let since = since ?? now
        self.since = since
        let left = maxStale - (now - since)
        if !isTold, left <= .zero {
            isTold = true
            return nil
        }
        let doubled = Self.shortestPause * (1 << min(failures, 6))
        failures += 1
        // Between half of it and all of it, so that many servers do not come back together.
        let pause = max(min(doubled, Self.longestPause) * (0.5 + 0.5 * jitter), wanted ?? .zero)
        return isTold ? pause : min(pause, left)
    }

    /// The vault has answered.
    mutating func end() { self = Outage(maxStale: maxStale) }
}
