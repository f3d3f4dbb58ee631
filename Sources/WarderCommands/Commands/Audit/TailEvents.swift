import ArgumentParser
import StrictJSON

/// `warder audit tail`
struct TailEvents: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Show the newest events, and follow what comes.",
        discussion: """
            All conditions must hold. --output json prints JSON Lines: one event a line, as it stands in the log. With \
            --follow it outlives a restart of the daemon and a sealed vault: it says so, waits, and goes on where it \
            was.

            EXAMPLE
              warder audit tail
              warder audit tail --follow
              warder audit tail --follow --server github --decision refused
              warder audit tail -f -o json | jq 'select(.decision == "refused")'
            """
    )

    @Flag(name: .shortAndLong, help: "Go on as events come, until Ctrl-C.")
    var follow = false

    @Option(
        name: .customShort("n"),
        help: ArgumentHelp("How many of the newest events, 0 to 1000.", valueName: "number")
    )
    var count = 20

    @OptionGroup var filter: EventFilter

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard (0...EventFollower.maximumLimit).contains(count) else {
            throw ValidationError("-n takes 0 to \(EventFollower.maximumLimit)")
        }
        guard !follow || filter.period.until == nil else {
            throw ValidationError("--follow has no end: leave --until away, or search")
        }
    }

    func run(in session: Session) throws(CommandFailure) {
        let query = try filter.query(now: session.context.now())
        let vault = try session.vault()
        var printer = EventPrinter(session.output)
        // At least one, because the newest one says where to go on.
        let events = try newest(query, vault, session)
        try printer.print(count == 0 ? [] : events)
        guard follow else {
            if events.isEmpty {
                session.console.message(filter.isEmpty ? "there are no events yet" : "no event matches")
            }
            return
        }
        var follower = EventFollower(session, vault, query, after: events.last)
        while true { try printer.print(follower.next()) }
    }

    /// The newest events; who follows waits for a vault that is sealed.
    private func newest(
        _ query: [(name: String, value: String)],
        _ vault: Vault,
        _ session: Session
    ) throws(CommandFailure) -> [JSONNode] {
        while true {
            do throws(CommandFailure) {
                return try vault.newestEvents(query, limit: max(count, 1))
            } catch {
                guard follow, error.status == .sealed else { throw error }
                try VaultPatience(session, vault).wait(for: error)
            }
        }
    }
}
