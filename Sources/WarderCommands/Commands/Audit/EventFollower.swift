import StrictJSON

/// Follows the log from one event on, over restarts of the daemon and over sealing: no event is left out, and none comes
/// twice.
struct EventFollower {
    /// Most events that one answer holds.
    static let maximumLimit = 1000
    /// How long the vault waits for an event before it answers that there is none, in seconds.
    private static let waitSeconds = 55

    private let vault: Vault
    private let filter: [(name: String, value: String)]
    private let session: Session
    /// Number of the last event that was looked at.
    private var end: Int64
    /// The last event that matched: what a vault that comes back must still have.
    private var last: Mark?
    private var isResuming = false

    private struct Mark {
        let number: Int64
        let id: String?
        /// Whether it cannot be read: which event it was, its number says alone.
        let isMissing: Bool

        init(_ event: JSONNode) {
            let event = EventLine(event)
            number = event.number
            id = event.text("id")
            isMissing = event.missing != nil
        }

        func isSame(as other: Mark) -> Bool {
            number == other.number && (isMissing || other.isMissing || id == other.id)
        }
    }

    /// Goes on behind `last`, the newest event that matches the filter.
    init(_ session: Session, _ vault: Vault, _ filter: [(name: String, value: String)], after last: JSONNode?) {
        self.session = session
        self.vault = vault
        self.filter = filter
        self.last = last.map(Mark.init)
        end = self.last?.number ?? 0
    }

    /// The next events; none where the vault had waited long enough.
    ///
    /// - Throws: what no waiting mends, such as a role that was taken away; `.verificationFailed` where the vault came
    ///   back with another log.
    mutating func next() throws(CommandFailure) -> [JSONNode] {
        do throws(CommandFailure) {
            return try look()
        } catch {
            guard error.isPassing else { throw error }
            try VaultPatience(session, vault).wait(for: error)
            session.console.message("the vault answers again; going on after event \(end)")
            isResuming = true
            return []
        }
    }

    private mutating func look() throws(CommandFailure) -> [JSONNode] {
        // Who comes back looks at the last event again, to see that it is still the same log.
        let known = isResuming ? last : nil
        let after = known.map { $0.number - 1 } ?? end
        let query =
            filter + [
                ("after", String(after)), ("limit", String(Self.maximumLimit)), ("wait", String(Self.waitSeconds)),
            ]
        let request = VaultRequest(
            "GET",
            "/v1/audit/events",
            query: query,
            timeoutSeconds: Self.waitSeconds + 20
        )
        let page = try EventPage(vault.askForDocument(request))
        var events = page.events
        if let known {
            guard let first = events.first.map(Mark.init), first.isSame(as: known) else {
                throw .anotherLog(known.number)
            }
            events.removeFirst()
        }
        isResuming = false
        if let newest = events.last { last = Mark(newest) }
        end = max(end, page.scannedTo ?? end, page.newest ?? end)
        return events
    }
}

extension CommandFailure {
    /// The vault that came back does not have the event that was shown last.
    fileprivate static func anotherLog(_ number: Int64) -> CommandFailure {
        CommandFailure(
            .verificationFailed,
            "this is not the log that was followed: event \(number) is missing or another one",
            hints: ["Was an older backup restored? Hold it against an export: warder audit export --output-file PATH"]
        )
    }
}
