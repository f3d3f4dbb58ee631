import WarderModel

/// The changes of one entry, after which its server is started through Warder.
struct EntryRewrite {
    /// A variable, and where its value lies now.
    struct Delivery {
        let variable: String
        let secret: SecretName
        let field: FieldName

        var arguments: [String] { ["--env", "\(variable)=\(secret.text)#\(field.text)"] }
    }

    private(set) var edits = Edits()

    init(
        _ program: ServerEntry.Program,
        launch: ManagedLaunch?,
        server: ServerName,
        moves: [EntryDecision.Move],
        deliveries: [Delivery],
        launcher: String
    ) {
        let options = deliveries.flatMap(\.arguments)
        if let launch, let array = program.argumentsNode {
            edits.insert(options, before: launch.separator, of: array)
        } else {
            let arguments = moves.filter { $0.candidate.isArgument }
            let shell = arguments.isEmpty ? nil : ShellCommand(program, arguments)
            let command = shell?.front ?? [program.commandText]
            let front = ["run", "--server", server.text] + options + ["--"] + command
            edits.replace(program.command.value.range, with: TextLiteral.encode(launcher))
            if let array = program.argumentsNode {
                edits.put(front, before: array, without: shell?.said ?? [])
            } else {
                edits.insertMember("args", value: Edits.array(front), after: program.command)
            }
        }
        var removed: Set<Int> = []
        for move in moves {
            switch move.candidate.carrier {
            case .variable(let index): removed.insert(index)
            case .containerVariable(let argument, let head):
                // `NAME=value` becomes `NAME`: the client of the container hands on its own variable.
                let text = Array(program.arguments[argument].text.utf8)
                edits.replace(program.arguments[argument].node.range, with: TextLiteral.encode(text[..<(head - 1)]))
            case .argument, .header, .address, .other: continue
            }
        }
        if let environment = program.environmentNode, !removed.isEmpty {
            edits.removeMembers(removed, of: environment)
        }
    }
}
