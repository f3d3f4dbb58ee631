import ArgumentParser
import WarderModel
import WarderWire

/// `warder operator show`
struct ShowOperator: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show an operator, and with --history all that they saw and did.",
        discussion: """
            For somebody who leaves: which secrets they revealed or stored, what they changed, and the commands that \
            replace what they still know. Who was removed already keeps their history. Reading the log needs the role \
            auditor; it is an event itself.

            EXAMPLE
              warder operator show grace
              warder operator show grace --history
              warder operator show grace --history --since 2026-01-01 -o json
            """
    )

    @Argument(help: "Name of the operator.", transform: NameArgument.operatorName)
    var name: OperatorName

    @Flag(help: "Go through the log for what they saw and did.")
    var history = false

    @OptionGroup var period: Period

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard history || period.isEmpty else { throw ValidationError("--since and --until are for --history") }
    }

    func run(in session: Session) throws(CommandFailure) {
        let query = try period.query(now: session.context.now())
        let vault = try session.vault()
        let list: OperatorList = try vault.ask(VaultRequest("GET", "/v1/operators")).value
        let person = list.operators.first { $0.name == name.text }
        guard history else {
            guard let person else {
                throw CommandFailure(
                    .notFound,
                    "there is no operator \(name.text)",
                    hints: [
                        "See who there is: warder operator list",
                        "What they did before they were removed: warder operator show \(name.text) --history",
                    ]
                )
            }
            let report = OperatorReport(name, person)
            return try session.output.show(report: report) { () throws(CommandFailure) in
                try session.output.print(details(person, session.moment))
            }
        }
        var past = OperatorHistory()
        try vault.exportLines(query + [("actor", "operator:\(name.text)")]) { line throws(CommandFailure) in
            past.take(try EventLine(parsing: line))
        }
        let report = OperatorReport(name, person, past, try remedies(past, in: vault))
        let pruned = try vault.prunedBefore()
        try session.output.show(report: report) { () throws(CommandFailure) in
            try session.output.print(details(person, session.moment))
            try show(past, report.commands ?? [], session)
        }
        session.tellOfPruned(pruned, askedFor: query)
    }

    private func details(_ person: OperatorSummary?, _ moment: Moment) -> Details {
        var details = Details()
        details.add("Name", name.text)
        guard let person else {
            details.add("State", "no operator, or not any more", .caution)
            return details
        }
        details.add("User", String(person.uid))
        details.add("Roles", TerminalText.escaped(person.roles.joined(separator: ", ")))
        details.add("Groups", TerminalText.escaped(person.groups.joined(separator: ", ")))
        details.add("Passphrase", person.presence ? "set" : "not set")
        details.add("Since", moment.long(person.created).map(TerminalText.escaped))
        return details
    }

    private func show(
        _ past: OperatorHistory,
        _ commands: [String],
        _ session: Session
    ) throws(CommandFailure) {
        let console = session.console
        for (table, none) in [(past.seenTable, "saw no secret"), (past.deedTable, "changed nothing")] {
            if !table.isEmpty { try session.output.printLines([""]) }
            try session.output.print(table, ifEmpty: "\(name.text) \(none)")
        }
        past.unreadable.tell(console)
        if past.refused > 0 {
            console.message(
                "refused requests: \(past.refused)",
                hints: ["See them: warder audit search --actor operator:\(name.text) --decision refused"]
            )
        }
        guard !commands.isEmpty else { return }
        // On standard output: they are what the question was for.
        try session.output.printLines(["", "To replace what they still know, with new values of whoever issued them:"])
        try session.output.printLines(commands.map { "  \($0)" })
    }

    /// The commands that replace what the person knows: secrets whose current version they saw, and what opens the
    /// vault.
    private func remedies(_ past: OperatorHistory, in vault: Vault) throws(CommandFailure) -> [String] {
        let list: SecretList = try vault.ask(VaultRequest("GET", "/v1/secrets")).value
        let known = list.secrets.filter { secret in
            !secret.deleted && past.knows(secret.name, current: secret.current.map(Int64.init), updated: secret.updated)
        }
        guard !past.slots.isEmpty else { return known.map(Self.put) }
        let keys: KeysAnswer = try vault.ask(VaultRequest("GET", "/v1/keys")).value
        let slots = keys.slots.filter { past.slots.contains($0.id) }
        return known.map(Self.put) + slots.compactMap(Self.slot)
    }

    private static func put(_ secret: SecretSummary) -> String {
        let fields = secret.fields == ["value"] ? [] : secret.fields.map { "--field \($0)" }
        return TerminalText.escaped((["warder secret put \(secret.name)"] + fields).joined(separator: " "))
    }

    static func slot(_ slot: KeySlotSummary) -> String? {
        switch slot.kind {
        case "passphrase": "warder key change-passphrase \(SlotName.short(slot))"
        // New shares for everybody: one that left is one too many.
        case "shares": "warder key add-slot --shares \(slot.shares ?? 3) --threshold \(slot.threshold ?? 2)"
        // A credential is the machine's.
        default: nil
        }
    }
}

/// An operator as programs get them.
struct OperatorReport: Encodable {
    struct Seen: Encodable {
        var secret: String
        var revealed: [Int64]
        var stored: [Int64]
        var count: Int
        var first: String?
        var last: String?
    }

    struct Deed: Encodable {
        var type: String
        var subject: String
        var count: Int
        var first: String?
        var last: String?
    }

    var name: String
    /// Whether they are registered now.
    var registered: Bool
    var uid: UInt32?
    var roles: [String]?
    var groups: [String]?
    var presence: Bool?
    var created: String?
    var seen: [Seen]?
    /// How often they got all secrets at once.
    var salvages: Occurrences?
    var changed: [Deed]?
    /// Changes beyond those that are listed.
    var others: Int?
    var refused: Int?
    /// Events that could not be read, and may have been theirs.
    var unreadable: Int?
    /// What replaces what they still know.
    var commands: [String]?

    init(_ name: OperatorName, _ person: OperatorSummary?) {
        self.name = name.text
        registered = person != nil
        uid = person?.uid
        roles = person?.roles
        groups = person?.groups
        presence = person?.presence
        created = person?.created
    }

    init(_ name: OperatorName, _ person: OperatorSummary?, _ past: OperatorHistory, _ commands: [String]) {
        self.init(name, person)
        seen = past.seen.counts.sorted { $0.key < $1.key }.map { name, seen in
            Seen(
                secret: name,
                revealed: seen.revealed.sorted(),
                stored: seen.stored.sorted(),
                count: seen.times.count,
                first: seen.times.first,
                last: seen.times.last
            )
        }
        salvages = past.salvages
        changed = past.sortedDeeds.map { deed, times in
            Deed(type: deed.type, subject: deed.subject, count: times.count, first: times.first, last: times.last)
        }
        others = past.deeds.others?.count ?? 0
        refused = past.refused
        unreadable = past.unreadable.count
        self.commands = commands
    }
}
