import ArgumentParser
import Foundation
import WarderWire

/// `warder backup verify`
struct VerifyBackup: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Open every row of a backup, and say what is wrong with it.",
        discussion: """
            Needs what opened the vault when the backup was made, and neither a daemon nor another machine. The opened \
            copy, whose names and values stay sealed, lies in a private directory beside the backup meanwhile. Exits \
            with 10 when the backup does not hold, and with 1 where it cannot be looked at: a later version wrote it, \
            there is no room.

            EXAMPLE
              warder backup verify /media/usb/warder.backup
              warder backup verify --share /media/usb/warder.backup
            """
    )

    @Argument(help: ArgumentHelp("The backup.", valueName: "path"), completion: .file())
    var path: String

    @OptionGroup var opener: OpenerOptions

    @Option(help: ArgumentHelp("Where the opened copy lies meanwhile.", valueName: "path"), completion: .directory)
    var workspace: String?

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        var arguments = ["verify-backup", AbsolutePath.of(path)]
        if let workspace { arguments += ["--workspace", AbsolutePath.of(workspace)] }
        let outcome = try DaemonProgram(arguments: arguments).run(session.console) {
            header throws(CommandFailure) in try opener.secret(for: header, in: session)
        }
        try BackupReportView(report: outcome.report).show(session)
        guard outcome.status == 0 else {
            throw outcome.failure
                ?? CommandFailure(
                    .verificationFailed,
                    "the backup is damaged",
                    hints: [
                        "Look whether the vault itself is damaged: warder doctor --deep",
                        "Is it sound, take another: warder backup create. Else try an older backup.",
                    ]
                )
        }
    }
}

/// Paths for another process, which may stand elsewhere.
enum AbsolutePath {
    static func of(_ path: String) -> String { URL(fileURLWithPath: path).path }
}
