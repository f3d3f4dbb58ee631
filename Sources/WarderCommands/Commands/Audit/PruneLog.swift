import ArgumentParser
import StrictJSON
import WarderModel
import WarderWire

/// `warder audit prune`
struct PruneLog: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Delete what old events say, for good; what proves them stays.",
        discussion: """
            Takes the events from the beginning of the log up to the first that did not happen before the moment, and \
            nothing of the last 24 hours. Shows how many these are and asks. Export them first: nothing brings them back. \
            The event of the prune says who did it and how far it went. What is damaged stays, as it is: \
            warder doctor --deep goes on naming it.

            To let old events go by themselves: audit.keep in the configuration. audit.legal_hold forbids both.

            EXAMPLE
              warder audit export --output-file until-august.jsonl --until 2026-09-01
              warder audit prune --before 2026-09-01
              warder audit prune --before 400d
            """
    )

    @Option(
        help: ArgumentHelp("What happened from this moment on stays: a date, RFC 3339, or 90d.", valueName: "when")
    )
    var before: String

    @OptionGroup var global: GlobalOptions

    private struct Part: Decodable {
        struct Step: Decodable {
            let checked: Int
            let total: Int
        }

        struct Pruned: Decodable {
            let events: UInt64
            let through: UInt64?
            let before: String?
            let damaged: UInt64?
        }

        let progress: Step?
        let pruned: Pruned?
        let failed: CheckFailure?
    }

    func run(in session: Session) throws(CommandFailure) {
        let before = try MomentText.resolve(before, .past, option: "--before", now: session.context.now())
        let vault = try session.vault()
        let status = try vault.ask(
            VaultRequest("GET", "/v1/audit/retention", query: [("before", before)]),
            for: RetentionStatus.self
        ).value
        // A hold is refused by the vault, which writes the try down.
        if status.legalHold { return try prune(PruneRequest(before: before), vault, session) }
        guard let prunable = status.prunable else {
            return session.console.message("nothing to prune: what happened before then is gone, or there was nothing")
        }
        session.console.message(
            "\(prunable.events) events, number \(prunable.firstEvent) to \(prunable.lastEvent), "
                + "from \(Self.time(prunable.first)) to \(Self.time(prunable.last))"
        )
        try session.confirm(
            "This deletes what \(prunable.events) events say for good.",
            byTyping: String(prunable.events)
        )
        try prune(PruneRequest(before: before, through: prunable.lastEvent), vault, session)
    }

    private func prune(_ request: PruneRequest, _ vault: Vault, _ session: Session) throws(CommandFailure) {
        var splitter = LineSplitter()
        var progress = CheckProgress(session.console, of: "events")
        defer { progress.clear() }
        var pruned: (part: Part.Pruned, line: [UInt8])?
        var failure: CheckFailure?
        let body = try JSONBody.encode(request)
        try vault.streamWithPresence(VaultRequest("POST", "/v1/audit/prune", body: body, timeoutSeconds: 600)) {
            piece throws(CommandFailure) in
            try splitter.take(piece) { line throws(CommandFailure) in
                let part: Part = try Vault.decode(line)
                if let step = part.progress { progress.show(step.checked, of: step.total) }
                if let done = part.pruned { pruned = (done, line) }
                if let reason = part.failed { failure = reason }
            }
        }
        if let failure { throw failure.asCommandFailure }
        guard let pruned else { throw .brokenOff }
        progress.clear()
        guard session.output.format == .table else { return try session.output.show(pruned.line) }
        guard let through = pruned.part.through else { return session.console.message("nothing was pruned") }
        session.console.message(
            "pruned \(pruned.part.events) events, through number \(through)",
            hints: ["The rows are deleted in the background. Backups still have them."]
                + (pruned.part.damaged.map { ["\($0) damaged events up to there stay: warder doctor --deep"] } ?? [])
        )
    }

    private static func time(_ text: String) -> String { Timestamp(rfc3339: text).map(Moment.absolute) ?? text }
}
