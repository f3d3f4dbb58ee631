import ArgumentParser
import Glibc
import SystemPackage
import WarderLinux

/// Starts the worker, and starts it again when it has ended, until whoever started this closes its standard input.
///
/// For a daemon without a service manager: it starts this while nothing secret is in its memory, and starts nothing after
/// that. It knows its worker by this process being the parent. So nothing but the worker may ever become this process's
/// child: it adopts nothing.
struct KeepMode: ParsableCommand {
    static let name = "keep"
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Keeps a worker running; warderd starts this itself.",
        shouldDisplay: false
    )

    // Names of their own: the command above takes its options for itself, wherever they stand.
    @Option(help: "The daemon's worker socket.")
    var at: String

    @Option(help: "The configuration file.")
    var entries: String?

    @Flag(help: "The vault of this user, although the machine has one.")
    var users = false

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        let program: SealedProgram
        do {
            // Whoever could make this process start something would be handed what the worker is handed.
            _ = try ProcessHardening.apply()
            program = try SealedProgram.own()
        } catch {
            WorkerProcess.say("the worker cannot be kept: \(error)")
            throw ExitCode(1)
        }
        WorkerKeeper(program, arguments: arguments, input: STDIN_FILENO).keep()
    }

    private var arguments: [String] {
        ["warder-worker", "--socket", at] + (entries.map { ["--config", $0] } ?? []) + (users ? ["--own"] : [])
    }
}
