import ArgumentParser

/// Looks for the command before the parser does, which says "unexpected argument" to a slip of the fingers.
enum CommandNames {
    private static let optionsWithValue: Set<String> = ["-o", "--output", "--socket"]

    /// - Throws: `.usage` with the nearest command when there is none of this name.
    static func check(_ arguments: [String]) throws(CommandFailure) {
        var group: any ParsableCommand.Type = Warder.self
        var path = [Console.programName]
        var rest = arguments[...]
        while let word = rest.popFirst() {
            if optionsWithValue.contains(word) { _ = rest.popFirst() }
            if word.hasPrefix("-") { continue }
            let subcommands = group.configuration.subcommands
            guard !subcommands.isEmpty, word != "help" else { return }
            guard let next = subcommands.first(where: { name(of: $0) == word }) else {
                throw unknown(word, among: subcommands.map(name(of:)), path: path.joined(separator: " "))
            }
            group = next
            path.append(word)
        }
    }

    private static func name(of command: any ParsableCommand.Type) -> String { command.configuration.commandName ?? "" }

    private static func unknown(_ word: String, among names: [String], path: String) -> CommandFailure {
        let distances = names.map { (name: $0, distance: distance(word, $0)) }
        let nearest = distances.filter { $0.distance <= 2 && $0.distance < word.count }.min {
            $0.distance < $1.distance
        }
        var hints = ["Commands: \(names.joined(separator: " "))", "More about them: \(path) --help"]
        if let nearest { hints.insert("Did you mean: \(path) \(nearest.name)", at: 0) }
        return .usage("there is no command `\(path) \(TerminalText.escaped(word))`", hints: hints)
    }

    /// How many letters must be inserted, removed, replaced or swapped with their neighbour.
    private static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        var rows = [Array(0...right.count)]
        for i in 1...max(left.count, 1) where i <= left.count {
            var row = [i]
            for j in 1...max(right.count, 1) where j <= right.count {
                var best = min(rows[i - 1][j] + 1, row[j - 1] + 1)
                best = min(best, rows[i - 1][j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1))
                if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                    best = min(best, rows[i - 2][j - 2] + 1)
                }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
