import OpenAPIDocuments
import StrictJSON
import ToolDefinitions
import ToolRisk
import WarderModel
import WarderWire

/// What an import would do to each tool, by what the vault says of it. The vault decides for itself; this is what a
/// person says yes to.
struct ToolPlan {
    enum Change: String {
        case added, defined, changed, waiting, returned, gone, unchanged
        /// Nobody asked the vault.
        case classified = ""
    }

    struct Line {
        let name: ToolName
        let change: Change
        let digest: String?
        let verdict: ToolVerdict?
        /// What the vault has.
        let known: ToolSummary?
    }

    /// Lines that a person reads.
    private static let shownGaps = 20

    /// By name.
    let lines: [Line]
    /// What could not be read.
    let gaps: [ToolSource.Gap]

    /// Verdicts alone.
    init(classifying tools: ToolSource.Tools) {
        gaps = tools.gaps
        lines = tools.definitions.map {
            Line(
                name: $0.name,
                change: .classified,
                digest: $0.digest,
                verdict: ToolClassifier.classify($0),
                known: nil
            )
        }.sorted { $0.name.text < $1.name.text }
    }

    /// Against the tools that the vault has of the server.
    init(_ tools: ToolSource.Tools, of server: ServerName, known: [ToolSummary]) {
        let definitions = tools.definitions
        gaps = tools.gaps
        let prefix = server.text + "/"
        let own = known.filter { $0.name.hasPrefix(prefix) }
        let byName = Dictionary(own.map { (String($0.name.dropFirst(prefix.count)), $0) }) { first, _ in first }
        let names = Set(definitions.map(\.name.text))
        var lines = definitions.map { definition in
            let digest = definition.digest
            let known = byName[definition.name.text]
            let change = Self.change(digest, known)
            let verdict = change == .unchanged ? nil : ToolClassifier.classify(definition)
            return Line(name: definition.name, change: change, digest: digest, verdict: verdict, known: known)
        }
        for (name, summary) in byName
        where !names.contains(name) && summary.definitionDigest != nil && summary.goneSince == nil {
            guard let name = try? ToolName(name), name != .launch else { continue }
            lines.append(Line(name: name, change: .gone, digest: nil, verdict: nil, known: summary))
        }
        self.lines = lines.sorted { $0.name.text < $1.name.text }
    }

    private static func change(_ digest: String, _ known: ToolSummary?) -> Change {
        guard let known else { return .added }
        guard let accepted = known.definitionDigest else { return .defined }
        guard digest == accepted else { return known.offeredDigest == digest ? .waiting : .changed }
        if known.offeredDigest != nil || known.goneSince != nil { return .returned }
        // Without its words the vault has the digest alone.
        return known.proposal == nil ? .defined : .unchanged
    }

    /// Whether the vault would write anything.
    var changesAnything: Bool { lines.contains { $0.change != .unchanged && $0.change != .waiting } }

    func count(_ change: Change) -> Int { lines.count { $0.change == change } }

    /// Names of several tools that only the case of letters tells apart.
    var lookalikes: [[String]] {
        Dictionary(grouping: lines.map(\.name.text)) { $0.lowercased() }.values.filter { $0.count > 1 }
            .map { $0.sorted() }.sorted { $0[0] < $1[0] }
    }

    // MARK: For people

    /// The lines that say something, as a table; everything in JSON.
    func show(_ session: Session) throws(CommandFailure) {
        guard session.output.format == .table else { return try session.output.show(json) }
        let isPlan = lines.contains { $0.change != .classified }
        var columns: [Table.Column] = [.init("TOOL", canShrink: false)]
        if isPlan { columns.append(.init("CHANGE", canShrink: false)) }
        columns += [.init("RISK", canShrink: false), .init("CATEGORY", canShrink: false), .init("WHY", wraps: true)]
        var table = Table(columns)
        for line in lines where line.change != .unchanged {
            var cells: [Table.Cell] = [.init(line.name.text)]
            if isPlan { cells.append(.init(line.change.rawValue, line.change.style)) }
            let risk = line.verdict?.risk.rawValue ?? line.known?.risk ?? ""
            cells += [
                .init(risk, Style(risk: risk)), .init(line.verdict?.category.rawValue ?? line.known?.category),
                .init(line.verdict.map { $0.reasons.map(\.description).joined(separator: " ") }),
            ]
            table.add(cells)
        }
        try session.output.print(table, ifEmpty: lines.isEmpty ? "there is no tool in it" : "nothing changed")
        for names in lookalikes {
            session.console.message("only the case of letters tells these apart: \(names.joined(separator: ", "))")
        }
        if !gaps.isEmpty {
            session.console.message(
                "reference-missing: parts of these tools are not there, and none of them counts as read-only",
                hints: gaps.prefix(Self.shownGaps).map(\.line)
                    + (gaps.count > Self.shownGaps ? ["and \(gaps.count - Self.shownGaps) more: -o json"] : [])
            )
        }
    }

    private var json: [UInt8] {
        var json = JSONBuffer()
        json.beginObject()
        json.key("tools")
        json.beginArray()
        for line in lines {
            json.beginObject()
            json.field("name", line.name.text)
            if line.change != .classified { json.field("change", line.change.rawValue) }
            if let digest = line.digest { json.field("digest", digest) }
            if let verdict = line.verdict {
                json.field("risk", verdict.risk.rawValue)
                json.field("category", verdict.category.rawValue)
                json.field("reasons", verdict.reasons.map(\.description))
            }
            json.endObject()
        }
        json.endArray()
        if !gaps.isEmpty {
            json.key("reference_missing")
            json.beginArray()
            for gap in gaps {
                json.beginObject()
                json.field("tool", gap.tool.text)
                if let place = gap.error.place {
                    json.field("line", place.line)
                    json.field("column", place.column)
                }
                json.endObject()
            }
            json.endArray()
        }
        json.endObject()
        return json.bytes
    }
}

extension ToolPlan.Change {
    fileprivate var style: Style? {
        switch self {
        case .changed, .waiting: .bad
        case .gone: .caution
        default: nil
        }
    }
}
