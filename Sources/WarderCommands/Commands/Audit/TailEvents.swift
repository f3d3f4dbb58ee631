import ArgumentParser
import StrictJSON

/// `warder audit tail`
struct TailEvents: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Show the newest events, and follow what comes.",
        discussion: """
            --output json prints JSON Lines: one event a line, as it stands in the log.

            EXAMPLE
              warder audit tail
              warder audit tail --follow
              warder audit tail -f -o json | jq 'select(.decision == "refused")'
            """
    )

    /// Most events that one answer holds.
    static let maximumLimit = 1000
    private static let waitSeconds = 55

    @Flag(name: .shortAndLong, help: "Go on as events come, until Ctrl-C.")
    var follow = false

    @Option(
        name: .customShort("n"),
        help: ArgumentHelp("How many of the newest events, 0 to 1000.", valueName: "number")
    )
    var count = 20

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard (0...Self.maximumLimit).contains(count) else {
            throw ValidationError("-n takes 0 to \(Self.maximumLimit)")
        }
    }

    func run(in session: Session) throws(CommandFailure) {
        let vault = try session.vault()
        var printer = EventPrinter(session.output)
        // At least one, because the newest one says where to go on.
        let events = try vault.newestEvents([], limit: max(count, 1))
        try printer.print(count == 0 ? [] : events)
        guard follow else {
            if events.isEmpty { session.console.message("there are no events yet") }
            return
        }
        var end = events.last?.member("seq").flatMap { try? $0.int() } ?? 0
        while true {
            let query = [
                ("after", String(end)), ("limit", String(Self.maximumLimit)), ("wait", String(Self.waitSeconds)),
            ]
            let request = VaultRequest(
                "GET",
                "/v1/audit/events",
                query: query,
                timeoutSeconds: Self.waitSeconds + 20
            )
            let page = try EventPage(vault.askForDocument(request))
            try printer.print(page.events)
            end = max(end, page.scannedTo ?? end, page.newest ?? end)
        }
    }
}
