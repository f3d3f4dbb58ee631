import StrictJSON
import WarderModel

/// The canonical bytes of an event: one JSON object, keys in byte order, absent fields left out. docs/formats/event.md.
///
/// The bytes are written once, hashed into the log's leaf, sealed, and never encoded again: an export hands them out as
/// they are.
enum EventFormat {
    static func canonicalBytes(of event: Event, sequence: UInt64, nonce: RecordID) -> [UInt8] {
        var json = JSONBuffer(capacity: 768)
        json.beginObject()
        json.field("action", event.action.effect.rawValue)
        json.field("actor", event.actor.text)
        if let agent = event.agent { json.field("agent", agent.text) }
        if let approval = event.approval { json.field("approval", approval) }
        if let digest = event.argumentsDigest { json.field("arguments_digest", digest) }
        if !event.changes.isEmpty { json.list("changes", event.changes) }
        json.field("decision", event.decision.rawValue)
        if let duration = event.durationMicroseconds { json.field("duration_us", duration) }
        if !event.fields.isEmpty { json.list("fields", event.fields.map(\.text)) }
        json.field("id", "evt_" + nonce.description)
        if let launch = event.launch { json.field("launch", launch.text) }
        if let user = event.onBehalfOf { json.field("on_behalf_of", user.text) }
        if let peer = event.actor.peer { write(peer, to: &json) }
        if let purpose = event.purpose { json.field("purpose", purpose.text) }
        if let reason = event.reason { json.field("reason", reason.rawValue) }
        if let requestID = event.requestID { json.field("request_id", requestID) }
        if let secret = event.secret { json.field("secret", secret.text) }
        json.field("seq", sequence)
        if let server = event.server { json.field("server", server.text) }
        if let session = event.session { json.field("session", session.text) }
        json.field("time", event.time.description)
        if let token = event.token { json.field("token", token.text) }
        if let tool = event.tool { json.field("tool", tool.tool.text) }
        if let digest = event.toolDigest { json.field("tool_digest", digest) }
        if let traceID = event.traceID { json.field("trace_id", traceID) }
        json.field("type", event.action.rawValue)
        if let version = event.version { json.field("version", version) }
        json.endObject()
        return json.bytes
    }

    private static func write(_ peer: Peer, to json: inout JSONBuffer) {
        json.key("peer")
        json.beginObject()
        json.field("attestation", peer.attestation.rawValue)
        if let path = peer.executable?.path { json.field("exe", path) }
        if let hash = peer.executable?.sha256 { json.field("exe_sha256", hash) }
        json.field("gid", peer.gid)
        json.field("pid", peer.pid)
        json.field("uid", peer.uid)
        if let unit = peer.unit { json.field("unit", unit) }
        json.endObject()
    }
}

extension JSONBuffer {
    fileprivate mutating func list(_ name: StaticString, _ texts: [String]) {
        key(name)
        beginArray()
        for text in texts { string(text) }
        endArray()
    }
}
