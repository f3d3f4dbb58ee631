import ArgumentParser

/// `warder audit search`
struct SearchEvents: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find events.",
        discussion: """
            All conditions must hold. The newest events that match are shown, oldest first. --output json prints JSON \
            Lines, with every field. For all of them, without a limit: warder audit export.

            EXAMPLE
              warder audit search --secret github/pat --since 24h
              warder audit search --server github --decision refused --limit 500
              warder audit search --where token=tok_2kYnrWzQ0sT4bJ7dLmXc9V
            """
    )

    @OptionGroup var filter: EventFilter

    @Option(help: ArgumentHelp("At most so many events, 1 to 1000.", valueName: "number"))
    var limit = 100

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard (1...EventFollower.maximumLimit).contains(limit) else {
            throw ValidationError("--limit takes 1 to \(EventFollower.maximumLimit); for more: warder audit export")
        }
    }

    func run(in session: Session) throws(CommandFailure) {
        let query = try filter.query(now: session.context.now())
        var prunedBefore: String?
        let events = try session.vault().newestEvents(query, limit: limit) { prunedBefore = $0 }
        var printer = EventPrinter(session.output)
        try printer.print(events)
        if events.isEmpty {
            session.console.message("no event matches")
        } else if events.count >= limit {
            session.console.message("these are the newest \(limit); there may be more: --limit, or warder audit export")
        }
        session.tellOfPruned(prunedBefore, askedFor: query)
    }
}
