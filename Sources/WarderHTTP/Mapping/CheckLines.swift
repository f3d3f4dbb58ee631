import SecretMemory
import Sealing
import StrictJSON
package import WarderCore
import WarderModel

/// Deep checks and salvage as they are sent: one JSON object a line, each with one member that says what it is.
package enum CheckLines {
    /// Longest piece that is sent at once, in bytes.
    private static let longest = 65_536

    package static func progress(_ progress: DeepCheck.Progress) -> [UInt8] {
        JSONBuffer.line("progress") { json in
            json.field("checked", progress.checked)
            json.field("total", progress.total)
        }
    }

    /// Findings, worst first, and the report that sums them up.
    package static func report(_ report: DeepCheckReport) -> [[UInt8]] {
        report.findings.map(finding) + [summary(of: report)]
    }

    /// Why there is no report, or no more of what was saved.
    package static func failure(_ stop: DeepCheck.Stop) -> [UInt8] {
        let (reason, message) = words(of: stop)
        return JSONBuffer.line("failed") { json in
            json.field("reason", reason)
            json.field("message", message)
        }
    }

    static func words(of stop: DeepCheck.Stop) -> (reason: String, message: String) {
        switch stop {
        case .cancelled: ("sealed", "The vault was sealed meanwhile.")
        case .overdue: ("took_too_long", "The look took too long.")
        case .exhausted: ("memory_not_locked", "There is no locked memory left for what has to be opened.")
        case .keysChanged: ("keys_changed", "The keys were changed meanwhile; begin again.")
        case .pruned: ("log_pruned", "The log was pruned meanwhile; begin again.")
        case .store(let error): (Refusal(error).rawValue, "The database cannot be read now.")
        }
    }

    private static func finding(_ damage: Damage) -> [UInt8] {
        let words = damage.words
        return JSONBuffer.line("finding") { json in
            json.field("kind", damage.kind.rawValue)
            json.field("place", damage.place)
            json.field("happened", words.happened)
            json.field("lost", words.lost)
            json.field("good", words.good)
            json.field("remedy", words.remedy)
        }
    }

    private static func summary(of report: DeepCheckReport) -> [UInt8] {
        JSONBuffer.line("report") { json in
            json.field("verdict", report.verdict.rawValue)
            json.key("counts")
            json.beginArray()
            for (kind, count) in report.counts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                json.beginObject()
                json.field("kind", kind.rawValue)
                json.field("count", count)
                json.endObject()
            }
            json.endArray()
            json.key("good")
            json.beginObject()
            json.field("records", report.good.records.values.reduce(0, +))
            json.field("values", report.good.values)
            json.field("destroyed", report.good.destroyed)
            json.field("events", report.good.events)
            json.field("pruned", report.good.pruned)
            json.field("inbox", report.good.inbox)
            json.field("slots", report.good.slots)
            json.endObject()
            json.field("last_event", report.lastSequence)
            json.field("blind_spots", DeepCheckReport.blindSpots)
        }
    }

    // MARK: Salvage

    /// One version with its values, in pieces that end anywhere.
    package static func version(_ piece: Salvage.Piece) -> [[UInt8]] {
        // A byte takes six at most, as `\u0000`; an array that grew would leave copies behind.
        let room = piece.fields.values.values.reduce(0) { $0 + $1.count * 6 + 256 }
        var json = JSONBuffer(capacity: room + 4096 + piece.secret.labels.count * 1024)
        json.beginObject()
        json.key("version")
        json.beginObject()
        json.field("name", piece.secret.name.text)
        json.field("number", piece.version.number)
        json.field("state", piece.version.state.rawValue)
        json.field("created", piece.version.created.description)
        if let owner = piece.secret.owner { json.field("owner", owner.text) }
        if let expires = piece.secret.expires { json.field("expires", expires.description) }
        if piece.secret.deleted != nil { json.field("deleted", true) }
        json.key("labels")
        json.beginObject()
        for (label, text) in piece.secret.labels.sorted(by: { $0.key < $1.key }) {
            json.key(text: label)
            json.string(text.text)
        }
        json.endObject()
        let fields = piece.fields.values.sorted { $0.key < $1.key }
        let texts = fields.filter { unsafe $0.value.withUnsafeBytes { unsafe JSONBuffer.isPlainText($0) } }
        json.key("fields")
        write(texts, to: &json)
        json.key("fields_base64")
        let names = Set(texts.map(\.key))
        write(
            fields.filter { !names.contains($0.key) }.compactMap { field in
                (try? field.value.base64()).map { (key: field.key, value: $0) }
            },
            to: &json
        )
        json.endObject()
        json.endObject()
        json.newLine()
        return pieces(of: &json)
    }

    package static func outcome(_ outcome: Salvage.Outcome) -> [UInt8] {
        JSONBuffer.line("outcome") { json in
            json.field("saved", outcome.saved)
            json.field("lost", outcome.lost)
            json.field("unreadable_records", outcome.unreadableRecords)
        }
    }

    private static func write(_ fields: [(key: FieldName, value: SecretBytes)], to json: inout JSONBuffer) {
        json.beginObject()
        for field in fields {
            json.key(text: field.key.text)
            // Checked before, or base64.
            unsafe field.value.withUnsafeBytes { bytes in try? unsafe json.string(utf8: bytes) }
        }
        json.endObject()
    }

    private static func pieces(of json: inout JSONBuffer) -> [[UInt8]] {
        defer { json.wipe() }
        return stride(from: 0, to: json.bytes.count, by: longest).map { start in
            Array(json.bytes[start..<min(start + longest, json.bytes.count)])
        }
    }
}
