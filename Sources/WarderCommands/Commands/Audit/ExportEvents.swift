import ArgumentParser
import TransparencyLog
import WarderModel
import WarderWire

/// `warder audit export`
struct ExportEvents: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write events to a file: JSON Lines, CSV or OCSF.",
        discussion: """
            The file is private to you, and it appears under its name when it is complete. Beside it lies what the \
            vault signs of it: which events, how many, and the hash of the whole log (FILE.manifest). The export is an \
            event of the log itself.

            FORMATS
              jsonl  the log's own bytes, one event a line. The only one that loses
                     nothing: keep it as evidence, and check it with warder audit verify.
                     Of what a filter leaves out, and of what was pruned, there are
                     hashes: lines that begin with {"seq": or {"leaf":. Without them:
                     --no-manifest. How many events had been pruned is said in any case,
                     and of an export with a filter by its manifest.
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

    /// What comes behind the events, and is not part of the file.
    private struct Trailer {
        /// The signed manifest, where one was asked for.
        var note: [UInt8]?
        /// Where there are any.
        var pruned: PrunedEvents?
    }

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

    @Flag(inversion: .prefixedNo, help: "Have the vault sign what the export holds.")
    var manifest = true

    @Option(
        help: ArgumentHelp("Where to put what the vault signs; beside the file without it.", valueName: "path"),
        completion: .file()
    )
    var manifestFile: String?

    @Option(help: ArgumentHelp("Where to; - is standard output.", valueName: "path"), completion: .file())
    var outputFile: String

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard csvSafe || format == .csv else { throw ValidationError("--no-csv-safe is for --format csv") }
        guard manifest || manifestFile == nil else {
            throw ValidationError("--manifest-file has no use with --no-manifest")
        }
        guard manifestFile != "-", manifestFile != outputFile else {
            throw ValidationError("--manifest-file takes a file of its own")
        }
    }

    func run(in session: Session) throws(CommandFailure) {
        let vault = try session.vault()
        var query = try filter.query(now: session.context.now())
        let manifestPath = manifestPath
        if let manifestPath {
            query.append(("evidence", "true"))
            try AtomicFile.requireFree(manifestPath, mayReplace: global.yes)
        }
        var progress = ExportProgress(console: session.console, total: total(vault, session.console))
        defer { progress.clear() }
        let trailer: Trailer
        if outputFile == "-" {
            var printer = LinePrinter(session.console)
            trailer = try export(query, from: vault, &progress) { line throws(CommandFailure) in
                try unsafe printer.take(line.span.bytes)
            }
            try printer.finish()
            progress.clear()
        } else {
            let file = try AtomicFile(path: outputFile, mayReplace: global.yes)
            var written = 0
            trailer = try export(query, from: vault, &progress) { bytes throws(CommandFailure) in
                written += bytes.count
                try unsafe file.write(bytes.span.bytes)
            }
            if manifestPath != nil, trailer.note == nil { throw .malformedAnswer }
            try file.commit()
            progress.clear()
            session.console.message(
                "\(progress.events) events, \(ByteCount.text(written)), in \(TerminalText.escaped(outputFile))",
                hints: trailer.pruned == nil && progress.pruned > 0
                    ? ["Of \(progress.pruned) more the vault has hashes alone."] : []
            )
        }
        tell(progress.damaged, session.console)
        trailer.pruned?.tell(of: reach, session.console)
        guard let manifestPath else { return }
        guard let note = trailer.note else { throw .malformedAnswer }
        try keep(note, at: manifestPath, session.console)
    }

    /// `nil` where nothing is signed: whoever sends events through a pipe says where it goes, or goes without.
    private var manifestPath: String? {
        guard manifest else { return nil }
        return manifestFile ?? (outputFile == "-" ? nil : outputFile + ".manifest")
    }

    /// What the export would have of events that were pruned.
    private var reach: PrunedEvents.Reach {
        guard filter.isEmpty else { return filter.period.isEmpty ? .matching : .within }
        return format == .jsonl && manifestPath != nil ? .hashes : .all
    }

    private func tell(_ damaged: Int64, _ console: Console) {
        guard damaged > 0 else { return }
        console.message(
            "\(damaged) of them could not be read: their numbers stand for them",
            hints: ["What is damaged: warder doctor --deep"]
        )
    }

    private func keep(_ note: [UInt8], at path: String, _ console: Console) throws(CommandFailure) {
        let manifest: ExportManifest
        do { manifest = try ExportManifest(Checkpoint(text: SignedNote(note).text)) } catch { throw .malformedAnswer }
        let file = try AtomicFile(path: path, mayReplace: global.yes)
        try file.write(unsafe note.span.bytes)
        try file.commit()
        let range = manifest.count == 0 ? "no event" : "events \(manifest.first) to \(manifest.last)"
        console.message(
            "signed: \(manifest.filter == nil ? range : "\(range), filtered"), in \(TerminalText.escaped(path))",
            hints: [
                format == .jsonl
                    ? "Verify it, anywhere: warder audit verify \(TerminalText.escaped(ShellWord.quoted(outputFile))) --key-file VKEY"
                    : "It is about these events as JSON Lines; only such a file can be verified."
            ]
        )
    }

    /// Hands on one event at a time, in the format that was asked for.
    ///
    /// - Returns: what the vault sent behind the events.
    private func export(
        _ query: [(name: String, value: String)],
        from vault: Vault,
        _ progress: inout ExportProgress,
        _ write: ([UInt8]) throws(CommandFailure) -> Void
    ) throws(CommandFailure) -> Trailer {
        var converter = format.converter(isSafe: csvSafe)
        // The header waits for the first event: one that is refused has nothing to show.
        var pending = converter?.header ?? []
        var hasLines = false
        var trailer = Trailer()
        do throws(CommandFailure) {
            try vault.exportParts(query) { part, line throws(CommandFailure) in
                switch part {
                case .manifest(let text): return trailer.note = text
                case .pruned(let events): return trailer.pruned = events
                case .event, .damaged, .leaf, .omitted: break
                }
                progress.take(part, bytes: line.count + 1)
                if converter != nil {
                    guard part.isEvent else { return }
                    pending += converter?.convert(try EventLine(parsing: line)) ?? []
                } else {
                    pending += line
                    pending.append(UInt8(ascii: "\n"))
                }
                hasLines = true
                guard pending.count >= Self.pieceBytes else { return }
                try write(pending)
                pending.removeAll(keepingCapacity: true)
            }
        } catch {
            // What came before is good, and a pipe has had the beginning of it already.
            if hasLines { try write(pending) }
            throw error
        }
        try write(pending)
        return trailer
    }

    /// How many events the log has, for the progress bar: where somebody watches, and every event is spoken for.
    private func total(_ vault: Vault, _ console: Console) -> Int64? {
        guard filter.isEmpty || manifestPath != nil, console.errorWidth != nil else { return nil }
        let status = try? vault.ask(VaultRequest("GET", "/v1/sys/status"), for: VaultStatus.self).value
        return status?.events
    }
}
