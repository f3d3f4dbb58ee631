import StrictJSON

/// The id of a JSON-RPC request. A number and a text that look alike are two.
enum MessageID: Hashable, Sendable {
    case text(String)
    case number(Int64)

    /// - Returns: `nil` for what is no id: `null`, a fraction, more than `RequestKey.mostBytes`.
    init?(_ node: JSONNode?) {
        guard let node else { return nil }
        do throws(JSONError) {
            switch node.kind {
            case .string:
                // As long as it means: whoever writes it next may escape it otherwise.
                let text = try node.string(allowingNUL: true)
                guard text.utf8.count <= RequestKey.mostBytes else { return nil }
                self = .text(text)
            case .number: self = .number(try node.int())
            default: return nil
            }
        } catch {
            return nil
        }
    }

    func write(to json: inout JSONBuffer) {
        switch self {
        case .text(let text): json.string(text)
        case .number(let number): json.int(number)
        }
    }
}

/// One message of JSON-RPC that was read strictly, as far as carrying it needs.
struct RemoteMessage: Sendable {
    /// It is not one message of JSON-RPC 2.0 in strict JSON.
    struct Unreadable: Error {}

    enum Kind: Sendable, Hashable {
        case request(id: MessageID, method: String)
        case notification(method: String)
        /// `id` is missing where a server could not read whom it answers.
        case answer(id: MessageID?, isError: Bool)
    }

    /// Longest message in bytes.
    static let mostBytes = 8 << 20
    private static let limits = JSONLimits(
        maxBytes: mostBytes,
        maxDepth: 128,
        maxMembers: 65_536,
        maxTokens: 1 << 20
    )

    let kind: Kind
    /// The message on one line, without its end.
    let line: [UInt8]
    let document: RemoteDocument

    init(_ bytes: [UInt8]) throws(Unreadable) {
        let document: JSONDocument
        do throws(JSONError) { document = try JSONDocument(copying: bytes.span, limits: Self.limits) } catch {
            throw Unreadable()
        }
        guard let kind = Self.kind(of: document.root) else { throw Unreadable() }
        self.kind = kind
        // In strict JSON the end of a line stands between tokens alone.
        line = bytes.map { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") ? UInt8(ascii: " ") : $0 }
        self.document = RemoteDocument(document.root, kind: kind)
    }

    private static func kind(of root: JSONNode) -> Kind? {
        guard root.kind == .object, root.member("jsonrpc")?.isText("2.0") == true else { return nil }
        let id = MessageID(root.member("id"))
        let hasResult = root.member("result") != nil
        let error = root.member("error")
        if let named = root.member("method") {
            guard !hasResult, error == nil, let method = try? named.string(), method.utf8.count <= 256 else {
                return nil
            }
            if let id { return .request(id: id, method: method) }
            return root.member("id") == nil ? .notification(method: method) : nil
        }
        guard hasResult != (error != nil), error.map({ $0.kind == .object }) ?? true else { return nil }
        if let id { return .answer(id: id, isError: error != nil) }
        // Whoever could not read a request does not know its id.
        let isNamed = root.member("id").map { !$0.isNull } ?? false
        return error != nil && !isNamed ? .answer(id: nil, isError: true) : nil
    }

    /// An error that answers a request, on one line.
    static func error(_ id: MessageID, code: Int, _ message: String) -> [UInt8] {
        var json = JSONBuffer()
        json.beginObject()
        json.field("code", code)
        json.field("message", message)
        json.endObject()
        return error(id, json.bytes)
    }

    /// The same, with the `error` of a server.
    static func error(_ id: MessageID, _ error: [UInt8]) -> [UInt8] {
        var json = JSONBuffer()
        json.beginObject()
        json.field("jsonrpc", "2.0")
        json.key("id")
        id.write(to: &json)
        json.key("error")
        json.raw(error)
        json.endObject()
        return json.bytes
    }
}

/// What of a message's contents is looked at.
struct RemoteDocument: Sendable {
    /// The version that each request of the era without a handshake names.
    private(set) var version: String?
    /// What a request is about: a tool, a prompt, a resource.
    private(set) var name: String?
    /// The request that a notification takes back.
    private(set) var cancelled: MessageID?
    /// The version that the answer to a handshake names.
    private(set) var agreedVersion: String?
    /// Of a call of a tool.
    private(set) var arguments = ToolParameters.Arguments()
    /// Of an answer that lists tools.
    private(set) var parameters: [ToolParameters] = []
    /// The `error` of an answer, as canonical JSON.
    private(set) var error: [UInt8]?

    init(_ root: JSONNode, kind: RemoteMessage.Kind) {
        let parameters = root.member("params")
        switch kind {
        case .request(_, let method):
            version = Self.field(parameters?.member("_meta")?.member("io.modelcontextprotocol/protocolVersion"))
            switch method {
            case "tools/call":
                name = Self.text(parameters?.member("name"))
                arguments = ToolParameters.Arguments(parameters?.member("arguments"))
            case "prompts/get": name = Self.text(parameters?.member("name"))
            case "resources/read": name = Self.text(parameters?.member("uri"))
            default: break
            }
        case .notification(let method):
            version = Self.field(parameters?.member("_meta")?.member("io.modelcontextprotocol/protocolVersion"))
            if method == "notifications/cancelled" { cancelled = MessageID(parameters?.member("requestId")) }
        case .answer:
            agreedVersion = Self.field(root.member("result")?.member("protocolVersion"))
            self.parameters = ToolParameters.all(in: root.member("result")?.member("tools"))
            error = root.member("error").flatMap { try? RawJSON($0).bytes }
        }
    }

    private static func text(_ node: JSONNode?) -> String? {
        guard let node, node.kind == .string, node.byteCount <= 4096 else { return nil }
        return try? node.string()
    }

    /// A text that can stand in a header as it is.
    private static func field(_ node: JSONNode?) -> String? {
        guard let text = text(node), (1...64).contains(text.utf8.count), FieldText.isVisible(text.utf8) else {
            return nil
        }
        return text
    }
}
