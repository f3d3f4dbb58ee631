import WarderModel

/// An entry that starts its server through `warder run` already: what an import made, or somebody by hand.
struct ManagedLaunch {
    let server: ServerName
    /// Number of the argument `--`, behind which the server's own command stands.
    let separator: Int
    /// Number of the argument that is the server's own program.
    let program: Int
    /// Its name, without its folder.
    let commandName: String
    /// Variables that come from the vault.
    let variables: Set<String>
    /// Secrets that they come from, by the variable.
    let sources: [String: SecretName]

    var secrets: Set<SecretName> { Set(sources.values) }

    /// The number of the first argument of the command behind the separator.
    var firstArgument: Int { separator + 2 }

    enum Reading {
        case foreign
        case managed(ManagedLaunch)
        /// It calls Warder in a way that an import does not understand.
        case unclear
    }

    static func read(_ program: ServerEntry.Program, warder: String) -> Reading {
        guard program.commandText == warder || program.commandName == "warder" else { return .foreign }
        let arguments = program.arguments.map(\.text)
        guard arguments.first == "run", let separator = arguments.firstIndex(of: "--"),
            separator + 1 < arguments.count
        else { return .unclear }
        var server: ServerName?
        var variables: Set<String> = []
        var sources: [String: SecretName] = [:]
        var index = 1
        while index < separator {
            let parts = arguments[index].split(separator: "=", maxSplits: 1).map(String.init)
            guard let option = parts.first, ["--server", "--env"].contains(option) else {
                index += 1
                continue
            }
            let value = parts.count == 2 ? parts[1] : arguments[index + 1]
            index += parts.count == 2 ? 1 : 2
            if option == "--server" {
                guard server == nil, let name = Naming.server(exactly: value) else { return .unclear }
                server = name
            } else {
                let sides = value.split(separator: "=", maxSplits: 1)
                if let variable = sides.first { variables.insert(String(variable)) }
                let name = sides.last?.split(separator: "#").first.flatMap { Naming.secret(exactly: String($0)) }
                if let variable = sides.first, let name { sources[String(variable)] = name }
            }
        }
        guard let server else { return .unclear }
        let own = ownProgram(in: arguments, at: separator + 1)
        let command = arguments[own]
        return .managed(
            ManagedLaunch(
                server: server,
                separator: separator,
                program: own,
                commandName: command.split(separator: "/").last.map(String.init) ?? command,
                variables: variables,
                sources: sources
            )
        )
    }

    /// The command itself, or the program that it names for a script which an earlier import wrote.
    private static func ownProgram(in arguments: [String], at command: Int) -> Int {
        let own = command + 3
        guard own < arguments.count, arguments[command] == "sh", arguments[command + 1] == "-c",
            ShellCommand.isScript(arguments[command + 2])
        else { return command }
        return ownProgram(in: arguments, at: own)
    }
}
