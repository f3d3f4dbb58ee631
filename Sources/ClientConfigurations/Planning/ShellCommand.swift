/// A command whose secret arguments a shell takes from variables: `sh -c 'exec "$0" "$1" "$MCP_ARGUMENT_2"' npx -y`.
///
/// The other arguments are parameters of the script and no part of it, so that nothing has to be quoted, and a reference
/// among them that the client replaces can do no harm. Braces are avoided, because clients take `${…}` for a reference
/// of their own.
struct ShellCommand {
    /// What stands before the arguments that are left: the shell, its script, and the program.
    let front: [String]
    /// Numbers of the arguments that the script says.
    let said: Set<Int>

    /// Puts variables in the place of arguments.
    ///
    /// Fails where a parameter would need two digits, or what stands before a secret (`--token=`) would mean something
    /// to the shell.
    init?(_ program: ServerEntry.Program, _ moves: [EntryDecision.Move]) {
        var script = #"exec "$0""#
        var said: Set<Int> = []
        for (index, argument) in program.arguments.enumerated() {
            let move = moves.first { $0.candidate.carrier == .argument(index) }
            guard let move else {
                let parameter = index - said.count + 1
                guard parameter <= 9 else { return nil }
                script += " \"$\(parameter)\""
                continue
            }
            let head = argument.text.utf8.dropLast(move.candidate.value.utf8.count)
            guard head.allSatisfy({ $0.isWord || "=:.,/@+ ".utf8.contains($0) }) else { return nil }
            script += " \"\(String(decoding: head, as: UTF8.self))$\(move.variable)\""
            said.insert(index)
        }
        front = ["sh", "-c", script, program.commandText]
        self.said = said
    }
}
