import ArgumentParser
import WarderWire

/// `warder audit export`
struct ExportEvents: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write events to a file, one JSON object a line.",
        discussion: """
            The lines are the log's own bytes. The file is private to you, and it appears under its name when it is \
            complete. The export is an event of the log itself.

            EXAMPLE
              warder audit export --output-file november.jsonl --since 2026-11-01
              warder audit export --output-file - --server github | gzip > github.jsonl.gz
            """
    )

    @OptionGroup var filter: EventFilter

    @Option(help: ArgumentHelp("Where to; - is standard output.", valueName: "path"), completion: .file())
    var outputFile: String

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let vault = try session.vault()
        let request = VaultRequest(
            "GET",
            "/v1/audit/export",
            query: try filter.query(now: session.context.now()),
            timeoutSeconds: 120
        )
        var progress = ExportProgress(console: session.console, total: total(vault, session.console))
        defer { progress.clear() }
        if outputFile == "-" {
            var printer = LinePrinter(session.console)
            try vault.stream(request) { piece throws(CommandFailure) in
                try printer.take(piece)
                progress.take(piece)
            }
            try printer.finish()
            return
        }
        let file = try AtomicFile(path: outputFile, mayReplace: global.yes)
        try vault.stream(request) { piece throws(CommandFailure) in
            try file.write(piece)
            progress.take(piece)
        }
        try file.commit()
        progress.clear()
        session.console.message(
            "\(progress.events) events, \(ByteCount.text(progress.bytes)), in \(TerminalText.escaped(outputFile))"
        )
    }

    /// How many events there will be, for the progress bar: known only where all are wanted and somebody watches.
    private func total(_ vault: Vault, _ console: Console) -> Int64? {
        guard filter.isEmpty, console.errorWidth != nil else { return nil }
        let status = try? vault.ask(VaultRequest("GET", "/v1/sys/status"), for: VaultStatus.self).value
        return status?.events
    }
}
