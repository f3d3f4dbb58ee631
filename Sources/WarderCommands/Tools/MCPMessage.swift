import StrictJSON
import ToolDefinitions
import WarderModel

/// A message of JSON-RPC from a server, as far as listing tools needs it.
struct MCPMessage {
    enum Kind {
        /// The answer to one of our requests.
        case answer(id: Int64, isError: Bool)
        case request(id: RawJSON, method: String)
        case notification(method: String)
        case other
    }

    let kind: Kind
    let line: [UInt8]

    /// `nil` for a line that is no message: some servers greet on the wrong channel.
    init?(_ line: [UInt8]) throws(MCPFault) {
        guard line.first(where: { $0 != 0x20 && $0 != 0x09 }) == UInt8(ascii: "{") else { return nil }
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(copying: line.span, limits: ToolLimits.page)
        } catch {
            throw .list(.notJSON(error))
        }
        self.line = line
        kind = Self.kind(of: document.root)
    }

    private static func kind(of root: JSONNode) -> Kind {
        let method = root.member("method").flatMap { try? $0.string() }
        guard let id = root.member("id"), !id.isNull else {
            return method.map { .notification(method: $0) } ?? .other
        }
        if let method { return (try? RawJSON(id)).map { .request(id: $0, method: method) } ?? .other }
        guard let number = try? id.int() else { return .other }
        return .answer(id: number, isError: root.member("error") != nil)
    }
}

/// What is said to a server.
enum MCPRequest {
    /// The version without a handshake, and the last one with it.
    static let modern = "2026-07-28"
    static let legacy = "2025-11-25"

    static func discover(id: Int64) -> [UInt8] { request(id: id, "server/discover") { modernMeta(&$0) } }

    static func initialise(id: Int64) -> [UInt8] {
        request(id: id, "initialize") { json in
            json.field("protocolVersion", legacy)
            json.key("capabilities")
            json.beginObject()
            json.endObject()
            json.key("clientInfo")
            clientInfo(&json)
        }
    }

    static func list(id: Int64, cursor: String?, isModern: Bool) -> [UInt8] {
        request(id: id, "tools/list") { json in
            if isModern { modernMeta(&json) }
            if let cursor { json.field("cursor", cursor) }
        }
    }

    static let initialised = Array(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#.utf8)

    /// To a server's own request: only whether somebody is there is answered.
    static func answer(to id: RawJSON, method: String) -> [UInt8] {
        var json = JSONBuffer()
        json.beginObject()
        json.field("jsonrpc", "2.0")
        json.key("id")
        json.raw(id.bytes)
        if method == "ping" {
            json.key("result")
            json.beginObject()
            json.endObject()
        } else {
            json.key("error")
            json.beginObject()
            json.field("code", -32601)
            json.field("message", "Method not found")
            json.endObject()
        }
        json.endObject()
        return json.bytes
    }

    private static func request(
        id: Int64,
        _ method: String,
        _ parameters: (inout JSONBuffer) -> Void
    ) -> [UInt8] {
        var json = JSONBuffer()
        json.beginObject()
        json.field("jsonrpc", "2.0")
        json.field("id", id)
        json.field("method", method)
        json.key("params")
        json.beginObject()
        parameters(&json)
        json.endObject()
        json.endObject()
        return json.bytes
    }

    private static func modernMeta(_ json: inout JSONBuffer) {
        json.key("_meta")
        json.beginObject()
        json.field("io.modelcontextprotocol/protocolVersion", modern)
        json.key("io.modelcontextprotocol/clientCapabilities")
        json.beginObject()
        json.endObject()
        json.key("io.modelcontextprotocol/clientInfo")
        clientInfo(&json)
        json.endObject()
    }

    private static func clientInfo(_ json: inout JSONBuffer) {
        json.beginObject()
        json.field("name", "warder")
        json.field("version", Release.version)
        json.endObject()
    }
}
