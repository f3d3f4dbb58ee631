import WarderModel

/// Processes whose watching stands in the log already: an event for each poll would fill it with nothing.
struct WatchingProcesses: Sendable {
    /// A process that does not ask for this long has stopped watching, in seconds.
    static let patience: Int64 = 180
    /// Beyond it every poll has its event.
    static let maximum = 4096

    private var known: [ProcessIdentity: Moment] = [:]

    /// Whether the process watches already; prolongs it.
    mutating func goesOn(_ process: ProcessIdentity, at now: Moment) -> Bool {
        guard let until = known[process], now.isBefore(until) else { return false }
        known[process] = now.adding(seconds: Self.patience)
        return true
    }

    mutating func begin(_ process: ProcessIdentity, at now: Moment) {
        if known.count >= Self.maximum { known = known.filter { now.isBefore($0.value) } }
        if known.count < Self.maximum { known[process] = now.adding(seconds: Self.patience) }
    }
}
