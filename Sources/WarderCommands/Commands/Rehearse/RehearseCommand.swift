import ArgumentParser
import Reviewing
import StrictJSON

/// `warder rehearse`
struct RehearseCommand: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "rehearse",
        abstract: "Play misuse on a vault that is made for it, and see all of it refused and recorded.",
        discussion: """
            Starts isolated vaults with the installed warderd in a temporary folder, puts random decoys into them, and \
            has processes of its own come with stolen, used and foreign tokens, changed tools, hostile names, approvals \
            of other calls. Each must be refused and stand in the log, which must verify; no decoy may lie anywhere. \
            Your own vault is not touched, nothing is left behind, and it takes seconds.

            With 11 it exits where something was let through or not recorded. What cannot be tried as this user is \
            listed as not evaluated: root can start processes of other users. The result is for warder report.

            EXAMPLE
              warder rehearse
              sudo warder rehearse --output-file rehearsal.json
              warder report --rehearsal rehearsal.json
            """
    )

    @Option(help: ArgumentHelp("Write the result here, as JSON.", valueName: "path"), completion: .file())
    var outputFile: String?

    /// Whether this is a process that a rehearsal started.
    @Flag(help: .hidden) var asPlayer = false

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        if asPlayer { return try PlayerProcess.run(session.console) }
        if let outputFile { try AtomicFile.requireFree(outputFile, mayReplace: global.yes) }
        let record = try Rehearsal.perform(in: session)
        if let outputFile {
            let file = try AtomicFile(path: outputFile, mayReplace: global.yes)
            let bytes = IndentedJSON.bytes(try Vault.document(record.bytes).root)
            try unsafe file.write(bytes.span.bytes)
            try file.commit()
        }
        switch session.output.format {
        case .table: try RehearsalView(record).show(in: session)
        case .json, .yaml: try session.output.show(record.bytes)
        }
        tell(record, session.console)
        guard record.failed.isEmpty else { throw .silent(.findings) }
    }

    private func tell(_ record: RehearsalRecord, _ console: Console) {
        let (failed, open) = (record.failed, record.steps.filter { $0.outcome == .notEvaluated })
        let passed = record.steps.count - failed.count - open.count
        var hints = open.map { "Not evaluated: \($0.name). \($0.evidence)" }
        if let outputFile { hints.append("The result is in \(TerminalText.escaped(outputFile))") }
        guard failed.isEmpty else {
            return console.message(
                "\(failed.count) of \(record.steps.count) steps failed: \(failed.map(\.name).joined(separator: ", "))",
                hints: failed.map { "\($0.name): \($0.evidence)" } + hints
            )
        }
        console.message("\(passed) of \(record.steps.count) steps passed: all refused and recorded", hints: hints)
    }
}
