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
    private let layout: Layout?

    /// - Parameters:
    ///   - entry: a program or a remote server.
    ///   - decision: what of it is moved.
    ///   - server: what it is registered as.
    ///   - deliveries: one for each move.
    ///   - launcher: what clients start.
    ///   - layout: of the file, where a program laid it out.
    init(
        _ entry: ServerEntry,
        _ decision: EntryDecision,
        server: ServerName,
        deliveries: [Delivery],
        launcher: String,
        layout: Layout?
    ) {
        self.layout = layout
        let options = deliveries.flatMap(\.arguments)
        let front = ["run", "--server", server.text] + options + ["--"]
        switch entry.kind {
        case .program(let program):
            if let launch = decision.launch, let array = program.argumentsNode {
                edits.insert(options, before: launch.separator, of: array)
                rewriteArguments(decision.moves, of: program, in: array, behind: launch)
            } else {
                start(program, front, decision.moves, launcher: launcher)
            }
            rewriteVariables(decision.moves, of: program)
        case .remote:
            if let remote = decision.remote { start(remote, of: entry, front, launcher: launcher) }
        case .unclear: return
        }
    }

    private mutating func start(
        _ program: ServerEntry.Program,
        _ front: [String],
        _ moves: [EntryDecision.Move],
        launcher: String
    ) {
        let shell = Self.shell(moves, program.arguments[...])
        let words = front + (shell?.front ?? []) + [program.commandText]
        edits.replace(program.command.value.range, with: TextLiteral.encode(launcher))
        if let array = program.argumentsNode {
            if layout != nil, program.arguments.isEmpty {
                edits.replace(array.range, with: list(words, beside: program.command))
            } else {
                edits.insert(words, before: 0, of: array)
            }
            replace(program.arguments, by: shell)
        } else {
            edits.insertMember("args", value: list(words, beside: program.command), after: program.command)
        }
    }

    /// Arguments of a server that is started through Warder already.
    private mutating func rewriteArguments(
        _ moves: [EntryDecision.Move],
        of program: ServerEntry.Program,
        in array: SyntaxNode,
        behind launch: ManagedLaunch
    ) {
        guard let shell = Self.shell(moves, program.arguments[launch.firstArgument...]) else { return }
        edits.insert(shell.front, before: launch.separator + 1, of: array)
        replace(program.arguments, by: shell)
    }

    private mutating func replace(_ arguments: [ServerEntry.Argument], by shell: ShellCommand?) {
        for (index, standIn) in shell?.standIns ?? [:] {
            edits.replace(arguments[index].node.range, with: TextLiteral.encode(standIn))
        }
    }

    private static func shell(
        _ moves: [EntryDecision.Move],
        _ arguments: ArraySlice<ServerEntry.Argument>
    ) -> ShellCommand? {
        let moved = moves.filter { $0.candidate.isArgument }
        return moved.isEmpty ? nil : ShellCommand(arguments, moved)
    }

    private mutating func rewriteVariables(_ moves: [EntryDecision.Move], of program: ServerEntry.Program) {
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

    /// The arguments, laid out as the file is.
    private func list(_ words: [String], beside member: SyntaxMember) -> [UInt8] {
        guard let layout,
            let indentation = Line.indentation(of: member.key.range.lowerBound, in: member.key.tree)
        else { return Edits.array(words) }
        return layout.array(words, indentation: indentation)
    }

    /// The address becomes a command, and the headers become arguments of it.
    private mutating func start(
        _ remote: RemoteLaunch,
        of entry: ServerEntry,
        _ front: [String],
        launcher: String
    ) {
        let words = front + [launcher] + remote.arguments
        edits.replace(remote.url.key.range, with: TextLiteral.encode("command"))
        edits.replace(remote.url.value.range, with: TextLiteral.encode(launcher))
        edits.insertMember("args", value: list(words, beside: remote.url), after: remote.url)
        if let type = remote.type { edits.replace(type.range, with: TextLiteral.encode("stdio")) }
        if let index = remote.headersIndex { edits.removeMembers([index], of: entry.node) }
    }
}
