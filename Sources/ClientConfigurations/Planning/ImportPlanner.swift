import WarderModel

extension ImportPlan {
    /// Plans the import of one or more files. Nothing is read or written.
    ///
    /// A token that lies in several files is put into the vault once, and entries that start the same server with the
    /// same values share one registration.
    ///
    /// - Throws: ``ImportRefusal/unsound`` when a rewritten file does not read back as it should.
    package init(_ files: [ConfigurationFile], settings: ImportSettings = ImportSettings()) throws(ImportRefusal) {
        var planner = ImportPlanner(settings: settings)
        for file in files { planner.reserve(file) }
        for file in files { planner.gather(file) }
        for (index, file) in files.enumerated() { try planner.add(file, index: index) }
        planner.addLeftovers()
        self = planner.plan
    }
}

/// Gathers what is to be done, file by file.
private struct ImportPlanner {
    let settings: ImportSettings
    var plan = ImportPlan()
    /// Registrations of this import, by the name that clients know the server by, with what each is given.
    private var registered: [(base: String, variables: [String: [UInt8]], name: ServerName)] = []
    private var labelOfSecret: [SecretName: String] = [:]
    private var seen: [Leftovers.Seen] = []
    private var moves: [EntryDecision.Move] = []
    /// Values that are moved for a reason of their own, and parts of them: the same ones elsewhere are copies.
    private var copies: Set<[UInt8]> = []
    private var takenServers: Set<ServerName>
    private var takenSecrets: Set<SecretName>

    init(settings: ImportSettings) {
        self.settings = settings
        takenServers = settings.takenServers
        takenSecrets = settings.takenSecrets
    }

    /// Names that an earlier import gave are not given again, even if the vault does not know them.
    mutating func reserve(_ file: ConfigurationFile) {
        for entry in ServerEntries(of: file.tree.root, format: file.format).entries {
            guard case .program(let program) = entry.kind,
                case .managed(let launch) = ManagedLaunch.read(program, warder: settings.program)
            else { continue }
            takenServers.insert(launch.server)
            takenSecrets.formUnion(launch.secrets)
        }
    }

    mutating func gather(_ file: ConfigurationFile) {
        let entries = ServerEntries(of: file.tree.root, format: file.format).entries
        let moves = entries.flatMap { EntryDecision($0, format: file.format, settings: settings).moves }
        copies.formUnion(Leftovers.needles(moves))
    }

    mutating func add(_ file: ConfigurationFile, index: Int) throws(ImportRefusal) {
        let entries = ServerEntries(of: file.tree.root, format: file.format).entries
        var changes = Changes()
        let layout = Layout(of: file.tree)
        var seen = Leftovers.Seen(tree: file.tree, entries: entries.map(\.node.range))
        let beside = BesideServers(file.tree.root, format: file.format, entries: entries)
        note(beside.secrets, beside.innocents, file: index)
        seen.left.formUnion(beside.secrets.map(\.candidate.node.index))
        for entry in entries {
            let decision = EntryDecision(entry, format: file.format, settings: settings, copies: copies)
            note(decision.left, decision.innocents, file: index)
            seen.left.formUnion(decision.left.map(\.candidate.node.index))
            guard !decision.moves.isEmpty else { continue }
            guard let server = register(entry, decision, file: index) else { throw .unsound }
            let deliveries = decision.moves.compactMap { move in
                deliver(move, to: server, file: index, exposures: file.exposures)
            }
            guard deliveries.count == decision.moves.count else { throw .unsound }
            let rewrite = EntryRewrite(
                entry,
                decision,
                server: server,
                deliveries: deliveries,
                launcher: settings.program,
                layout: layout
            )
            changes.edits.add(rewrite.edits)
            changes.places.append(entry.place)
            if !changes.servers.contains(server) { changes.servers.append(server) }
            for (move, delivery) in zip(decision.moves, deliveries) {
                guard let range = MovedRange(move, secret: delivery.secret, field: delivery.field) else {
                    throw .unsound
                }
                changes.moved.append(range)
            }
            seen.moved.formUnion(decision.moves.map(\.candidate.node.index))
            seen.names += decision.moves.map { ($0.candidate.node.index, $0.variable) }
            moves += decision.moves
        }
        self.seen.append(seen)
        plan.files.append(try rewritten(file, changes))
    }

    /// Once all files are known: what leaves one of them may lie in another as well.
    mutating func addLeftovers() {
        let needles = Leftovers.needles(moves)
        for (index, seen) in seen.enumerated() {
            let leftovers = Leftovers(seen, file: index, needles: needles)
            plan.left += leftovers.left
            plan.leftUnlisted += leftovers.unlisted
        }
    }

    /// What is to be done to one file.
    private struct Changes {
        var edits = Edits()
        var servers: [ServerName] = []
        var moved: [MovedRange] = []
        /// Of the entries that change.
        var places: [Place] = []
    }

    private func rewritten(_ file: ConfigurationFile, _ changes: Changes) throws(ImportRefusal) -> PlannedFile {
        let source = file.tree.source
        guard !changes.edits.isEmpty else { return PlannedFile(file, rewritten: nil) }
        guard let rewritten = changes.edits.applied(to: source),
            let (pieces, moved) = changes.edits.original(of: source, moved: changes.moved)
        else { throw .unsound }
        // What comes out must be a configuration again, and the way back must lead to what was there: a fault of ours
        // must not reach the disk.
        let again: ConfigurationFile
        do throws(ImportRefusal) {
            again = try ConfigurationFile(path: file.path, content: rewritten, format: file.format)
        } catch {
            throw .unsound
        }
        let values = moved.map { value in plan.secrets.first { $0.name == value.secret }?.bytes ?? [] }
        guard OriginalPiece.assemble(pieces, kept: rewritten, values: values) == source else { throw .unsound }
        // What may hold a secret itself is not remembered: such an entry is undone with the whole file alone.
        let sayable = changes.places.filter { place in
            place.steps.allSatisfy { step in
                guard case .member(let name) = step else { return true }
                return Leftovers.isHarmless(name, copies)
            }
        }
        let entries = sayable.compactMap { place in
            RewrittenEntry(at: place, before: file.tree, after: again.tree)
        }
        for entry in entries {
            guard let own = OriginalPiece.within(entry.range, of: pieces),
                let before = entry.place.node(in: file.tree)?.range,
                OriginalPiece.assemble(own, kept: Array(rewritten[entry.range]), values: values)
                    == Array(source[before])
            else { throw .unsound }
        }
        return PlannedFile(
            file,
            rewritten: rewritten,
            servers: changes.servers,
            moved: moved,
            pieces: pieces,
            entries: entries
        )
    }

    private mutating func note(
        _ left: [(candidate: Candidate, reason: Left.Reason)],
        _ innocents: [Candidate],
        file: Int
    ) {
        for (candidate, reason) in left {
            plan.left.append(
                Left(
                    file: file,
                    place: candidate.place,
                    position: candidate.node.position,
                    evidence: candidate.evidence,
                    reason: reason
                )
            )
        }
        for candidate in innocents {
            guard let why = candidate.innocence else { continue }
            plan.passedOver.append(
                PassedOver(file: file, place: candidate.place, position: candidate.node.position, why: why)
            )
        }
    }

    private mutating func register(_ entry: ServerEntry, _ decision: EntryDecision, file: Int) -> ServerName? {
        let place = FilePlace(file: file, place: entry.place, position: entry.node.position)
        if let launch = decision.launch {
            // Somebody wrote the entry by hand, or the vault is another one.
            if !settings.takenServers.contains(launch.server),
                !plan.servers.contains(where: { $0.name == launch.server })
            {
                plan.servers.append(PlannedServer(name: launch.server, places: [place]))
            }
            return launch.server
        }
        let variables = Dictionary(
            decision.moves.map { ($0.variable, $0.bytes) },
            uniquingKeysWith: { first, _ in first }
        )
        // A name in the vault stands in its log for good: it must not say what the key may show.
        let key = Leftovers.isHarmless(entry.key, Leftovers.needles(decision.moves)) ? entry.key : "server"
        let base = Naming.segment(key) ?? ""
        if let same = registered.first(where: { $0.base == base && $0.variables == variables }),
            let index = plan.servers.firstIndex(where: { $0.name == same.name })
        {
            plan.servers[index].places.append(place)
            return same.name
        }
        guard let name = Naming.server(for: settings.serverPrefix + key, isFree: { !takenServers.contains($0) })
        else { return nil }
        takenServers.insert(name)
        registered.append((base, variables, name))
        plan.servers.append(PlannedServer(name: name, places: [place]))
        return name
    }

    private mutating func deliver(
        _ move: EntryDecision.Move,
        to server: ServerName,
        file: Int,
        exposures: Set<ConfigurationFile.Exposure>
    ) -> EntryRewrite.Delivery? {
        let candidate = move.candidate
        let source = FilePlace(file: file, place: candidate.place, position: candidate.node.position)
        let secret: PlannedSecret
        if let index = plan.secrets.firstIndex(where: { isSame($0, move) }) {
            plan.secrets[index].sources.append(source)
            plan.secrets[index].exposures.formUnion(exposures)
            if candidate.isArgument { plan.secrets[index].isArgument = true }
            secret = plan.secrets[index]
        } else {
            let label = Leftovers.isHarmless(move.label, copies) ? move.label : "secret"
            let name = Naming.secret(for: label, of: server) { !takenSecrets.contains($0) }
            guard let name else { return nil }
            takenSecrets.insert(name)
            secret = PlannedSecret(name: name, source: source, move: move, exposures: exposures)
            plan.secrets.append(secret)
            labelOfSecret[name] = move.label
        }
        let grant = PlannedGrant(
            tool: ToolID(server: server, tool: .launch),
            secret: secret.name,
            field: secret.field
        )
        if !plan.grants.contains(grant) { plan.grants.append(grant) }
        return EntryRewrite.Delivery(variable: move.variable, secret: secret.name, field: secret.field)
    }

    /// Whether two values are one secret. Two databases whose password is `postgres` have two, and are rotated apart.
    private func isSame(_ secret: PlannedSecret, _ move: EntryDecision.Move) -> Bool {
        let bytes = move.bytes
        return secret.isValue(bytes) && (bytes.count >= 16 || labelOfSecret[secret.name] == move.label)
    }
}
