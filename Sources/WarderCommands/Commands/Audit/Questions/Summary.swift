import ArgumentParser
import WarderModel

/// `warder audit summary`
struct SummariseEvents: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "summary",
        abstract: "Count events by server, tool, secret, operator and type.",
        discussion: """
            What was allowed and what was refused, with the same filters as a search. Looking is an event of the log \
            itself.

            EXAMPLE
              warder audit summary --since 30d
              warder audit summary --since 2026-11-01 --server github
            """
    )

    @OptionGroup var filter: EventFilter

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let query = try filter.query(now: session.context.now())
        var summary = Summary()
        let vault = try session.vault()
        try vault.exportLines(query) { line throws(CommandFailure) in
            summary.take(try EventLine(parsing: line))
        }
        let pruned = try vault.prunedBefore()
        try session.output.show(report: summary.report) { () throws(CommandFailure) in
            try session.output.print(summary.table, ifEmpty: "no event matches")
            summary.unreadable.tell(session.console)
        }
        session.tellOfPruned(pruned, askedFor: query)
    }
}

/// Counts of the events that were shown to it.
struct Summary {
    /// What counts are about, in the order in which they are shown.
    enum Kind: String, CaseIterable {
        case server, tool, secret, actor, type, reason
    }

    struct Count {
        var allowed = 0
        var refused = 0
        var last: String?
    }

    /// As programs get it.
    struct Report: Encodable {
        struct Row: Encodable {
            /// `null` for the many that have no row of their own.
            var name: String?
            var allowed: Int
            var refused: Int
            var last: String?
        }

        var allowed: Int
        var refused: Int
        /// Events that could not be read, and may have matched.
        var unreadable: Int
        var servers: [Row]
        var tools: [Row]
        var secrets: [Row]
        var actors: [Row]
        var types: [Row]
        var reasons: [Row]
    }

    private var total = Count()
    private(set) var unreadable = UnreadableEvents()
    private var tallies = Dictionary(
        uniqueKeysWithValues: Kind.allCases.map { ($0, Tally<String, Count>(Count())) }
    )

    mutating func take(_ event: EventLine) {
        if unreadable.take(event) { return }
        func count(_ count: inout Count) {
            if event.isRefused { count.refused += 1 } else { count.allowed += 1 }
            count.last = event.text("time")
        }
        count(&total)
        let names: [(Kind, String?)] = [
            (.server, event.text("server")), (.tool, event.tool), (.secret, event.text("secret")),
            (.actor, event.text("actor")), (.type, event.text("type")), (.reason, event.text("reason")),
        ]
        for (kind, name) in names {
            if let name { tallies[kind]?.add(name, count) }
        }
    }

    var report: Report {
        func rows(_ kind: Kind) -> [Report.Row] {
            self.rows(kind).map { name, count in
                Report.Row(name: name, allowed: count.allowed, refused: count.refused, last: count.last)
            }
        }
        return Report(
            allowed: total.allowed,
            refused: total.refused,
            unreadable: unreadable.count,
            servers: rows(.server),
            tools: rows(.tool),
            secrets: rows(.secret),
            actors: rows(.actor),
            types: rows(.type),
            reasons: rows(.reason)
        )
    }

    var table: Table {
        var table = Table([
            .init("BY", canShrink: false), .init("NAME"), .init("ALLOWED", isNumber: true),
            .init("REFUSED", isNumber: true), .init("LAST", canShrink: false),
        ])
        guard total.allowed + total.refused > 0 else { return table }
        func add(_ kind: String, _ name: String, _ count: Count) {
            table.add([
                .init(kind), .init(name), .init(String(count.allowed)),
                .init(String(count.refused), count.refused > 0 ? .bad : nil), .init(Moment.column(count.last)),
            ])
        }
        add("all", "", total)
        for kind in Kind.allCases {
            for (name, count) in rows(kind) { add(kind.rawValue, name ?? "(others)", count) }
        }
        return table
    }

    /// Most frequent first.
    private func rows(_ kind: Kind) -> [(String?, Count)] {
        guard let tally = tallies[kind] else { return [] }
        let sorted = tally.counts.sorted { left, right in
            let (many, few) = (left.value.allowed + left.value.refused, right.value.allowed + right.value.refused)
            return many == few ? left.key < right.key : many > few
        }
        return sorted.map { ($0.key as String?, $0.value) } + (tally.others.map { [(nil, $0)] } ?? [])
    }
}
