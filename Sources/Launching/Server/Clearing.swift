import Glibc
import WarderLinux

/// Ends what a server has left behind: asks first, and then does not ask.
struct Clearing {
    /// How far it is.
    enum Progress {
        case underWay
        case done
        /// What is left forks faster than it is killed, or cannot be found.
        case givenUp
    }

    /// When what is left is made to end, and when it is given up.
    struct Times: Equatable {
        let patience: ContinuousClock.Instant
        let limit: ContinuousClock.Instant

        /// For some rounds, however late it is: what is killed leaves others behind, which are found in the next one. Less
        /// than is left of two seconds behind ``Termination/whole``.
        private static let least = Duration.milliseconds(100)

        /// `end`: when all has to be over; `nil` where nobody waits for that.
        init(_ now: ContinuousClock.Instant, before end: ContinuousClock.Instant? = nil) {
            let patience = now + .milliseconds(300)
            self.patience = min(patience, end ?? patience)
            let limit = patience + .seconds(1)
            self.limit = max(min(limit, end ?? limit), now + Self.least)
        }
    }

    private let times: Times

    /// Asks.
    ///
    /// `end`: when all has to be over; `nil` where nobody waits for that.
    init(_ now: ContinuousClock.Instant, before end: ContinuousClock.Instant? = nil) {
        times = Times(now, before: end)
        for pid in Descendants.children().pids { kill(pid, SIGTERM) }
    }

    /// When there is something to do: what ends by itself before is heard of.
    var due: ContinuousClock.Instant { times.patience }

    /// Looks for what is left, and kills it when the time to end by itself is over: one round each time, so that
    /// nothing else has to wait for long.
    func goOn(_ now: ContinuousClock.Instant) -> Progress {
        let left = Descendants.children()
        if left.isWhole && left.pids.isEmpty { return .done }
        guard now >= times.patience else { return .underWay }
        Descendants.end(rounds: 1)
        return now < times.limit ? .underWay : .givenUp
    }
}
