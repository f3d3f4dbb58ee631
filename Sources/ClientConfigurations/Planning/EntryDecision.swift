/// Which secrets of an entry are moved, and why the others are not.
struct EntryDecision {
    /// A secret that the server gets by a variable from now on.
    struct Move {
        let variable: String
        let candidate: Candidate
        /// What the secret is called by, which is another name where the variable is one of ours.
        let label: String
        /// Which bytes of the candidate's value go to the vault: all of them, but for headers and addresses.
        let part: Range<Int>

        init(variable: String, candidate: Candidate, label: String, part: Range<Int>? = nil) {
            self.variable = variable
            self.candidate = candidate
            self.label = label
            self.part = part ?? 0..<candidate.value.utf8.count
        }

        var bytes: [UInt8] { Array(Array(candidate.value.utf8)[part]) }

        /// Which parts of those bytes are secret, and why.
        var spans: [(range: Range<Int>, evidence: Evidence)] {
            candidate.spans.filter { part.contains($0.range.lowerBound) && $0.range.upperBound <= part.upperBound }.map
            {
                ($0.range.lowerBound - part.lowerBound..<$0.range.upperBound - part.lowerBound, $0.evidence)
            }
        }
    }

    private(set) var moves: [Move] = []
    private(set) var left: [(candidate: Candidate, reason: Left.Reason)] = []
    /// Values that are none, though they are called so.
    let innocents: [Candidate]
    let launch: ManagedLaunch?
    /// How a remote server is started from now on; `nil` for any other, and where nothing is moved.
    private(set) var remote: RemoteLaunch?

    /// `copies`: values that are moved from other places.
    init(_ entry: ServerEntry, format: ClientFormat, settings: ImportSettings, copies: Set<[UInt8]> = []) {
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
        case .remote: break
        case .unclear(let why): blocked = .unclear(why.sentence)
        }
        self.launch = launch
        let candidates = EntryReader(entry, launch: launch, copies: copies).candidates
        innocents = candidates.filter { !$0.isSecret }
        let secrets = candidates.filter(\.isSecret)
        if case .remote(let remote) = entry.kind {
            decide(secrets, of: remote, in: entry, format: format, settings: settings)
            return
        }
        for candidate in secrets {
            if let reason = Self.reason(toLeave: candidate, of: entry, blocked: blocked, settings: settings) {
                left.append((candidate, reason))
            } else {
                take(candidate, of: entry)
            }
        }
    }

    private mutating func take(_ candidate: Candidate, of entry: ServerEntry) {
        if case .argument(let index) = candidate.carrier, case .program(let program) = entry.kind {
            let taken = (launch?.variables ?? []).union(program.variables.map(\.name)).union(moves.map(\.variable))
            let variable = Naming.variable("MCP_ARGUMENT_\(index + 1)") { !taken.contains($0) }
            moves.append(Move(variable: variable, candidate: candidate, label: candidate.label))
            return
        }
        guard let name = candidate.name else { return }
        // Two values for one variable: which of them the server gets now, only the programs between know.
        guard !moves.contains(where: { $0.variable == name }), launch?.variables.contains(name) != true else {
            left.append((candidate, .variableTwice))
            return
        }
        moves.append(Move(variable: name, candidate: candidate, label: name))
    }

    /// A remote entry goes as a whole or not at all: what stays of it would come into the list of processes.
    private mutating func decide(
        _ secrets: [Candidate],
        of remote: ServerEntry.Remote,
        in entry: ServerEntry,
        format: ClientFormat,
        settings: ImportSettings
    ) {
        let isSure = { (candidate: Candidate) in
            !candidate.isDoubtful || settings.takes(candidate.place)
        }
        let chosen = secrets.filter { settings.leaves($0.place) }
        guard secrets.contains(where: isSure), chosen.isEmpty else {
            left = secrets.map { secret in
                (
                    secret,
                    settings.leaves(secret.place) ? .byChoice : isSure(secret) ? .remote(.beside, format) : .doubtful
                )
            }
            return
        }
        do throws(RemoteObstacle) {
            let launch = try RemoteLaunch(remote, in: entry, secrets: secrets)
            moves = launch.moves
            self.remote = launch
        } catch {
            left = secrets.map { ($0, isSure($0) ? .remote(error, format) : .doubtful) }
        }
    }

    private static func reason(
        toLeave candidate: Candidate,
        of entry: ServerEntry,
        blocked: Left.Reason?,
        settings: ImportSettings
    ) -> Left.Reason? {
        if settings.leaves(candidate.place) { return .byChoice }
        if candidate.isDoubtful, !settings.takes(candidate.place) { return .doubtful }
        if let blocked { return blocked }
        if Placeholders.containsReference(Array(candidate.value.utf8)[...]) { return .mixed }
        switch candidate.carrier {
        case .argument(let index):
            if settings.keepsArguments { return .argumentByChoice }
            // The whole text would go, and nobody could read any more what the server does.
            let isToken = candidate.evidence?.certainty == .certain
            if candidate.isShellText, !isToken, !settings.takes(candidate.place) { return .shellText }
            guard case .program(let program) = entry.kind else { return .otherMember }
            let argument = program.arguments[index].text
            return ShellCommand.canSay(before: candidate.value, in: argument) ? nil : .argument
        case .header, .address, .other: return .otherMember
        case .variable, .containerVariable: break
        }
        guard let name = candidate.name, Naming.isVariable(name) else { return .variableName }
        return nil
    }
}
