import StrictJSON
import WarderCore
import WarderModel

/// What became of a value, as it is sent: one JSON object a line, each with one member that says what it is.
enum LeakLines {
    /// Versions, who got them, and the report that sums it up.
    static func report(_ report: LeakReport) -> [[UInt8]] {
        report.matches.map(match) + report.uses.map(use) + [summary(of: report)]
    }

    private static func match(_ match: LeakMatch) -> [UInt8] {
        JSONBuffer.line("match") { json in
            json.field("secret", match.secret)
            json.field("version", match.version)
            json.field("state", match.state)
            json.field("deleted", match.isDeleted)
            json.field("fields", match.fields)
            json.field("matched", match.matched)
            json.field("differs_by_line_break", match.differsByLineBreak)
            json.field("seq", match.sequence)
            json.field("stored", match.stored)
            json.field("stored_by", match.storedBy)
        }
    }

    private static func use(_ use: LeakUse) -> [UInt8] {
        JSONBuffer.line("use") { json in
            json.field("secret", use.kind.secret)
            json.field("version", use.kind.version)
            json.field("type", use.kind.type)
            if let server = use.kind.server { json.field("server", server) }
            if let tool = use.kind.tool { json.field("tool", tool) }
            json.field("actor", use.kind.actor)
            if let person = use.kind.onBehalfOf { json.field("on_behalf_of", person) }
            json.field("count", use.count)
            json.field("first", use.first)
            json.field("last", use.last)
        }
    }

    private static func summary(of report: LeakReport) -> [UInt8] {
        JSONBuffer.line("report") { json in
            json.field("found", !report.matches.isEmpty)
            json.field("events", report.events)
            json.field("unreadable", report.unreadable)
            if let first = report.first {
                json.field("first_event", first.sequence)
                json.field("since", first.time.description)
            }
            json.field("last_event", report.through)
            json.field("matches_cut", report.matchesAreCut)
            json.field("uses_cut", report.usesAreCut)
        }
    }
}
