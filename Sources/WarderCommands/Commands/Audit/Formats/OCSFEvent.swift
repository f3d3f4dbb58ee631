import StrictJSON
import WarderModel

/// An event in the Open Cybersecurity Schema Framework, docs/formats/export.md.
///
/// What the framework has no place for stands under `unmapped` as the log has it, so that nothing is lost.
struct OCSFEvent: EventConverter {
    /// The release of the framework whose classes these are.
    static let version = "1.8.0"

    var header: [UInt8] { [] }

    /// Time of the event before, in milliseconds since 1970: what stands for an event has none of its own, and every
    /// event of the framework needs one.
    private var lastTime: Int64 = 0

    mutating func convert(_ event: EventLine) -> [UInt8] {
        let action = event.action
        let activity = action.map(OCSFActivity.init) ?? .unknown
        lastTime = event.time?.milliseconds ?? lastTime
        var writer = OCSFWriter(event, activity, time: lastTime)
        writer.json.beginObject()
        writer.writeActor()
        writer.writeOutcome(of: action)
        writer.json.field("activity_id", activity.id)
        writer.json.field("activity_name", activity.name)
        switch activity.type {
        case .apiActivity: writer.writeAPI()
        case .applicationLifecycle: writer.writeApplication()
        case .authentication: writer.writeAuthentication()
        case .authorizeSession: writer.writeSession()
        case .entityManagement: writer.writeEntity(activity.entity ?? .secret)
        }
        writer.json.field("category_name", activity.type.categoryName)
        writer.json.field("category_uid", activity.type.category)
        writer.json.field("class_name", activity.type.name)
        writer.json.field("class_uid", activity.type.rawValue)
        writer.writeMetadata()
        writer.writeTime()
        writer.json.field("type_name", activity.typeName)
        writer.json.field("type_uid", activity.typeID)
        writer.writeUnmapped()
        writer.json.endObject()
        writer.json.endLine()
        return VisibleJSON.written(writer.json.bytes)
    }
}

/// Writes the parts of one event, and keeps in mind which of its members found a place.
struct OCSFWriter {
    let event: EventLine
    let activity: OCSFActivity
    /// In milliseconds since 1970.
    let time: Int64
    var json = JSONBuffer(capacity: 2048)
    /// Members of the event, `peer.uid` for one inside of another, that need not stand under `unmapped`.
    private var mapped: Set<String> = []

    init(_ event: EventLine, _ activity: OCSFActivity, time: Int64) {
        self.event = event
        self.activity = activity
        self.time = time
    }

    /// The text of a member that finds its place now.
    mutating func take(_ name: String) -> String? {
        guard let text = event.scalar(name) else { return nil }
        mapped.insert(name)
        return text
    }

    /// The same of a member of `peer`.
    mutating func takePeer(_ name: String) -> String? {
        guard let text = EventLine.scalar(event.peer?.member(name)) else { return nil }
        mapped.insert("peer.\(name)")
        return text
    }

    // MARK: Parts of every class

    mutating func writeOutcome(of action: Action?) {
        mapped.insert("decision")
        let outcome = OCSFOutcome(event, action)
        json.field("action", outcome.action.name)
        json.field("action_id", outcome.action.id)
        json.field("disposition", outcome.disposition.name)
        json.field("disposition_id", outcome.disposition.id)
        json.field("severity", outcome.severity.name)
        json.field("severity_id", outcome.severity.id)
        json.field("status", outcome.status.name)
        json.field("status_id", outcome.status.id)
        if let reason = take("reason") { json.field("status_code", reason) }
    }

    mutating func writeMetadata() {
        json.key("metadata")
        json.beginObject()
        if let trace = take("trace_id") { json.field("correlation_uid", trace) }
        if let type = take("type") ?? event.missing?.rawValue { json.field("event_code", type) }
        json.field("log_name", "warder")
        if let time = take("time") { json.field("original_time", time) }
        json.key("product")
        json.beginObject()
        json.field("name", "Warder")
        json.field("vendor_name", "Warder")
        json.endObject()
        json.key("profiles")
        json.beginArray()
        json.string("security_control")
        json.string("host")
        if hasTrace { json.string("trace") }
        json.endArray()
        mapped.insert("seq")
        json.field("sequence", event.number)
        if let id = take("id") { json.field("uid", id) }
        json.field("version", OCSFEvent.version)
        json.endObject()
    }

    /// The profile `trace` belongs to one class; everywhere, the trace is what correlates.
    var hasTrace: Bool { activity.type == .apiActivity && event.text("trace_id") != nil }

    mutating func writeTime() {
        json.field("time", time)
        // Whole milliseconds; the microseconds stay under `unmapped`.
        if let duration = event.int("duration_us") { json.field("duration", duration / 1000) }
    }

    mutating func writeUnmapped() {
        json.key("unmapped")
        json.beginObject()
        for (key, value) in event.root.members {
            guard let name = EventLine.text(key), !mapped.contains(name) else { continue }
            guard name == "peer", value.kind == .object else {
                write(name, value)
                continue
            }
            let rest = value.members.filter { !mapped.contains("peer.\(EventLine.text($0.key) ?? "")") }
            guard !rest.isEmpty else { continue }
            json.key("peer")
            json.beginObject()
            for (key, value) in rest { write(EventLine.text(key) ?? "", value) }
            json.endObject()
        }
        json.endObject()
    }

    /// Written anew, so that no character that could drive a terminal is passed on.
    private mutating func write(_ name: String, _ value: JSONNode) {
        json.key(text: name)
        json.value(value)
    }
}
