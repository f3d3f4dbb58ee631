import StrictJSON
import WarderCrypto
import WarderModel

/// What a line from the client means for the calls in flight.
struct ClientMessage {
    /// Why a line does not reach the server.
    enum Refusal: Error, Hashable {
        /// It is not strict JSON, or has more in it than ``ClientMessage/limits``.
        case unreadable
        /// It has a member that some readers take for another one.
        case ambiguous
        /// A call of a tool, or other work at the upstream, whose id is none: it would never be answered, and so never end.
        case noID
    }

    /// What a call of a tool may be made of; twice the size of the largest files that clients are known to send along.
    static let limits = JSONLimits(maxBytes: 16 << 20, maxDepth: 128, maxMembers: 65_536, maxTokens: 1 << 20)

    /// What a vault takes of arguments: they are one part of the document that it is sent.
    private static let claimable = JSONLimits(maxBytes: 16_384, maxDepth: 15, maxTokens: 4_000)

    /// Requests that are no calls of tools, and have a server ask its upstream all the same.
    private static let otherWork = ["completion/complete", "prompts/get", "resources/read"]

    private(set) var requests: [(key: RequestKey, call: ToolCall?)] = []
    private(set) var cancelled: [RequestKey] = []
    /// The id as the client wrote it, where the line is one request.
    private(set) var rawID: [UInt8]?

    /// Reads a line without its end. A line of nothing but white space means nothing.
    init(_ line: [UInt8]) throws(Refusal) {
        guard line.contains(where: { $0 > 0x20 }) else { return }
        // Where readers end a line here, they find another message behind it.
        guard !line.contains(UInt8(ascii: "\r")) else { throw .unreadable }
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(copying: line.span, limits: Self.limits)
        } catch {
            throw .unreadable
        }
        let root = document.root
        if root.kind == .array {
            // Batches, which one version of the protocol had.
            for element in root.elements { try take(element) }
        } else {
            try take(root)
            if requests.count == 1 { rawID = root.member("id")?.rawBytes }
        }
    }

    private mutating func take(_ message: JSONNode) throws(Refusal) {
        guard message.kind == .object else {
            // A batch within a batch is none, but to a reader who does not look.
            if message.kind == .array { throw .unreadable }
            return
        }
        try Self.check(message, known: ["id", "method", "params", "jsonrpc"])
        guard let method = message.member("method") else { return }
        let isCall = method.isText("tools/call")
        if isCall, let parameters = message.member("params") {
            try Self.check(parameters, known: ["name", "arguments", "_meta"])
        }
        let isOtherWork = Self.otherWork.contains { method.isText($0) }
        guard let id = message.member("id") else {
            guard !isCall, !isOtherWork else { throw .noID }
            if method.isText("notifications/cancelled"), let id = message.member("params")?.member("requestId") {
                if let key = RequestKey(id) { cancelled.append(key) }
            }
            return
        }
        guard let key = RequestKey(id) else {
            guard !isCall, !isOtherWork else { throw .noID }
            return
        }
        requests.append((key, isCall ? Self.call(message.member("params")) : isOtherWork ? .launch : nil))
    }

    private static func check(_ object: JSONNode, known: [String]) throws(Refusal) {
        if Lookalikes.stand(in: object, besides: known) { throw .ambiguous }
    }

    private static func call(_ parameters: JSONNode?) -> ToolCall {
        ToolCall(
            tool: tool(parameters?.member("name")),
            arguments: parameters?.member("arguments").map(claim),
            traceparent: text(parameters?.member("_meta")?.member("traceparent"), most: 64)
        )
    }

    /// Arguments as the vault is told of them. What it does not take is told by its digest, and never left out: people
    /// would say yes to a call without arguments, and with that to any that has too many.
    private static func claim(_ arguments: JSONNode) -> [UInt8] {
        let canonical = try? CanonicalJSON.bytes(of: arguments)
        if let canonical, isTakeable(canonical) { return canonical }
        return Array(#"{"sha256":"\#(hex(SHA256Digest.hash(canonical ?? arguments.rawBytes)))"}"#.utf8)
    }

    /// What looks like the digest of others is not: it is told by its own.
    private static func isTakeable(_ canonical: [UInt8]) -> Bool {
        let looksTold = canonical.count == 77 && canonical.starts(with: #"{"sha256":""#.utf8)
        return !looksTold && (try? JSONDocument(copying: canonical.span, limits: claimable)) != nil
    }

    /// What a server needs to run is nothing that a client can call.
    private static func tool(_ name: JSONNode?) -> ToolName? {
        guard let text = text(name, most: 128), let tool = try? ToolName(text), tool != .launch else { return nil }
        return tool
    }

    private static func text(_ node: JSONNode?, most: Int) -> String? {
        guard let node, node.kind == .string, node.byteCount <= 6 * most + 2 else { return nil }
        return try? node.string()
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
