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

    private let patience: ContinuousClock.Instant
    private let limit: ContinuousClock.Instant

    /// Asks.
    init(_ now: ContinuousClock.Instant) {
        patience = now + .milliseconds(300)
        limit = patience + .seconds(1)
        for pid in Descendants.children().pids { kill(pid, SIGTERM) }
    }

    /// When there is something to do: what ends by itself before is heard of.
    var due: ContinuousClock.Instant { patience }

    /// Looks for what is left, and kills it when the time to end by itself is over: one round each time, so that
    /// nothing else has to wait for long.
    func goOn(_ now: ContinuousClock.Instant) -> Progress {
        let left = Descendants.children()
        if left.isWhole && left.pids.isEmpty { return .done }
        guard now >= patience else { return .underWay }
        Descendants.end(rounds: 1)
        return now < limit ? .underWay : .givenUp
    }
}
