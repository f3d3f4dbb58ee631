import UnixHTTP

/// Asks the vault what a server's environment would be now, whenever that may have changed. Nothing here waits.
struct EnvironmentWatch {
    /// What came of it.
    enum Finding {
        case values(EnvironmentValues)
        /// Nothing, and it is asked again in a moment.
        case unanswered
        /// The server may not have them, or cannot.
        case refused(LaunchFault)
    }

    private enum State {
        case settled
        case asking(ValueInquiry, until: ContinuousClock.Instant)
        case asksAgain(at: ContinuousClock.Instant)
    }

    /// For an answer.
    private static let patience = Duration.seconds(10)
    /// For the parts of an answer of which the first has come, in seconds.
    private static let shortPatience = 2
    private static let untilAgain = Duration.seconds(2)

    private let plan: LaunchPlan
    private var state = State.settled

    init(_ plan: LaunchPlan) { self.plan = plan }

    /// Whether nothing is asked.
    var isSettled: Bool { if case .settled = state { true } else { false } }

    /// Readable when there is an answer; for poll(2).
    var number: Int32? { if case .asking(let inquiry, _) = state { inquiry.number } else { nil } }

    /// When there is something to do.
    var due: ContinuousClock.Instant? {
        switch state {
        case .settled: nil
        case .asking(_, let until), .asksAgain(let until): until
        }
    }

    /// Something has changed: asks, and anew where it was asking already.
    mutating func ask() -> Finding? {
        do throws(LaunchFault) {
            let inquiry = try ValueInquiry(
                plan.secrets,
                of: plan.server,
                socket: plan.socket,
                patience: Self.shortPatience,
                waits: false
            )
            state = .asking(inquiry, until: .now + Self.patience)
            return nil
        } catch {
            return fail(error)
        }
    }

    /// Takes an answer.
    mutating func receive() -> Finding? {
        guard case .asking(let inquiry, _) = state else { return nil }
        do throws(LaunchFault) {
            guard let values = try inquiry.receive() else { return nil }
            state = .settled
            return .values(values)
        } catch {
            return fail(error)
        }
    }

    /// Does what is due.
    ///
    /// `isOn`: whether this process is the launcher now. The vault says no to whoever is not, whatever was granted.
    mutating func goOn(_ now: ContinuousClock.Instant, isOn: Bool) -> Finding? {
        guard let due, now >= due else { return nil }
        if case .asking = state { return fail(.unreachable(.timedOut)) }
        guard isOn else {
            askLater()
            return nil
        }
        return ask()
    }

    /// Asks again in a moment.
    mutating func askLater() { state = .asksAgain(at: .now + Self.untilAgain) }

    private mutating func fail(_ fault: LaunchFault) -> Finding {
        guard fault.isPassing else {
            state = .settled
            return .refused(fault)
        }
        askLater()
        return .unanswered
    }
}
