import SecretMemory
import StrictJSON

/// What the vault says of a value that turned up somewhere, as it comes.
struct LeakFindings {
    /// A version that held it.
    struct Match: Decodable {
        let secret: String
        let version: UInt32
        let state: String
        let deleted: Bool
        let fields: [String]
        let matched: [String]
        let differsByLineBreak: Bool
        let stored: String
        let storedBy: String

        /// Whether tools are served with it now.
        var isServed: Bool { state == "current" && !deleted }

        enum CodingKeys: String, CodingKey {
            case secret, version, state, deleted, fields, matched, stored
            case differsByLineBreak = "differs_by_line_break"
            case storedBy = "stored_by"
        }
    }

    /// Who got such a version.
    struct Use: Decodable {
        let secret: String
        let version: UInt32
        let type: String
        let server: String?
        let tool: String?
        let actor: String
        let onBehalfOf: String?
        let count: UInt64
        let first: String
        let last: String

        enum CodingKeys: String, CodingKey {
            case secret, version, type, server, tool, actor, count, first, last
            case onBehalfOf = "on_behalf_of"
        }
    }

    /// What sums it up.
    struct Report: Decodable {
        let found: Bool
        let events: UInt64
        let unreadable: UInt64
        let firstEvent: UInt64?
        let since: String?
        let matchesCut: Bool
        let usesCut: Bool

        enum CodingKeys: String, CodingKey {
            case found, events, unreadable, since
            case firstEvent = "first_event"
            case matchesCut = "matches_cut"
            case usesCut = "uses_cut"
        }
    }

    let matches: [Match]
    let uses: [Use]
    let report: Report
    /// The same as the vault said it, for programs.
    private let raw: Raw

    private struct Raw {
        var matches: [[UInt8]] = []
        var uses: [[UInt8]] = []
        var report: [UInt8] = []
    }

    /// Asks the vault, and shows how far it is.
    ///
    /// - Throws: what the vault says instead of a report.
    init(of value: SecretBytes, _ session: Session) throws(CommandFailure) {
        var splitter = LineSplitter()
        var progress = CheckProgress(session.console, of: "events")
        defer { progress.clear() }
        var failure: CheckFailure?
        var (matches, uses, report, raw) = ([Match](), [Use](), Report?.none, Raw())
        let request = VaultRequest("POST", "/v1/audit/find-leak", body: try Self.body(value), timeoutSeconds: 600)
        try session.vault().stream(request) { piece throws(CommandFailure) in
            try splitter.take(piece) { line throws(CommandFailure) in
                let part: Part = try Vault.decode(line)
                if let step = part.progress { progress.show(step.checked, of: step.total) }
                if let match = part.match {
                    matches.append(match)
                    raw.matches.append(try Self.content(line))
                }
                if let use = part.use {
                    uses.append(use)
                    raw.uses.append(try Self.content(line))
                }
                if let found = part.report {
                    report = found
                    raw.report = try Self.content(line)
                }
                if let reason = part.failed { failure = reason }
            }
        }
        if let failure { throw failure.asCommandFailure }
        guard let report else { throw .brokenOff }
        self.report = report
        (self.matches, self.uses, self.raw) = (matches, uses, raw)
    }

    /// For programs: everything, as the vault said it.
    var document: [UInt8] {
        var json = JSONBuffer(capacity: 4096)
        json.beginObject()
        for (name, parts) in [("matches", raw.matches), ("uses", raw.uses)] {
            json.key(text: name)
            json.beginArray()
            for part in parts { json.raw(part) }
            json.endArray()
        }
        json.key("report")
        json.raw(raw.report)
        json.endObject()
        return json.bytes
    }

    /// What a line holds besides the word that says what it is.
    private static func content(_ line: [UInt8]) throws(CommandFailure) -> [UInt8] {
        guard let member = try Vault.document(line).root.members.first(where: { _ in true }) else {
            throw .malformedAnswer
        }
        return member.value.rawBytes
    }

    private static func body(_ value: SecretBytes) throws(CommandFailure) -> RequestBody {
        var buffer = JSONBuffer(capacity: SecretJSON.capacity(for: value) + 64)
        buffer.beginObject()
        try SecretJSON.append(value, key: "value", to: &buffer)
        buffer.endObject()
        return RequestBody(buffer)
    }

    private struct Part: Decodable {
        struct Step: Decodable {
            let checked: Int
            let total: Int
        }

        let progress: Step?
        let match: Match?
        let use: Use?
        let report: Report?
        let failed: CheckFailure?
    }
}
