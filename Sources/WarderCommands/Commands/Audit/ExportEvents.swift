import ArgumentParser
import WarderWire

/// `warder audit export`
struct ExportEvents: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write events to a file: JSON Lines, CSV or OCSF.",
        discussion: """
            The file is private to you, and it appears under its name when it is complete. The export is an event of \
            the log itself.

            FORMATS
              jsonl  the log's own bytes, one event a line. The only one that loses
                     nothing: keep it as evidence, and check the log with it.
              csv    a table for spreadsheets. Control characters are written out, and
                     a cell that a spreadsheet would compute gets an apostrophe in
                     front, which alters the data: --no-csv-safe leaves it away.
              ocsf   Open Cybersecurity Schema Framework 1.8.0, one event a line, for
                     the pipelines that take it in.

            EXAMPLE
              warder audit export --output-file november.jsonl --since 2026-11-01
              warder audit export --format csv --output-file pat.csv --secret github/pat
              warder audit export --format ocsf --output-file - | gzip > ocsf.jsonl.gz
            """
    )

    /// So much is written at a time.
    private static let pieceBytes = 65_536

    @OptionGroup var filter: EventFilter

    @Option(help: ArgumentHelp("What to write events as.", valueName: "format"))
    var format = ExportFormat.jsonl

    @Flag(
        inversion: .prefixedNo,
        help: "Keep spreadsheets from computing cells of a CSV; alters them, JSON Lines does not."
    )
    var csvSafe = true

    @Option(help: ArgumentHelp("Where to; - is standard output.", valueName: "path"), completion: .file())
    var outputFile: String

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard csvSafe || format == .csv else { throw ValidationError("--no-csv-safe is for --format csv") }
    }

    func run(in session: Session) throws(CommandFailure) {
        let vault = try session.vault()
        let query = try filter.query(now: session.context.now())
        var progress = ExportProgress(console: session.console, total: total(vault, session.console))
        defer { progress.clear() }
        if outputFile == "-" {
            var printer = LinePrinter(session.console)
            try export(query, from: vault, &progress) { line throws(CommandFailure) in
                try unsafe printer.take(line.span.bytes)
            }
            try printer.finish()
            return
        }
        let file = try AtomicFile(path: outputFile, mayReplace: global.yes)
        var written = 0
        try export(query, from: vault, &progress) { bytes throws(CommandFailure) in
            written += bytes.count
            try unsafe file.write(bytes.span.bytes)
        }
        try file.commit()
        progress.clear()
        session.console.message(
            "\(progress.events) events, \(ByteCount.text(written)), in \(TerminalText.escaped(outputFile))"
        )
    }

    /// Hands on one event at a time, in the format that was asked for.
    private func export(
        _ query: [(name: String, value: String)],
        from vault: Vault,
        _ progress: inout ExportProgress,
        _ write: ([UInt8]) throws(CommandFailure) -> Void
    ) throws(CommandFailure) {
        let converter = format.converter(isSafe: csvSafe)
        // The header waits for the first event: one that is refused has nothing to show.
        var pending = converter?.header ?? []
        var hasEvents = false
        do throws(CommandFailure) {
            try vault.exportLines(query, progress: { progress.take($0) }) { line throws(CommandFailure) in
                if let converter {
                    pending += converter.convert(try EventLine(parsing: line))
                } else {
                    pending += line
                    pending.append(UInt8(ascii: "\n"))
                }
                hasEvents = true
                guard pending.count >= Self.pieceBytes else { return }
                try write(pending)
                pending.removeAll(keepingCapacity: true)
            }
        } catch {
            // What came before is good, and a pipe has had the beginning of it already.
            if hasEvents { try write(pending) }
            throw error
        }
        try write(pending)
    }

    /// How many events there will be, for the progress bar: known only where all are wanted and somebody watches.
    private func total(_ vault: Vault, _ console: Console) -> Int64? {
        guard filter.isEmpty, console.errorWidth != nil else { return nil }
        let status = try? vault.ask(VaultRequest("GET", "/v1/sys/status"), for: VaultStatus.self).value
        return status?.events
    }
}
