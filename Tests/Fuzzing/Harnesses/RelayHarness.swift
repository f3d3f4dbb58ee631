@testable import UpstreamProxy

extension Harness {
    /// What client and server of the protocol say to each other; the first two bytes say where it is cut.
    static let relay = Harness("relay") { input in
        var rest = Input(input)
        let cut = rest.word()
        let bytes = Array(rest.rest)
        try holdLines(bytes, limit: 1 + cut % 64, size: 1 + cut % max(bytes.count, 1))
        for line in rest.lines {
            _ = ServerMessage(line)
            guard let message = try? ClientMessage(line) else { continue }
            for (key, call) in message.requests where call != nil {
                guard let id = message.rawID else { continue }
                let answer = ServerMessage(Array(#"{"jsonrpc":"2.0","result":{},"id":"#.utf8) + id + Array("}".utf8))
                try hold(answer.answered == [key] && !answer.isDoubtful, "an answer with a call's id ends the call")
            }
        }
    }

    private static func holdLines(_ bytes: [UInt8], limit: Int, size: Int) throws {
        func pieces(_ size: Int) -> [Lines.Piece] {
            var lines = Lines(limit: limit)
            var pieces: [Lines.Piece] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                pieces += lines.next(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            return pieces + (lines.end().map { [$0] } ?? [])
        }
        func whole(_ pieces: [Lines.Piece]) -> [[UInt8]] {
            pieces.compactMap { if case .line(let line) = $0 { line } else { nil } }
        }
        let (one, cut) = (pieces(max(bytes.count, 1)), pieces(size))
        let joined = cut.flatMap { piece in
            switch piece {
            case .line(let bytes), .part(let bytes, _): bytes
            }
        }
        try hold(joined == bytes, "all pieces together are the stream")
        try hold(whole(cut) == whole(one), "a cut changes no line")
        try hold(whole(one).allSatisfy { $0.count <= limit }, "a line has a length")
    }
}
