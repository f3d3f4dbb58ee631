import StrictJSON
import WarderModel

/// Who did it, and from where.
extension OCSFWriter {
    /// The person or the process, as the kernel describes it. What a server says of its own caller is a claim, and
    /// stands under `unmapped`.
    mutating func writeActor() {
        json.key("actor")
        json.beginObject()
        if let name = serverName {
            json.field("app_name", name)
        } else if event.peer == nil {
            json.field("app_name", "warderd")
        }
        if event.peer != nil {
            writeProcess()
            if let session = take("session") {
                json.key("session")
                json.beginObject()
                json.field("uid", session)
                json.endObject()
            }
            writeUser(as: "user")
        }
        json.endObject()
        guard activity.type != .applicationLifecycle else { return }
        json.key("src_endpoint")
        json.beginObject()
        json.field("name", socket)
        if let name = serverName { json.field("svc_name", name) }
        json.endObject()
    }

    /// The server that asked, where one did.
    private var serverName: String? { isServer ? event.text("server") : nil }

    private var isServer: Bool { event.text("actor")?.hasPrefix("process:") == true }

    /// Requests come over Unix sockets, which have no address.
    private var socket: String {
        if event.peer == nil { return "warderd" }
        return isServer ? "client socket" : "operator socket"
    }

    /// The name of an operator; the number of whoever is none.
    var person: String? {
        guard let actor = event.text("actor"), actor.hasPrefix("operator:") else { return nil }
        return String(actor.dropFirst(9))
    }

    /// The Unix user, with the operator's name where there is one.
    mutating func writeUser(as key: StaticString) {
        json.key(key)
        json.beginObject()
        if let person { json.field("name", person) }
        json.field("type", isServer ? "Service" : "User")
        json.field("type_id", isServer ? 4 : 1)
        if let uid = takePeer("uid") {
            json.field("uid", uid)
        } else if person == nil {
            json.field("uid", event.text("actor") ?? "")
        }
        json.endObject()
    }

    private mutating func writeProcess() {
        guard let pid = event.peer?.member("pid").flatMap({ try? $0.int() }) else { return }
        json.key("process")
        json.beginObject()
        if let path = takePeer("exe") {
            json.key("file")
            json.beginObject()
            if let hash = takePeer("exe_sha256") { writeHash(hash) }
            json.field("name", path.split(separator: "/").last.map(String.init) ?? path)
            json.field("path", path)
            json.field("type", "Regular File")
            json.field("type_id", 1)
            json.endObject()
        }
        _ = takePeer("pid")
        json.field("pid", pid)
        json.endObject()
    }

    private mutating func writeHash(_ hash: String) {
        json.key("hashes")
        json.beginArray()
        json.beginObject()
        json.field("algorithm", "SHA-256")
        json.field("algorithm_id", 3)
        json.field("value", hash)
        json.endObject()
        json.endArray()
    }
}
