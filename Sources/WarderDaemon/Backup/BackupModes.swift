import ArgumentParser
import Foundation
import Glibc
import SecretMemory
import SystemPackage
import WarderConfiguration
import WarderCore
import WarderLinux
import WarderStoreSQLite
import WarderWire

/// `warderd verify-backup`: what `warder backup verify` runs.
struct VerifyBackupMode: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify-backup",
        abstract: "Open every row of a backup. People run: warder backup verify",
        discussion: """
            Writes lines of JSON to standard output, and reads what opens the backup from standard input.

              warder backup verify /media/usb/warder.backup
            """
    )

    @Argument(help: "The backup, an absolute path.") var path: String
    @Option(help: "Where the opened copy lies meanwhile; beside the backup otherwise.") var workspace: String?
    /// Its `--config`: the command above takes that for itself, wherever it stands.
    @ParentCommand var daemon: DaemonCommand

    func run() throws {
        try BackupMode.run(daemon.config) { desk throws(BackupStop) in
            let file = try BackupFile(path)
            desk.say(BackupMessage(header: file.summary))
            let secret = try BackupSecret.read(from: STDIN_FILENO)
            let workspace = try Workspace(in: workspace ?? FilePath(path).removingLastComponent().string)
            defer { workspace.remove() }
            let opened = try OpenedBackup(file, secret, at: workspace.path + "/vault.db", desk)
            defer { opened.store.close() }
            let (report, found) = try opened.check(desk)
            desk.say(BackupMessage(report: report))
            return found.verdict == .sound ? 0 : 10
        }
    }
}

/// `warderd restore`: what `warder backup restore` runs.
struct RestoreMode: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Make a vault of a backup. People run: warder backup restore",
        discussion: """
            Writes lines of JSON to standard output, and reads what opens the backup from standard input. The vault is \
            in quarantine from its first moment on.

              warder backup restore /media/usb/warder.backup
            """
    )

    @Argument(help: "The backup, an absolute path.") var path: String
    /// Its `--config`, which says where the database lies.
    @ParentCommand var daemon: DaemonCommand
    @Option(help: "The state directory instead, an absolute path.") var state: String?
    @Flag(help: "Keep the vault that lies there aside, under another name.") var replace = false
    @Flag(help: "Restore also what is damaged.") var acceptDamage = false

    func run() throws {
        try BackupMode.run(daemon.config) { desk throws(BackupStop) in
            try Restore(
                backup: path,
                target: try target(),
                checkpoints: try checkpoints(),
                mayReplace: replace,
                acceptsDamage: acceptDamage
            ).run(desk)
        }
    }
}

extension RestoreMode {
    private func target() throws(BackupStop) -> RestoreTarget {
        if let state { return RestoreTarget(database: state + "/vault.db") }
        return RestoreTarget(database: try BackupMode.configuration(daemon.config).stateDirectory + "/vault.db")
    }

    /// A state directory alone does not say where its checkpoints lie.
    private func checkpoints() throws(BackupStop) -> CheckpointFile? {
        if state != nil { return nil }
        return try BackupMode.configuration(daemon.config).audit.checkpoints.map { CheckpointFile(directory: $0) }
    }
}

/// What both modes begin and end with.
enum BackupMode {
    /// Hardens the process, runs, and exits with the status that comes out.
    static func run(_ config: String?, _ body: (BackupDesk) throws(BackupStop) -> Int32) throws(ExitCode) {
        let desk = BackupDesk()
        signal(SIGPIPE, SIG_IGN)
        let status: Int32
        do throws(BackupStop) {
            try harden()
            try lockMemory(config)
            status = try body(desk)
        } catch {
            desk.say(error.line)
            status = error.exitStatus
        }
        guard status == 0 else { throw ExitCode(status) }
    }

    private static func harden() throws(BackupStop) {
        do throws(ProcessHardening.Failure) { _ = try ProcessHardening.apply() } catch {
            throw BackupStop(.failed, "the process cannot be hardened: \(error.reason)", remedy: "Look at the kernel")
        }
    }

    /// What the daemon goes by.
    static func configuration(_ config: String?) throws(BackupStop) -> DaemonConfiguration {
        do throws(ConfigurationError) {
            return try DaemonConfiguration.load(
                file: config,
                in: ConfigurationSurroundings(environment: ProcessInfo.processInfo.environment)
            )
        } catch {
            throw BackupStop(
                .failed,
                "\(error)",
                remedy: "Name the configuration (--config) or the database (--state)"
            )
        }
    }

    /// As the daemon would; where there is no configuration to read, such as on an auditor's machine, as well as it
    /// can be.
    private static func lockMemory(_ config: String?) throws(BackupStop) {
        let known = config == nil ? try? configuration(nil) : try configuration(config)
        do {
            try LockedMemory.configure(
                policy: known?.memory.lock ?? .bestEffort,
                maximumBytes: known?.memory.lockedLimit ?? 64 << 20
            )
        } catch {
            throw BackupStop(
                .failed,
                "memory for keys and values cannot be locked",
                remedy: "Raise the limit (ulimit -l), or set memory.lock: best-effort"
            )
        }
    }
}
