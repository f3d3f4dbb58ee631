import UnixHTTP

/// Keeps this process the launcher of its server: across a daemon that goes away and comes back, and hears what
/// changes. Nothing here waits; what is awaited can be read from `number`.
final class LaunchKeeper {
    /// What there is to know.
    enum Report {
        case news(LaunchLine.News)
        /// The vault does not let this process be the launcher any more.
        case refused(LaunchFault)
        /// For standard error.
        case interrupted
        case goesOn
    }

    private enum State {
        case on(LaunchLine)
        /// Asked for, and not answered yet.
        case asked(LaunchLine, until: ContinuousClock.Instant)
        case lost(until: ContinuousClock.Instant)
    }

    private static let patience = Duration.seconds(10)

    private let plan: LaunchPlan
    private var state: State
    private var place: String?
    private var backoff = Backoff()

    /// Goes on with a launch that was begun, from what has changed up to now.
    init(_ plan: LaunchPlan, _ line: LaunchLine) {
        self.plan = plan
        state = .on(line)
        place = line.place
        if plan.watches { try? line.listen() }
    }

    /// Whether this process is the launcher, as far as is known.
    var isOn: Bool { if case .on = state { true } else { false } }

    /// Whether it is not, and the vault has not refused that.
    var isInterrupted: Bool { !isOn && backoff.refusals == 0 }

    /// Readable when the vault has said something, or is gone; for poll(2). `nil` where nothing is awaited.
    var number: Int32? {
        switch state {
        case .on(let line), .asked(let line, _): line.number
        case .lost: nil
        }
    }

    /// When there is something to do.
    var due: ContinuousClock.Instant? {
        switch state {
        case .on: nil
        case .asked(_, let until), .lost(let until): until
        }
    }

    /// Reads what the vault has said.
    func receive() -> Report? {
        do throws(LaunchFault) {
            switch state {
            case .lost: return nil
            case .asked(let line, _):
                try line.begin()
                state = .on(line)
                let wasSaid = backoff.losses > 1
                // Where changes are refused the launch alone is not enough.
                if plan.watches { try line.listen() } else { backoff.reset() }
                return wasSaid ? .goesOn : nil
            case .on(let line):
                let news = try line.receive()
                backoff.reset()
                place = line.place
                try line.listen()
                return .news(news)
            }
        } catch {
            return lose(error)
        }
    }

    /// Does what is due: tries to become the launcher again, or gives a try up.
    func goOn(_ now: ContinuousClock.Instant) -> Report? {
        guard let due, now >= due else { return nil }
        if case .asked = state { return lose(.unreachable(.timedOut)) }
        do throws(LaunchFault) {
            let line = try LaunchLine(
                asking: plan.server,
                socket: plan.socket,
                cursor: place,
                admitsMembers: plan.admitsMembers,
                waits: false
            )
            state = .asked(line, until: now + Self.patience)
            return nil
        } catch {
            return lose(error)
        }
    }

    private func lose(_ fault: LaunchFault) -> Report? {
        let wasOn = isOn
        // A launch that ends because its server is registered otherwise may be refused news first: whether this process
        // still is a launcher is asked once more.
        let isAskedAgain = fault.isRefusal && wasOn && backoff.refusals == 0
        let delay = backoff.delay(after: fault)
        state = .lost(until: .now + (isAskedAgain ? .zero : delay))
        if isAskedAgain { return nil }
        // Where nothing hangs on it, once.
        if fault.isRefusal { return plan.watches || backoff.refusals == 1 ? .refused(fault) : nil }
        // The daemon was restarted, mostly, which is not worth a word.
        return backoff.losses == 2 ? .interrupted : nil
    }
}
