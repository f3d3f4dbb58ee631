import StrictJSON
import WarderClient
import WarderWire

/// Answers messages of both eras of MCP.
struct Messages: Sendable {
    static let modernVersion = "2026-07-28"
    static let legacyVersions = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"]

    let tool: NotesTool

    /// One line for one line; `nil` where no answer is due.
    func answer(to line: [UInt8]) async -> [UInt8]? {
        var id: [UInt8]?
        var json = JSONBuffer()
        json.beginObject()
        json.field("jsonrpc", "2.0")
        do throws(RPCError) {
            let request = try Self.request(in: line)
            guard request.id != nil else { return nil }
            id = request.id
            let result = try await result(of: request)
            json.key("id")
            json.raw(id ?? Array("null".utf8))
            json.key("result")
            json.raw(result)
        } catch {
            json.key("id")
            json.raw(id ?? Array("null".utf8))
            json.key("error")
            Self.write(error, into: &json)
        }
        json.endObject()
        json.endLine()
        return json.bytes
    }

    private static func request(in line: [UInt8]) throws(RPCError) -> Request {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(parsing: line)
        } catch {
            throw .parseError
        }
        return try Request(document.root)
    }

    private func result(of request: Request) async throws(RPCError) -> [UInt8] {
        var json = JSONBuffer()
        json.beginObject()
        switch (request.method, try request.era()) {
        case ("initialize", .legacy):
            let asked = (try? request.params?.member("protocolVersion")?.string()) ?? ""
            json.field(
                "protocolVersion",
                Self.legacyVersions.contains(asked) ? asked : Self.legacyVersions[0]
            )
            json.key("capabilities")
            json.raw(#"{"tools":{}}"#.utf8)
            json.key("serverInfo")
            json.raw(Self.serverInfo.utf8)
        case ("ping", .legacy):
            break
        case ("server/discover", .modern):
            json.key("supportedVersions")
            json.raw(#"["\#(Self.modernVersion)"]"#.utf8)
            json.key("capabilities")
            json.raw(#"{"tools":{}}"#.utf8)
            Self.writeCaching(into: &json)
            json.key("_meta")
            json.raw(#"{"io.modelcontextprotocol/serverInfo":\#(Self.serverInfo)}"#.utf8)
            json.field("resultType", "complete")
        case ("server/discover", .legacy):
            // Without `_meta` it is no request of either era.
            throw .invalidParams
        case ("tools/list", let era):
            json.key("tools")
            json.raw("[\(NotesTool.definition)]".utf8)
            if era == .modern {
                Self.writeCaching(into: &json)
                json.field("resultType", "complete")
            }
        case ("tools/call", let era):
            let failure = try await call(request)
            json.key("content")
            json.beginArray()
            json.beginObject()
            json.field("type", "text")
            json.field("text", failure ?? "The note is stored.")
            json.endObject()
            json.endArray()
            json.field("isError", failure != nil)
            if era == .modern { json.field("resultType", "complete") }
        default:
            throw .methodNotFound
        }
        json.endObject()
        return json.bytes
    }

    /// Runs the tool. A failure of the tool is a result, which the model can read; a call that names no such tool is an
    /// error.
    private func call(_ request: Request) async throws(RPCError) -> String? {
        guard request.params?.member("name")?.isText("create_note") == true,
            let arguments = request.params?.member("arguments"), let text = try? arguments.member("text")?.string(),
            let claim = try? CallArguments(json: arguments.rawBytes)
        else { throw .invalidParams }
        let traceparent = try? request.meta?.member("traceparent")?.string()
        do {
            try await tool.createNote(text, arguments: claim, context: CallContext(traceparent: traceparent))
            return nil
        } catch {
            return NotesTool.explain(error)
        }
    }

    private static let serverInfo = #"{"name":"example-notes-server","version":"1.0.0"}"#

    /// The list is the same for everybody, and for as long as this process lives.
    private static func writeCaching(into json: inout JSONBuffer) {
        json.field("ttlMs", 3_600_000)
        json.field("cacheScope", "public")
    }

    private static func write(_ error: RPCError, into json: inout JSONBuffer) {
        json.beginObject()
        json.field("code", error.code)
        json.field("message", error.message)
        if case .unsupportedVersion(let requested) = error {
            json.key("data")
            json.beginObject()
            json.key("supported")
            json.raw(#"["\#(modernVersion)"]"#.utf8)
            json.field("requested", requested)
            json.endObject()
        }
        json.endObject()
    }
}
