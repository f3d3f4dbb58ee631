/// How long a launcher that has lost its launch waits until it tries to have it again.
struct Backoff {
    private static let soon = Duration.milliseconds(100)
    private static let later = Duration.seconds(2)
    private static let latest = Duration.seconds(60)

    /// Losses in a row.
    private(set) var losses = 0
    /// How many of the last were refusals.
    private(set) var refusals = 0

    /// The wait after one more loss.
    ///
    /// A daemon that is restarted is back in a moment, and one that is sealed may be open in the next. A refusal stands until somebody changes something,
    /// and each of them is an event in the log.
    mutating func delay(after fault: LaunchFault) -> Duration {
        losses += 1
        guard fault.isRefusal else {
            refusals = 0
            return losses > 5 ? Self.later : Self.soon
        }
        refusals += 1
        return min(Self.later * (1 << min(refusals - 1, 5)), Self.latest)
    }

    /// It has what it wanted.
    mutating func reset() { (losses, refusals) = (0, 0) }
}
