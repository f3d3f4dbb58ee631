import SystemPackage

/// What a hook wrote, and how it ended.
struct HookOutput {
    enum Ending {
        case exited(Int32)
        case killed(signal: Int32)
        case timedOut(after: Duration)
        /// It wrote more than an answer can have.
        case flooded
        case notStarted(Errno)
    }

    var ending: Ending
    /// Standard output.
    var answer: [UInt8] = []
    /// The end of its standard error.
    var errors: [UInt8] = []
    /// Whether there was more before it.
    var errorsWereCut = false

    /// Whether it was ended, so that the last thing it wrote may be half a thing.
    var wasEnded: Bool {
        if case .exited = ending { false } else { true }
    }
}
