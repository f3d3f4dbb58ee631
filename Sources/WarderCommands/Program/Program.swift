import ArgumentParser
import Glibc
import SystemPackage
import WarderLinux
import WarderModel

/// The whole program: arguments in, exit status out.
package enum Program {
    /// Runs as the process that the system started.
    package static func main(arguments: [String]) -> Int32 {
        takeClosedStreams()
        let environment = environment
        let console = Console(environment: environment)
        let mask = umask(0o077)
        do throws(ProcessHardening.Failure) {
            // Passphrases and values pass through this process; a debugger or a core file of the same user must not
            // see them.
            _ = try ProcessHardening.apply()
        } catch {
            console.message("this process cannot be protected (\(error.measure.rawValue)): \(error.reason)")
            return ExitStatus.usage.rawValue
        }
        let context = CommandContext(
            console: console,
            prompter: Terminal(),
            environment: environment,
            standardInput: .standardInput,
            now: currentMoment,
            mask: mask
        )
        let status = run(Array(arguments.dropFirst()), in: context)
        // A shell stops its loop only where the signal itself ended the program.
        if status == .interrupted { raise(SIGINT) }
        return status.rawValue
    }

    /// Takes the numbers of standard streams that are closed, for nothing: a pipe to a child would get them otherwise.
    /// Who writes to such a stream, or reads from it, fails as before.
    private static func takeClosedStreams() {
        let streams = [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
        // In their order: the system gives the lowest free number.
        for (number, mode) in streams where fcntl(number, F_GETFD) < 0 { _ = unsafe open("/dev/null", mode) }
    }

    /// Parses and runs one command, and tells the person what went wrong if something did.
    package static func run(_ arguments: [String], in context: CommandContext) -> ExitStatus {
        do throws(CommandFailure) {
            try perform(arguments, in: context)
            return .done
        } catch {
            if !error.message.isEmpty { context.console.message(error.message, hints: error.hints) }
            return error.status
        }
    }

    private static func perform(_ arguments: [String], in context: CommandContext) throws(CommandFailure) {
        if arguments == ["--version"] { return try context.console.print("\(Console.programName) \(Release.version)") }
        try CommandNames.check(arguments)
        do {
            var command = try Warder.parseAsRoot(arguments)
            if let command = command as? any VaultCommand {
                let session = try Session(
                    context: context,
                    global: command.global,
                    lookIntoFaults: command is DoctorCommand
                )
                return try command.run(in: session)
            }
            try command.run()
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            try report(error, in: context)
        }
    }

    /// Help goes to standard output; a command line that makes no sense is a usage error.
    private static func report(_ error: any Error, in context: CommandContext) throws(CommandFailure) {
        let text = Warder.fullMessage(for: error, columns: context.console.outputWidth)
        guard Warder.exitCode(for: error) != .success else { return try context.console.print(text) }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if let first = lines.first, first.hasPrefix("Error: ") { lines[0] = String(first.dropFirst(7)) }
        while lines.last?.isEmpty == true { lines.removeLast() }
        let message = lines.isEmpty ? "the command line makes no sense" : lines.removeFirst().startingInLowerCase
        throw .usage(message, hints: lines.map { $0.trimmingLeadingSpaces })
    }

    /// The variables that the command looks at; none of them can hold a secret.
    private static var environment: [String: String] {
        let names = [
            "WARDER_SOCKET", "WARDER_OPERATOR_SOCKET", "WARDER_CONFIG", "WARDER_OUTPUT", "NO_COLOR", "TERM", "PATH",
            // Where clients keep their configurations, and where what an import did is remembered.
            "HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "CLAUDE_CONFIG_DIR",
            // Where a rehearsal has its vaults.
            "TMPDIR",
        ]
        return names.reduce(into: [:]) { result, name in
            if let value = unsafe getenv(name) { result[name] = unsafe String(cString: value) }
        }
    }

    private static func currentMoment() -> Timestamp {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        return Timestamp(milliseconds: Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000)
    }
}

extension String {
    fileprivate var trimmingLeadingSpaces: String { String(drop { $0 == " " }) }
    fileprivate var startingInLowerCase: String { prefix(1).lowercased() + dropFirst() }
}
