import ArgumentParser
import WarderModel

/// `warder audit who-read`
struct WhoRead: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "who-read",
        abstract: "Say who got the values of a secret.",
        discussion: """
            Servers that resolved it for a tool, operators who revealed it, rotators that were handed it, and whoever \
            saved everything that opens. For whom a server acted is what that server said. Looking is an event of the log itself.

            EXAMPLE
              warder audit who-read github/pat --since 30d
              warder audit who-read github/pat -o json | jq '.readers[].tool'
            """
    )

    @Argument(help: "Name of the secret, such as github/pat.", transform: NameArgument.secret)
    var name: SecretName

    @OptionGroup var period: Period

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let period = try period.query(now: session.context.now())
        let vault = try session.vault()
        var readings = Readings(of: name)
        // The values with which a rotator logs in leave in events of other secrets.
        let types: [Action] = [.secretSalvage, .rotationStep, .rotationTest]
        for filter in [("secret", name.text)] + types.map({ ("type", $0.rawValue) }) {
            try vault.exportLines(period + [filter]) { line throws(CommandFailure) in
                readings.take(try EventLine(parsing: line), isAboutSecret: filter.0 == "secret")
            }
        }
        let pruned = try vault.prunedBefore()
        try session.output.show(report: readings.report) { () throws(CommandFailure) in
            try session.output.print(readings.table, ifEmpty: "nobody got a value of \(name.text)")
        }
        if session.output.format == .table { readings.unreadable.tell(session.console) }
        if session.output.format == .table, readings.refused > 0 {
            session.console.message(
                "refused requests: \(readings.refused)",
                hints: ["See them: warder audit search --secret \(name.text) --decision refused"]
            )
        }
        session.tellOfPruned(pruned, askedFor: period)
    }
}

/// Who got the values of one secret, as far as events were shown to it.
struct Readings {
    /// One who read, in one way.
    struct Reader: Hashable {
        var type: String
        var server: String?
        var tool: String?
        var actor: String
        var onBehalfOf: String?
        var unit: String?
    }

    struct Count {
        var times = Occurrences()
        /// Numbers of versions, of which a secret has a few.
        var versions: Set<Int64> = []
    }

    /// As programs get it.
    struct Report: Encodable {
        struct Row: Encodable {
            var type: String
            var server: String?
            var tool: String?
            var actor: String
            var onBehalfOf: String?
            var unit: String?
            var count: Int
            var first: String?
            var last: String?
            var versions: [Int64]
        }

        var secret: String
        var readers: [Row]
        /// Readings by readers beyond those that are listed.
        var others: Int
        var refused: Int
        /// Events of the period that could not be read.
        var unreadable: Int
    }

    private let name: SecretName
    private var tally = Tally<Reader, Count>(Count())
    private(set) var refused = 0
    private(set) var unreadable = UnreadableEvents()

    init(of name: SecretName) { self.name = name }

    /// `isAboutSecret`: it was asked for by the secret's name, and not by its type.
    mutating func take(_ event: EventLine, isAboutSecret: Bool = true) {
        guard !unreadable.take(event), let action = event.action else { return }
        switch action {
        case .secretResolve, .secretReveal, .secretSalvage: break
        case .rotationStep, .rotationTest:
            if !isAboutSecret, !event.isRefused { takeHandout(event, action) }
            return
        default: return
        }
        guard !event.isRefused else {
            // A refused salvage was about everything, and names nothing.
            if action != .secretSalvage { refused += 1 }
            return
        }
        let reader = Reader(
            type: action.rawValue,
            server: event.text("server"),
            tool: event.text("tool"),
            actor: event.text("actor") ?? "",
            onBehalfOf: event.text("on_behalf_of"),
            unit: event.unit
        )
        tally.add(reader) { count in
            count.times.add(event)
            if let version = event.int("version") { count.versions.insert(version) }
        }
    }

    /// What a worker was handed: `handed/vN/field+field` of the secret that is rotated, and
    /// `handed/helper/NAME/vN/field+field` of the one that the rotator logs in with.
    private mutating func takeHandout(_ event: EventLine, _ action: Action) {
        guard let rotated = event.text("secret") else { return }
        for change in event.texts("changes") where change.hasPrefix("handed/") {
            var parts = change.split(separator: "/").dropFirst().dropLast()
            guard let last = parts.popLast(), last.hasPrefix("v"), let version = Int64(last.dropFirst()) else {
                continue
            }
            let secret = parts.first == "helper" ? parts.dropFirst().joined(separator: "/") : rotated
            guard secret == name.text else { continue }
            let reader = Reader(type: action.rawValue, actor: "rotator of \(rotated)")
            tally.add(reader) { count in
                count.times.add(event)
                count.versions.insert(version)
            }
        }
    }

    var report: Report {
        Report(
            secret: name.text,
            readers: rows.map { reader, count in
                Report.Row(
                    type: reader.type,
                    server: reader.server,
                    tool: reader.tool,
                    actor: reader.actor,
                    onBehalfOf: reader.onBehalfOf,
                    unit: reader.unit,
                    count: count.times.count,
                    first: count.times.first,
                    last: count.times.last,
                    versions: count.versions.sorted()
                )
            },
            others: tally.others?.times.count ?? 0,
            refused: refused,
            unreadable: unreadable.count
        )
    }

    var table: Table {
        var table = Table([
            .init("WHO", canShrink: false), .init("FOR"), .init("UNIT"), .init("HOW", canShrink: false),
            .init("COUNT", isNumber: true), .init("FIRST", canShrink: false), .init("LAST", canShrink: false),
            .init("VERSIONS"),
        ])
        for (reader, count) in rows {
            let who = reader.tool.map { tool in reader.server.map { "\($0)/\(tool)" } ?? tool } ?? reader.actor
            table.add([
                .init(who), .init(reader.onBehalfOf), .init(reader.unit), .init(Self.way(reader.type)),
                .init(String(count.times.count)), .init(Moment.column(count.times.first)),
                .init(Moment.column(count.times.last)),
                .init(
                    reader.type == Action.secretSalvage.rawValue
                        ? "all" : count.versions.sorted().map { "v\($0)" }.joined(separator: " ")
                ),
            ])
        }
        if let others = tally.others {
            table.add([
                .init("(others)"), .init(nil), .init(nil), .init(nil), .init(String(others.times.count)),
                .init(Moment.column(others.times.first)), .init(Moment.column(others.times.last)), .init(nil),
            ])
        }
        return table
    }

    /// Latest first: that is whom an auditor asks about.
    private var rows: [(Reader, Count)] {
        tally.counts.map { ($0.key, $0.value) }.sorted {
            ($0.1.times.last ?? "", $0.0.actor, $0.0.tool ?? "", $0.0.onBehalfOf ?? "")
                > ($1.1.times.last ?? "", $1.0.actor, $1.0.tool ?? "", $1.0.onBehalfOf ?? "")
        }
    }

    private static func way(_ type: String) -> String { type.split(separator: ".").last.map(String.init) ?? type }
}
