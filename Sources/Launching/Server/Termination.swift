import Glibc

/// How a server is ended: when it is asked, and when it is made to.
struct Termination {
    /// From the moment at which a client has closed its end until its launcher has ended as well. Official clients wait
    /// two seconds before they begin to kill; the rest is for a machine that is busy.
    static let whole: Duration = .milliseconds(1800)

    /// Whether its client is still listened to: what it said before it closed its end is for the server.
    let hearsClient: Bool
    private var steps: [(due: ContinuousClock.Instant, signal: Int32)]

    /// When the next signal is due; `nil` after the last.
    var due: ContinuousClock.Instant? { steps.first?.due }

    private init(_ now: ContinuousClock.Instant, term: Duration, kill: Duration, hearsClient: Bool) {
        steps = [(now + term, SIGTERM), (now + kill, SIGKILL)]
        self.hearsClient = hearsClient
    }

    /// Its client has closed its end, and the server ends by itself, mostly.
    ///
    /// `hearsClient`: not where nobody reads what the server says.
    static func afterClient(_ now: ContinuousClock.Instant, hearsClient: Bool) -> Termination {
        Termination(now, term: .milliseconds(700), kill: .milliseconds(1300), hearsClient: hearsClient)
    }

    /// What it has is not its to use any more, or it is of no use.
    static func atOnce(_ now: ContinuousClock.Instant) -> Termination {
        Termination(now, term: .zero, kill: .milliseconds(600), hearsClient: false)
    }

    /// Another takes its place, and nothing is in flight.
    ///
    /// `isPiped`: whether its input can end, which is how a server is asked first.
    static func ofOld(_ now: ContinuousClock.Instant, isPiped: Bool) -> Termination {
        let term: Duration = isPiped ? .milliseconds(500) : .zero
        return Termination(now, term: term, kill: term + .milliseconds(500), hearsClient: false)
    }

    /// Signals whose time has come; each once.
    mutating func take(at now: ContinuousClock.Instant) -> [Int32] {
        let taken = steps.prefix { $0.due <= now }.map(\.signal)
        steps.removeFirst(taken.count)
        return taken
    }
}
