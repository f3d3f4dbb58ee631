import ArgumentParser
import WarderWire

/// `warder backup restore`
struct RestoreBackup: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Make a vault of a backup. Servers get nothing from it until you release it.",
        discussion: """
            Run it as the user that the daemon runs as, while the daemon is stopped. Everything is checked before \
            anything is put in place. A vault that lies there already is kept under another name with --replace, and \
            never deleted.

            The restored vault has the key slots of the backup's time, and begins in quarantine: `warder backup \
            review` shows what may be out of date, `warder backup release` lets servers in.

            EXAMPLE
              warder backup restore /media/usb/warder.backup
              warder backup restore --replace --share /media/usb/warder.backup
            """
    )

    @Argument(help: ArgumentHelp("The backup.", valueName: "path"), completion: .file())
    var path: String

    @OptionGroup var opener: OpenerOptions

    @Option(
        help: ArgumentHelp("The daemon's configuration, which says where the database lies.", valueName: "path"),
        completion: .file()
    )
    var config: String?

    @Option(
        help: ArgumentHelp("The state directory instead; it is made when it is not there.", valueName: "path"),
        completion: .directory
    )
    var state: String?

    @Flag(help: "Keep the vault that lies there under another name.")
    var replace = false

    @Flag(help: "Restore what is left of a damaged backup.")
    var acceptDamage = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if config != nil, state != nil { throw ValidationError("--config and --state exclude each other") }
    }

    func run(in session: Session) throws(CommandFailure) {
        var arguments = ["restore", AbsolutePath.of(path)]
        if let config { arguments += ["--config", AbsolutePath.of(config)] }
        if let state { arguments += ["--state", AbsolutePath.of(state)] }
        if replace { arguments.append("--replace") }
        if acceptDamage { arguments.append("--accept-damage") }
        let outcome = try DaemonProgram(arguments: arguments).run(session.console) {
            header throws(CommandFailure) in try opener.secret(for: header, in: session)
        }
        try BackupReportView(report: outcome.report).show(session)
        if let failure = outcome.failure { throw failure }
        session.console.message(
            "the vault is restored, and in quarantine",
            hints: [
                "Its key slots are those of the backup's time: a passphrase that was removed since opens it again.",
                "Start the daemon, open the vault, and look what may be out of date before you let servers in:",
                "  warder unseal",
                "  warder backup review",
                "  warder backup release",
            ]
        )
    }
}
