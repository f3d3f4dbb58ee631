import ArgumentParser
import WarderWire

/// `warder rescue`
struct RescueCommand: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "rescue",
        abstract: "Look at the database of a daemon that does not start, and save what opens.",
        discussion: """
            For a vault whose daemon does not start, or does not open it any more; while it is open, `warder doctor` does \
            the same. Run it as the user that the daemon runs as, while the daemon is stopped. It needs what opens the \
            vault.

            It opens every row, in a private copy of the database, and says what is damaged and what is still good; it \
            exits with 11 when anything is. With --save it writes every version that opens, with its values in the clear, to \
            a file of yours, and exits with 11 when others do not. The database is only read, so that no event says who did \
            this.

            EXAMPLE
              warder rescue
              warder rescue --save rescued.jsonl
              warder rescue --share --state /mnt/warder
            """
    )

    @Option(
        help: ArgumentHelp("Write what still opens, values included, here.", valueName: "path"),
        completion: .file()
    )
    var save: String?

    @OptionGroup var opener: OpenerOptions

    @Option(
        help: ArgumentHelp("The daemon's configuration, which says where the database lies.", valueName: "path"),
        completion: .file()
    )
    var config: String?

    @Option(help: ArgumentHelp("The state directory instead.", valueName: "path"), completion: .directory)
    var state: String?

    @Option(
        help: ArgumentHelp("Where the copy lies meanwhile; in /var/tmp otherwise.", valueName: "path"),
        completion: .directory
    )
    var workspace: String?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if config != nil, state != nil { throw ValidationError("--config and --state exclude each other") }
    }

    func run(in session: Session) throws(CommandFailure) {
        var arguments = ["check-database"]
        if let config { arguments += ["--config", AbsolutePath.of(config)] }
        if let state { arguments += ["--state", AbsolutePath.of(state)] }
        if let workspace { arguments += ["--workspace", AbsolutePath.of(workspace)] }
        if save != nil { arguments.append("--save") }
        let daemon = DaemonProgram(arguments: arguments, ability: "can open a database")
        var remarks: [String] = []
        // What is wanted of it comes once it is open.
        func stream(_ take: (RawSpan) throws(CommandFailure) -> Void) throws(CommandFailure) {
            remarks = try daemon.stream(session.console, take) { header throws(CommandFailure) in
                try opener.secret(for: header, in: session, question: "Passphrase of the vault:")
            }
        }
        if let save {
            let isWhole = try SaveWhatOpens(path: save, session: session).run(stream)
            tell(remarks, session)
            guard isWhole else { throw .silent(.findings) }
            return
        }
        let examination = try DeepExamination(session.console, stream)
        if session.output.format == .table {
            try examination.show(on: session.console, saving: "warder rescue --save FILE")
        } else {
            try session.output.show(examination.document)
        }
        tell(remarks, session)
        if !examination.isSound { throw .silent(.findings) }
    }

    private func tell(_ remarks: [String], _ session: Session) {
        for remark in remarks { session.console.message(TerminalText.escaped(remark)) }
    }
}
