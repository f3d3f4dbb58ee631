import StrictJSON
import WarderWire

/// `warder doctor --deep` and `warder rescue`: what the vault says of every row, as it comes.
struct DeepExamination {
    /// What sums a check up.
    struct Report: Decodable {
        struct Good: Decodable {
            let records: Int
            let values: Int
            let destroyed: Int
            let events: Int
            let inbox: Int
            let slots: Int
        }

        let verdict: String
        let counts: [DamageCount]
        let good: Good
        let lastEvent: UInt64
        let blindSpots: [String]

        enum CodingKeys: String, CodingKey {
            case verdict, counts, good
            case lastEvent = "last_event"
            case blindSpots = "blind_spots"
        }
    }

    private(set) var findings: [DamageFinding] = []
    private(set) var report: Report?

    /// Asks the vault, and shows how far it is.
    ///
    /// - Throws: what the vault says instead of a report; a check that breaks off is a server failure.
    init(_ session: Session) throws(CommandFailure) {
        try self.init(session.console) { take throws(CommandFailure) in
            try session.vault().stream(VaultRequest("POST", "/v1/sys/check", timeoutSeconds: 600), take)
        }
    }

    /// Of what a stream hands on, piece by piece.
    init(_ console: Console, _ stream: PieceStream) throws(CommandFailure) {
        var splitter = LineSplitter()
        var progress = CheckProgress(console)
        defer { progress.clear() }
        var failure: CheckFailure?
        try stream { piece throws(CommandFailure) in
            try splitter.take(piece) { line throws(CommandFailure) in
                let part: Part = try Vault.decode(line)
                if let step = part.progress { progress.show(step.checked, of: step.total) }
                if let finding = part.finding { findings.append(finding) }
                if let report = part.report { self.report = report }
                if let reason = part.failed { failure = reason }
            }
        }
        if let failure { throw failure.asCommandFailure }
        guard report != nil else { throw .brokenOff }
    }

    /// For programs: everything, as the vault said it.
    var document: [UInt8] {
        var json = JSONBuffer(capacity: 4096)
        json.beginObject()
        json.key("findings")
        json.beginArray()
        for finding in findings {
            json.beginObject()
            json.field("kind", finding.kind)
            json.field("place", finding.place)
            json.field("happened", finding.happened)
            json.field("lost", finding.lost)
            json.field("good", finding.good)
            json.field("remedy", finding.remedy)
            json.endObject()
        }
        json.endArray()
        if let report { write(report, to: &json) }
        json.endObject()
        return json.bytes
    }

    private func write(_ report: Report, to json: inout JSONBuffer) {
        json.field("verdict", report.verdict)
        json.key("counts")
        json.beginObject()
        for count in report.counts {
            json.key(text: count.kind)
            json.int(count.count)
        }
        json.endObject()
        json.key("good")
        json.beginObject()
        json.field("records", report.good.records)
        json.field("values", report.good.values)
        json.field("destroyed", report.good.destroyed)
        json.field("events", report.good.events)
        json.field("inbox", report.good.inbox)
        json.field("slots", report.good.slots)
        json.endObject()
        json.field("last_event", report.lastEvent)
        json.field("blind_spots", report.blindSpots)
    }

    var isSound: Bool { report?.verdict == "sound" }

    /// For people: each kind once, with its places.
    ///
    /// `saving`: the command that saves what opens.
    func show(on console: Console, saving: String = "warder doctor --save FILE") throws(CommandFailure) {
        guard let report else { return }
        let damages = DamageView(counts: report.counts, findings: findings, rest: "--output json")
        try damages.show(on: console)
        let good = report.good
        console.message(
            isSound ? "every row opens and fits together" : damages.words,
            hints: [
                "Good: records \(good.records), values \(good.values), events \(good.events), key slots \(good.slots).",
                "What no check from within can see: a whole database that was put back as it was earlier.",
                "The last event is number \(report.lastEvent): is it the one that you know of?",
            ] + (isSound ? [] : ["To save what still opens: \(saving)"])
        )
    }

    private struct Part: Decodable {
        struct Step: Decodable {
            let checked: Int
            let total: Int
        }

        let progress: Step?
        let finding: DamageFinding?
        let report: Report?
        let failed: CheckFailure?
    }
}

/// Hands on what is said, piece by piece.
typealias PieceStream = ((RawSpan) throws(CommandFailure) -> Void) throws(CommandFailure) -> Void

/// Why the vault stopped in the middle.
struct CheckFailure: Decodable {
    let reason: String
    let message: String

    var asCommandFailure: CommandFailure {
        CommandFailure(.server, "\(TerminalText.escaped(message)) (\(TerminalText.escaped(reason)))")
    }
}

extension CommandFailure {
    /// The answer ended before its last line.
    static var brokenOff: CommandFailure {
        CommandFailure(
            .server,
            "the vault's answer broke off",
            hints: ["The daemon's own log says more: journalctl -u warderd"]
        )
    }
}
