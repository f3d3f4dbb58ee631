/// What the client itself hears of changes, for the sake of what it keeps: where to go on at the vault, what an answer
/// says, and when to ask again. Decides only: whoever holds it asks and waits.
struct KeptWatch {
    /// A server that was blocked may be let in again while this process lives, and an older vault, which tells no changes,
    /// be replaced by a later one.
    private static var pauseAfterRefusal: Duration { .seconds(60) }

    /// Where to go on; `nil` before the first answer.
    private(set) var cursor: String?
    private var outage = Outage(maxStale: .seconds(Int64.max))

    /// What an answer says.
    mutating func answered(_ answer: ChangeAnswer) -> [SecretChange] {
        // Nobody will tell what changed before the first answer.
        let isNew = cursor == nil || answer.isReset
        cursor = answer.next
        outage.end()
        return isNew ? [.everything] : answer.changes
    }

    /// A question has failed.
    ///
    /// - Returns: how long to wait before the next one.
    mutating func failed(_ error: WarderClientError, at now: Duration, jitter: Double) -> Duration {
        if error.isRetryable, let pause = outage.next(at: now, jitter: jitter, error.retryAfter) { return pause }
        cursor = nil
        return Self.pauseAfterRefusal
    }
}
