package import ArgumentParser
import Glibc
package import SystemPackage
import WarderConfiguration
package import WarderLinux
package import WarderModel

/// The world around one run of a command, so that tests can put another in its place.
package struct CommandContext {
    package var console: Console
    package var prompter: any Prompter
    package var environment: [String: String]
    package var standardInput: FileDescriptor
    package var now: () -> Timestamp
    /// Does nothing for so many milliseconds.
    package var pause: (Int) -> Void
    /// The directories that places of a vault hang below.
    package var roots: VaultPlaces.Roots
    /// The file mode creation mask that this process was started with; its own is stricter.
    package var mask: UInt32

    package init(
        console: Console,
        prompter: any Prompter,
        environment: [String: String],
        standardInput: FileDescriptor,
        now: @escaping () -> Timestamp,
        pause: @escaping (Int) -> Void = { _ = usleep(UInt32($0) * 1000) },
        roots: VaultPlaces.Roots = .real,
        mask: UInt32 = 0o022
    ) {
        self.console = console
        self.prompter = prompter
        self.environment = environment
        self.standardInput = standardInput
        self.now = now
        self.pause = pause
        self.roots = roots
        self.mask = mask
    }
}

/// Options that every command takes, in any place on the command line.
package struct GlobalOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help:
            ArgumentHelp("How to print results. (environment: WARDER_OUTPUT; default: table)", valueName: "format")
    )
    package var output: OutputFormat?

    @Option(
        help: ArgumentHelp("The operator socket. (environment: WARDER_OPERATOR_SOCKET)", valueName: "path"),
        completion: .file()
    )
    package var socket: String?

    @Flag(name: .shortAndLong, help: "Do not ask whether you are sure.")
    package var yes = false

    package init() {}
}

/// A command that talks to the vault, or about it.
package protocol VaultCommand: ParsableCommand {
    var global: GlobalOptions { get }

    /// Does the work. Results go to `session.output`, everything else to the console's messages.
    func run(in session: Session) throws(CommandFailure)
}

/// A command's context together with its global options.
package struct Session {
    package let context: CommandContext
    package let global: GlobalOptions
    package let output: Output
    /// Whether a configuration that cannot be used is what the command looks for, and no reason to stop.
    private let lookIntoFaults: Bool

    package init(
        context: CommandContext,
        global: GlobalOptions,
        lookIntoFaults: Bool = false
    ) throws(CommandFailure) {
        self.context = context
        self.global = global
        self.lookIntoFaults = lookIntoFaults
        output = Output(console: context.console, format: try Self.format(global, context.environment))
    }

    package var console: Console { context.console }
    package var moment: Moment { Moment(now: context.now()) }

    /// Where the vault of this user lies.
    func places() throws(CommandFailure) -> ConfiguredPlaces {
        do throws(VaultPlacesError) {
            var found = try ConfiguredPlaces(environment: context.environment, roots: context.roots)
            if let socket = global.socket { found.places.operatorSocket = socket }
            return found
        } catch {
            switch error {
            case .noHome(let uid):
                // Accounts of services often have none. With the socket named, the machine's vault is meant.
                if let socket = namedSocket {
                    var places = VaultPlaces.system(roots: context.roots)
                    places.operatorSocket = socket
                    return ConfiguredPlaces(places)
                }
                throw .usage(
                    "user \(uid) has no home directory, so there is no place for a vault",
                    hints: ["Name the socket: --socket PATH"]
                )
            case .notAbsolute(let variable): throw .usage("\(variable) must hold an absolute path")
            }
        }
    }

    /// The same, unless the environment names a configuration that the daemon would refuse: another vault than the one
    /// that is meant may lie at the usual place.
    private func usablePlaces() throws(CommandFailure) -> VaultPlaces {
        let found = try places()
        guard let fault = found.fault, !lookIntoFaults, let file = context.environment["WARDER_CONFIG"], !file.isEmpty
        else { return found.places }
        throw .usage(
            "WARDER_CONFIG cannot be used: \(TerminalText.escaped("\(fault.place): \(fault.problem)"))",
            hints: [TerminalText.escaped(fault.remedy), "Everything that is wrong: warder doctor"]
        )
    }

    /// Where servers reach the vault.
    func clientSocket() throws(CommandFailure) -> String { try usablePlaces().clientSocket }

    /// The socket that the command line or the environment names.
    private var namedSocket: String? {
        global.socket ?? context.environment["WARDER_OPERATOR_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The vault behind the operator socket. Connects at the first question.
    package func vault() throws(CommandFailure) -> Vault {
        let socket = if let named = namedSocket { named } else { try usablePlaces().operatorSocket }
        return Vault(socket: socket, prompter: context.prompter, console: console)
    }

    /// Lets the person type a name before something that is hard or impossible to undo, unless `--yes` was given.
    package func confirm(_ deed: String, byTyping name: String) throws(CommandFailure) {
        guard !global.yes else { return }
        let answer = try context.prompter.line(
            "\(deed) Type \(name) to go on:",
            otherwise: .usage(
                "this must be confirmed, and there is no terminal to ask on",
                hints: ["If you are sure: --yes"]
            )
        )
        guard answer == name else { throw .usage("that is not the name; nothing was changed") }
    }

    private static func format(
        _ global: GlobalOptions,
        _ environment: [String: String]
    ) throws(CommandFailure) -> OutputFormat {
        if let format = global.output { return format }
        guard let text = environment["WARDER_OUTPUT"], !text.isEmpty else { return .table }
        guard let format = OutputFormat(rawValue: text) else {
            throw .usage("WARDER_OUTPUT must be table, json or yaml")
        }
        return format
    }
}
