import ArgumentParser
import WarderModel

/// Looks for the command before the parser does, which says "unexpected argument" to a slip of the fingers.
enum CommandNames {
    private static let optionsWithValue: Set<String> = ["-o", "--output", "--socket"]

    private static let asksForHelp: Set<String> = ["-h", "--help", "--help-hidden", "--version"]

    /// - Throws: `.usage` with the nearest command when there is none of this name, and with the commands of a group
    ///   that stands alone.
    static func check(_ arguments: [String]) throws(CommandFailure) {
        var group: any ParsableCommand.Type = Warder.self
        var path = [Console.programName]
        var rest = arguments[...]
        while let word = rest.popFirst() {
            if optionsWithValue.contains(word) { _ = rest.popFirst() }
            if Self.asksForHelp.contains(word) { return }
            if word.hasPrefix("-") { continue }
            let subcommands = group.configuration.subcommands
            guard !subcommands.isEmpty, word != "help" else { return }
            guard let next = subcommands.first(where: { name(of: $0) == word }) else {
                throw unknown(word, among: subcommands.map(name(of:)), path: path.joined(separator: " "))
            }
            group = next
            path.append(word)
        }
        let subcommands = group.configuration.subcommands
        // Bare `warder` is a question, and gets the help; a group alone is half a command.
        guard path.count > 1, !subcommands.isEmpty else { return }
        let command = path.joined(separator: " ")
        throw .usage(
            "say what to do: `\(command) COMMAND`",
            hints: [
                "Commands: \(subcommands.map(Self.name(of:)).joined(separator: " "))",
                "More about them: \(command) --help",
            ]
        )
    }

    private static func name(of command: any ParsableCommand.Type) -> String { command.configuration.commandName ?? "" }

    private static func unknown(_ word: String, among names: [String], path: String) -> CommandFailure {
        var hints = ["Commands: \(names.joined(separator: " "))", "More about them: \(path) --help"]
        if let meant = Suggestion.nearest(to: word, among: names) {
            hints.insert("Did you mean: \(path) \(meant)", at: 0)
        }
        return .usage("there is no command `\(path) \(TerminalText.escaped(word))`", hints: hints)
    }
}
