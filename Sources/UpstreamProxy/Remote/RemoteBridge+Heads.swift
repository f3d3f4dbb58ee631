import Locking
import NIOHTTP1

extension RemoteBridge {
    private static let mostSession = 1024

    /// The header of a request, with what the protocol wants there; `call` is the message that is posted, if one is.
    func head(
        _ method: HTTPMethod,
        for call: RemoteCall?,
        accepting: String,
        length: Int?,
        lastID: String? = nil
    ) -> HTTPRequestHead {
        let agreement = agreement.withLock { $0 }
        var fields: [(String, String)] = []
        if let session = agreement.session { fields.append(("Mcp-Session-Id", session)) }
        let document = call?.message.document
        if let version = document?.version ?? agreement.version { fields.append(("MCP-Protocol-Version", version)) }
        if let document, document.version != nil, let name = call?.method {
            fields.append(("Mcp-Method", ToolParameters.field(name)))
            if let subject = document.name { fields.append(("Mcp-Name", ToolParameters.field(subject))) }
            let mirrored = document.name.flatMap { agreement.parameters[$0] }?.mirrored ?? []
            for mirrored in name == "tools/call" ? mirrored : [] {
                guard let value = document.arguments[mirrored.path] else { continue }
                fields.append(("Mcp-Param-\(mirrored.header)", ToolParameters.field(value)))
            }
        }
        if let lastID { fields.append(("Last-Event-ID", lastID)) }
        return server.head(method, agreement.target, accepting: accepting, length: length, fields)
    }

    /// Takes the session that the answer to a handshake names, if it can stand in a header.
    func takeSession(_ head: HTTPResponseHead, of call: RemoteCall) {
        guard call.method == "initialize" else { return }
        let sessions = head.headers["mcp-session-id"]
        guard let session = sessions.first, sessions.count == 1, (1...Self.mostSession).contains(session.utf8.count),
            FieldText.isVisible(session.utf8)
        else { return }
        agreement.withLock { $0.session = session }
    }

    /// Follows a redirection within the server; `false` for any other place.
    func follow(_ head: HTTPResponseHead) -> Bool {
        let places = head.headers["location"]
        guard let place = places.first, places.count == 1, let target = server.target(at: place) else { return false }
        return agreement.withLock { agreement in
            guard agreement.target != target else { return false }
            agreement.target = target
            return true
        }
    }
}
