import ArgumentParser

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
        let first = try EventPage(
            vault.askForDocument(
                VaultRequest(
                    "GET",
                    "/v1/audit/events",
                    query: [("limit", String(max(count, 1))), ("newest", "true")]
                )
            )
        )
        try printer.print(count == 0 ? [] : first.events)
        guard follow else {
            if first.events.isEmpty { session.console.message("there are no events yet") }
            return
        }
        var end = first.end ?? 0
        while true {
            let query = [
                ("after", String(end)), ("limit", String(Self.maximumLimit)), ("wait", String(Self.waitSeconds)),
            ]
            let page = try EventPage(
                vault.askForDocument(
                    VaultRequest("GET", "/v1/audit/events", query: query, timeoutSeconds: Self.waitSeconds + 20)
                )
            )
            try printer.print(page.events)
            end = max(end, page.end ?? end)
        }
    }
}
