import StrictJSON

/// One JSON-RPC request or notification, and which era of MCP it belongs to.
struct Request {
    /// A request of 2026-07-28 brings what it needs in `_meta`; before that there was a handshake.
    enum Era {
        case legacy
        case modern
    }

    /// The id as it stood in the message; `nil` for a notification.
    let id: [UInt8]?
    let method: String
    let params: JSONNode?
    let meta: JSONNode?

    /// - Throws: `.invalidRequest` for anything but a JSON-RPC 2.0 request.
    init(_ root: JSONNode) throws(RPCError) {
        guard root.member("jsonrpc")?.isText("2.0") == true, let method = try? root.member("method")?.string() else {
            throw .invalidRequest
        }
        let id = root.member("id")
        guard id == nil || id?.kind == .string || (try? id?.int()) != nil else { throw .invalidRequest }
        self.id = id?.rawBytes
        self.method = method
        params = root.member("params")
        meta = params?.member("_meta")
    }

    /// The era, once the request was found to keep its rules.
    ///
    /// - Throws: `.invalidParams`, `.unsupportedVersion`.
    func era() throws(RPCError) -> Era {
        guard let version = meta?.member("io.modelcontextprotocol/protocolVersion") else { return .legacy }
        guard let text = try? version.string() else { throw .invalidParams }
        guard text == Messages.modernVersion else { throw .unsupportedVersion(requested: text) }
        guard meta?.member("io.modelcontextprotocol/clientCapabilities")?.kind == .object else { throw .invalidParams }
        return .modern
    }
}

/// A failure in the terms of JSON-RPC.
enum RPCError: Error {
    case parseError
    case invalidRequest
    case methodNotFound
    case invalidParams
    case unsupportedVersion(requested: String)

    var code: Int {
        switch self {
        case .parseError: -32700
        case .invalidRequest: -32600
        case .methodNotFound: -32601
        case .invalidParams: -32602
        case .unsupportedVersion: -32022
        }
    }

    var message: String {
        switch self {
        case .parseError: "Parse error"
        case .invalidRequest: "Invalid request"
        case .methodNotFound: "Method not found"
        case .invalidParams: "Invalid params"
        case .unsupportedVersion: "Unsupported protocol version"
        }
    }
}
