import StrictJSON

/// What goes from the server to the client: everything, byte for byte. Answers end the calls they belong to, and
/// what may be an answer puts all of them in doubt.
struct ServerDirection {
    private var lines = Lines(limit: ClientMessage.limits.maxBytes)
    private let calls: CallsInFlight
    /// Whether what was sent last ended a line, so that a line of the relay's own may follow.
    private(set) var isBetweenLines = true

    init(_ calls: CallsInFlight) { self.calls = calls }

    mutating func next(_ bytes: ArraySlice<UInt8>) -> [UInt8] { passed(lines.next(bytes)) }

    mutating func end() -> [UInt8] { passed(lines.end().map { [$0] } ?? []) }

    private mutating func passed(_ pieces: [Lines.Piece]) -> [UInt8] {
        var passed: [UInt8] = []
        for piece in pieces {
            switch piece {
            case .line(let line):
                var content = line[...]
                if content.last == UInt8(ascii: "\n") { content.removeLast() }
                if content.last == UInt8(ascii: "\r") { content.removeLast() }
                calls.take(ServerMessage(Array(content)))
                passed += line
                isBetweenLines = line.last == UInt8(ascii: "\n")
            case .part(let part, let isLast):
                calls.loseSight()
                passed += part
                isBetweenLines = isLast
            }
        }
        return passed
    }
}
