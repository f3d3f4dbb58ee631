/// What a launcher is at with its server. Everything that can happen is heard in each of them.
enum Phase {
    /// The server runs.
    case serving
    /// The server was started anew, and is told the handshake of the session that it comes into.
    ///
    /// `wasSignalled`: whether it was asked to end meanwhile, and may do so.
    case opening(until: ContinuousClock.Instant, wasSignalled: Bool)
    /// The server is being ended, for good or so that another follows with these values.
    case stopping(Termination, next: EnvironmentValues?)
    /// It has ended, and what it left behind is being ended.
    case clearing(Clearing, next: EnvironmentValues?)
    /// Nothing runs any more; the client reads what was said last.
    case flushing(until: ContinuousClock.Instant)
    case over

    /// Longest that each may take.
    enum Limit {
        static let opening = Duration.seconds(30)
        static let flushing = Duration.milliseconds(300)
    }

    /// Whether there is a server's process, which is heard and can be told something.
    var hasServer: Bool {
        switch self {
        case .serving, .opening, .stopping: true
        case .clearing, .flushing, .over: false
        }
    }

    /// Whether a server runs, or one is to follow: whether anybody still wants to know of changes.
    var goesOn: Bool {
        switch self {
        case .serving, .opening: true
        case .stopping, .clearing: isReplacing
        case .flushing, .over: false
        }
    }

    /// Whether another server is to follow.
    var isReplacing: Bool {
        switch self {
        case .stopping(_, let next), .clearing(_, let next): next != nil
        case .serving, .opening, .flushing, .over: false
        }
    }

    /// Whether what a client says is taken.
    var hearsClient: Bool {
        if case .stopping(let termination, nil) = self { return termination.hearsClient }
        return goesOn
    }

    /// When it goes on without anything happening.
    var due: ContinuousClock.Instant? {
        switch self {
        case .serving, .over: nil
        case .opening(let until, _), .flushing(let until): until
        case .stopping(let termination, _): termination.due
        case .clearing(let clearing, _): clearing.due
        }
    }

    /// No other server follows.
    mutating func dropNext() {
        switch self {
        case .stopping(let termination, .some): self = .stopping(termination, next: nil)
        case .clearing(let clearing, .some): self = .clearing(clearing, next: nil)
        default: break
        }
    }
}
