/// How long a launcher that has lost its launch waits until it tries to have it again.
struct Backoff {
    private static let soon = Duration.milliseconds(100)
    private static let later = Duration.seconds(2)
    private static let latest = Duration.seconds(60)
    /// Tries that follow each other soon.
    private static let soonTries = 5

    /// Losses in a row.
    private(set) var losses = 0
    /// How many of the last were refusals.
    private(set) var refusals = 0
    /// How many of the last were put off.
    private var putOffs = 0

    /// The wait after one more loss.
    ///
    /// A daemon that is restarted is back in a moment, and one that is sealed may be open in the next. What is put off may
    /// be possible in a moment as well. A refusal stands until somebody changes something. Each of these two is an event in
    /// the log, so that more of them come less and less often.
    mutating func delay(after fault: LaunchFault) -> Duration {
        losses += 1
        refusals = fault.isRefusal ? refusals + 1 : 0
        putOffs = fault.isPutOff ? putOffs + 1 : 0
        if refusals > 0 { return Self.growing(refusals) }
        if putOffs > Self.soonTries { return Self.growing(putOffs - Self.soonTries) }
        return losses > Self.soonTries ? Self.later : Self.soon
    }

    private static func growing(_ tries: Int) -> Duration { min(later * (1 << min(tries - 1, 5)), latest) }

    /// It has what it wanted.
    mutating func reset() { (losses, refusals, putOffs) = (0, 0, 0) }
}
