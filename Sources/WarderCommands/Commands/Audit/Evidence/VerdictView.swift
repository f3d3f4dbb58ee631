import StrictJSON
import TransparencyLog

/// What came of verifying an export, for people and for programs.
struct VerdictView {
    private let verdict: LogVerdict

    init(_ verdict: LogVerdict) { self.verdict = verdict }

    func show(in session: Session) throws(CommandFailure) {
        if session.output.format != .table { return try session.output.show(document) }
        for line in lines { try session.console.print(TerminalText.escaped(line)) }
    }

    /// What is wrong first; then what is proven, and what is not.
    private var lines: [String] {
        var lines = verdict.faults.map { "wrong    \($0)" }
        let more = verdict.faultCount - UInt64(verdict.faults.count)
        if more > 0 { lines.append("wrong    and \(more) more") }
        if let proven = verdict.provenUpTo {
            lines.append("proven   up to event \(proven): nobody but who has the log's key can have written these")
        } else {
            lines.append("proven   nothing")
        }
        if verdict.claimed > 0 {
            lines.append("claimed  \(verdict.claimed) later events: the checkpoint does not speak of them")
        }
        if verdict.pruned > 0 {
            lines.append("pruned   \(verdict.pruned) events are there as hashes alone; what they said is gone")
        }
        if verdict.damaged > 0 {
            lines.append(
                "damaged  \(verdict.damaged) events could not be read by the vault: what they said is not here"
            )
        }
        if let pruned = verdict.manifest?.pruned {
            lines.append(
                "pruned   all up to event \(pruned) before the export was made: whether any was asked for, nobody knows"
            )
        }
        lines += contents
        lines += verdict.changes.map(Self.line)
        if let held = verdict.continues {
            lines.append("goes on  from the \(held) events of the checkpoint that you kept")
        } else {
            lines.append(
                "unknown  whether the log was rewritten before: that takes a checkpoint kept earlier (--since)"
            )
        }
        if let signer = verdict.signer { lines.append("signed   by \(signer.text)") }
        return lines
    }

    /// What the export has of the log, and whether that is all of it.
    private var contents: [String] {
        let leftOut = "left out \(verdict.omitted) events"
        guard let manifest = verdict.manifest else {
            return verdict.omitted == 0 ? [] : ["\(leftOut): that no other fits the filter is the vault's word alone"]
        }
        if let filter = manifest.filter {
            return [
                "filter   \(filter)",
                "\(leftOut): every event shown is in the log; that no other fits the filter is the vault's word alone",
            ]
        }
        guard verdict.isSound, manifest.count > 0 else { return [] }
        let whole = "complete from event \(manifest.first) to event \(manifest.last): none between them is left out"
        return [whole] + (verdict.omitted == 0 ? [] : ["\(leftOut) before and after these"])
    }

    private static func line(_ change: KeyChange) -> String {
        switch change.reason {
        case .rotation(let epoch):
            "new key  number \(epoch), signed by the one before, from event \(change.size + 1) on"
        case .restore:
            "restored from a backup of \(change.size) events, under the name \(change.after.name.text) since: what came "
                + "after these under the name before is not in this log"
        }
    }

    private var document: [UInt8] {
        var json = JSONBuffer(capacity: 1024)
        json.beginObject()
        json.field("sound", verdict.isSound)
        if let proven = verdict.provenUpTo { json.field("proven_up_to", proven) }
        json.field("shown", verdict.shown)
        json.field("claimed", verdict.claimed)
        json.field("pruned", verdict.pruned)
        json.field("damaged", verdict.damaged)
        json.field("omitted", verdict.omitted)
        if let manifest = verdict.manifest {
            json.key("manifest")
            json.beginObject()
            json.field("first", manifest.first)
            json.field("last", manifest.last)
            json.field("count", manifest.count)
            if let filter = manifest.filter { json.field("filter", filter) }
            if let pruned = manifest.pruned { json.field("pruned", pruned) }
            json.endObject()
        }
        json.key("changes")
        json.beginArray()
        for change in verdict.changes {
            json.beginObject()
            if case .restore = change.reason { json.field("restored_at", change.size) }
            if case .rotation = change.reason { json.field("new_key_at", change.size) }
            json.field("key", change.after.text)
            json.endObject()
        }
        json.endArray()
        if let held = verdict.continues { json.field("continues", held) }
        if let signer = verdict.signer { json.field("signer", signer.text) }
        json.field("fault_count", verdict.faultCount)
        json.field("faults", verdict.faults.map(\.description))
        json.endObject()
        return json.bytes
    }
}
