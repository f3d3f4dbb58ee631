import StrictJSON
import WarderModel

/// Events as the log has them: any fields, which this command need not know.
struct EventPage {
    /// In the order of the log.
    let events: [JSONNode]
    /// Number of the last event that was looked at, matching or not.
    let scannedTo: Int64?
    /// Whether there is nothing more to look at in this direction.
    let isComplete: Bool
    /// Every event before the first one that is still there happened before this moment; `nil` where nothing was pruned.
    let prunedBefore: String?

    init(_ document: JSONDocument) throws(CommandFailure) {
        guard let list = document.root.member("events"), list.kind == .array else { throw .malformedAnswer }
        events = list.elements.map { $0 }.sorted { Self.sequence($0) < Self.sequence($1) }
        scannedTo = document.root.member("scanned_to").flatMap { try? $0.int() }
        prunedBefore = document.root.member("pruned_before").flatMap { try? $0.string() }
        isComplete = document.root.member("complete").flatMap { try? $0.bool() } ?? true
    }

    /// Number of the newest event of the page.
    var newest: Int64? { events.last.map(Self.sequence) }

    private static func sequence(_ event: JSONNode) -> Int64 {
        event.member("seq").flatMap { try? $0.int() } ?? 0
    }
}

extension Vault {
    /// The newest events that match, in the order of the log.
    ///
    /// `atPrunedEnd` is told when the search came to where the log was pruned.
    ///
    /// One answer looks at a bounded part of the log, so that several may be needed where few events match.
    func newestEvents(
        _ filter: [(name: String, value: String)],
        limit: Int,
        atPrunedEnd: (_ before: String) -> Void = { _ in }
    ) throws(CommandFailure) -> [JSONNode] {
        var found: [JSONNode] = []
        var before: Int64?
        while found.count < limit {
            var query = filter + [("limit", String(limit - found.count)), ("newest", "true")]
            if let before { query.append(("after", String(before))) }
            let page = try EventPage(askForDocument(VaultRequest("GET", "/v1/audit/events", query: query)))
            found = page.events + found
            if page.isComplete, let moment = page.prunedBefore { atPrunedEnd(moment) }
            guard !page.isComplete, let scanned = page.scannedTo, scanned < before ?? .max else { break }
            before = scanned
        }
        return found
    }
}

/// Writes events: a table for people, JSON Lines or YAML documents for programs.
struct EventPrinter {
    private let output: Output
    /// Nothing is cut here: what a line is about stands at its end, and is why somebody looks.
    private var table = Table([
        .init("TIME", canShrink: false), .init("SEQ", isNumber: true), .init("DECISION", canShrink: false),
        .init("TYPE", canShrink: false), .init("ACTOR", canShrink: false), .init("SUBJECT", canShrink: false),
    ])
    private var hasTitles = false

    init(_ output: Output) { self.output = output }

    /// Writes more events below those before; titles once.
    mutating func print(_ events: [JSONNode]) throws(CommandFailure) {
        switch output.format {
        case .json: try output.console.write(events.flatMap { IndentedJSON.line($0) })
        case .yaml:
            for event in events { try output.console.write(YAMLText.bytes(event, isOneOfMany: true)) }
        case .table:
            guard !events.isEmpty else { return }
            for event in events { table.add(Self.cells(of: event)) }
            let (width, hasColour) = (output.console.outputWidth, output.console.hasColour)
            try output.printLines(
                hasTitles
                    ? table.rowLines(width: width, hasColour: hasColour)
                    : table.lines(width: width, hasColour: hasColour)
            )
            hasTitles = true
            table.removeRows()
        }
    }

    private static func cells(of node: JSONNode) -> [Table.Cell] {
        let event = EventLine(node)
        if let missing = event.missing {
            return [
                .init(nil), .init(event.scalar("seq")), .init(missing.rawValue, .bad), .init(nil), .init(nil),
                .init("does not open: warder doctor --deep"),
            ]
        }
        let isRefused = event.isRefused
        return [
            .init(time(event)), .init(event.scalar("seq")), .init(event.text("decision"), isRefused ? .bad : nil),
            .init(event.text("type")), .init(event.text("actor")), .init(subject(event)),
        ]
    }

    private static func time(_ event: EventLine) -> String {
        event.time.map(Moment.absolute) ?? event.text("time") ?? ""
    }

    /// Why it was refused, what it was about (tool, secret and version), and which process asked.
    private static func subject(_ event: EventLine) -> String {
        var parts: [String] = []
        if let reason = event.text("reason") { parts.append("(\(reason))") }
        if let name = event.tool ?? event.text("server") { parts.append(name) }
        if let secret = event.text("secret") {
            parts.append(event.scalar("version").map { "\(secret) v\($0)" } ?? secret)
        }
        if let name = operatorName(event) { parts.append(name) }
        if let token = event.text("token") { parts.append(token) }
        if let user = event.text("on_behalf_of") { parts.append("for \(user)") }
        if let pid = EventLine.scalar(event.peer?.member("pid")) { parts.append("pid \(pid)") }
        return parts.joined(separator: "  ")
    }

    /// Whom a change of the operators was about.
    private static func operatorName(_ event: EventLine) -> String? {
        event.text("type")?.hasPrefix("operator.") == true ? event.change("name") : nil
    }
}
