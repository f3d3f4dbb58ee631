import StrictJSON

/// What a line from the server means for the calls in flight.
struct ServerMessage {
    /// Requests that it answers.
    private(set) var answered: [RequestKey] = []
    /// Whether a client may take it for an answer that is not in `answered`: readers differ in what they let pass, and a
    /// server chooses what it writes.
    private(set) var isDoubtful = false

    /// Reads a line without its end. What has no object in it is an answer to nobody.
    init(_ line: [UInt8]) {
        guard line.contains(UInt8(ascii: "{")) else { return }
        // Where readers end a line here, they find another message behind it.
        guard !line.contains(UInt8(ascii: "\r")), let document = Self.document(line) else {
            isDoubtful = true
            return
        }
        let root = document.root
        if root.kind == .array {
            for element in root.elements { take(element) }
        } else {
            take(root)
        }
    }

    private mutating func take(_ message: JSONNode) {
        guard message.kind == .object else {
            if message.kind == .array { isDoubtful = true }
            return
        }
        let isOutcome = message.member("result") != nil || message.member("error") != nil
        if Lookalikes.stand(in: message, besides: ["id", "method", "params", "jsonrpc", "result", "error"]) {
            isDoubtful = true
        } else if let method = message.member("method") {
            // A request of the server's own has an id as well, of the server's choosing.
            if isOutcome || method.kind != .string { isDoubtful = true }
        } else if isOutcome, let key = message.member("id").flatMap({ RequestKey($0) }) {
            answered.append(key)
        } else {
            isDoubtful = true
        }
    }

    private static func document(_ line: [UInt8]) -> JSONDocument? {
        try? JSONDocument(copying: line.span, limits: ClientMessage.limits)
    }
}
