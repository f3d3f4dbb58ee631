import StrictJSON

/// What goes from the client to the server: every line that was looked at, byte for byte, and none that was not.
///
/// A call that the server works on without the proxy's knowledge would get its credentials under another call's grant. So
/// what cannot be read does not pass; the client is told.
struct ClientDirection {
    /// What comes of a piece of the stream.
    struct Outcome: Equatable {
        var toServer: [UInt8] = []
        /// Whole lines.
        var toClient: [UInt8] = []
    }

    private var lines = Lines(limit: ClientMessage.limits.maxBytes)
    private let calls: CallsInFlight

    init(_ calls: CallsInFlight) { self.calls = calls }

    mutating func next(_ bytes: ArraySlice<UInt8>) -> Outcome { outcome(of: lines.next(bytes)) }

    mutating func end() -> Outcome { outcome(of: lines.end().map { [$0] } ?? []) }

    private func outcome(of pieces: [Lines.Piece]) -> Outcome {
        var outcome = Outcome()
        for piece in pieces {
            switch piece {
            case .line(let line):
                if let refusal = look(at: line) { outcome.toClient += refusal } else { outcome.toServer += line }
            case .part(_, let isLast):
                if isLast { outcome.toClient += Self.error(id: nil, code: -32_600, "The message is too long.") }
            }
        }
        return outcome
    }

    /// The answer to a line that must not pass; `nil` where it may.
    private func look(at line: [UInt8]) -> [UInt8]? {
        var content = line[...]
        if content.last == UInt8(ascii: "\n") { content.removeLast() }
        if content.last == UInt8(ascii: "\r") { content.removeLast() }
        let message: ClientMessage
        do throws(ClientMessage.Refusal) {
            message = try ClientMessage(Array(content))
        } catch {
            return switch error {
            case .unreadable: Self.error(id: nil, code: -32_700, "The message is not strict JSON.")
            case .ambiguous: Self.error(id: nil, code: -32_600, "The message has a member that is almost another one.")
            case .noID:
                Self.error(
                    id: nil,
                    code: -32_600,
                    "A request of this method needs an id that is a string or an integer."
                )
            }
        }
        do throws(CallsInFlight.Refusal) {
            try calls.begin(message.requests)
        } catch {
            return switch error {
            // The id belongs to the request that is under way: an answer with it would be taken for that one's.
            case .idInUse: Self.error(id: nil, code: -32_600, "A request with this id has not been answered yet.")
            case .tooMany: Self.error(id: message.rawID, code: -32_603, "Too many requests have not been answered yet.")
            }
        }
        for key in message.cancelled { calls.cancel(key) }
        return nil
    }

    private static func error(id: [UInt8]?, code: Int, _ text: String) -> [UInt8] {
        var json = JSONBuffer()
        json.beginObject()
        json.key("jsonrpc")
        json.string("2.0")
        json.key("id")
        if let id { json.raw(id) } else { json.null() }
        json.key("error")
        json.beginObject()
        json.key("code")
        json.int(code)
        json.key("message")
        json.string("warder: " + text)
        json.endObject()
        json.endObject()
        return json.bytes + [UInt8(ascii: "\n")]
    }
}
