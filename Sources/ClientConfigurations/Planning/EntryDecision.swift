/// Which secrets of an entry are moved, and why the others are not.
struct EntryDecision {
    /// A secret that the server gets by a variable from now on.
    struct Move {
        let variable: String
        let candidate: Candidate
        /// What the secret is called by, which is another name where the variable is one of ours.
        let label: String
    }

    private(set) var moves: [Move] = []
    private(set) var left: [(candidate: Candidate, reason: Left.Reason)] = []
    let launch: ManagedLaunch?

    init(_ entry: ServerEntry, format: ClientFormat, settings: ImportSettings) {
        var blocked: Left.Reason?
        var launch: ManagedLaunch?
        switch entry.kind {
        case .program(let program):
            switch ManagedLaunch.read(program, warder: settings.program) {
            case .managed(let managed): launch = managed
            case .unclear: blocked = .unclearLaunch
            case .foreign:
                if program.commandText.utf8.contains(where: { $0.isSpace }) { blocked = .commandLine }
            }
        case .remote: blocked = .remote(format)
        case .unclear(let why): blocked = .unclear(why.sentence)
        }
        self.launch = launch
        let candidates = EntryReader(entry, launch: launch).candidates
        innocents = candidates.filter { !$0.isSecret }
        moveArguments(candidates, of: entry, blocked: blocked, settings: settings)
        for candidate in candidates where candidate.isSecret && !isMoved(candidate) {
            if let reason = Self.reason(toLeave: candidate, blocked: blocked, settings: settings) {
                left.append((candidate, reason))
            } else {
                take(candidate)
            }
        }
    }

    /// Values that are none, though they are called so.
    let innocents: [Candidate]

    private mutating func take(_ candidate: Candidate) {
        guard let name = candidate.name else { return }
        // Two values for one variable: which of them the server gets now, only the programs between know.
        guard !moves.contains(where: { $0.variable == name }), launch?.variables.contains(name) != true else {
            left.append((candidate, .variableTwice))
            return
        }
        moves.append(Move(variable: name, candidate: candidate, label: name))
    }

    private func isMoved(_ candidate: Candidate) -> Bool {
        moves.contains { $0.candidate.node.index == candidate.node.index }
    }

    /// Arguments go all together or not at all: the shell that puts them together is one command.
    private mutating func moveArguments(
        _ candidates: [Candidate],
        of entry: ServerEntry,
        blocked: Left.Reason?,
        settings: ImportSettings
    ) {
        guard settings.movesArguments, launch == nil, blocked == nil, case .program(let program) = entry.kind else {
            return
        }
        let moved = candidates.compactMap { candidate -> Move? in
            guard case .argument(let index) = candidate.carrier, candidate.isSecret,
                Self.reason(toLeave: candidate, blocked: nil, settings: settings) == .argument,
                !Placeholders.containsReference(Array(program.arguments[index].text.utf8)[...])
            else { return nil }
            return Move(variable: "MCP_ARGUMENT_\(index + 1)", candidate: candidate, label: candidate.label)
        }
        if !moved.isEmpty, ShellCommand(program, moved) != nil { moves += moved }
    }

    private static func reason(
        toLeave candidate: Candidate,
        blocked: Left.Reason?,
        settings: ImportSettings
    ) -> Left.Reason? {
        if settings.leaves(candidate.place) { return .byChoice }
        if candidate.evidence == .random, !settings.takes(candidate.place) { return .doubtful }
        if let blocked { return blocked }
        switch candidate.carrier {
        case .argument: return .argument
        case .header, .address, .other: return .otherMember
        case .variable, .containerVariable: break
        }
        if Placeholders.containsReference(Array(candidate.value.utf8)[...]) { return .mixed }
        guard let name = candidate.name, Naming.isVariable(name) else { return .variableName }
        return nil
    }
}
