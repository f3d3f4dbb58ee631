import NIOCore
import NIOEmbedded
import NIOHTTP1
import UnixHTTP

@testable import WarderClient
@testable import WarderCommands

extension Harness {
    /// Answers as the `warder` command reads them; the first two bytes say where they are cut.
    static let answer = Harness("answer") { input in
        var rest = Input(input)
        let cut = rest.word()
        let bytes = Array(rest.rest)
        let whole = read(bytes, size: max(bytes.count, 1))
        try hold(read(bytes, size: 1 + cut % max(bytes.count, 1)) == whole, "a cut changes nothing")
        try hold(read(bytes, size: 1) == whole, "cuts neither")
        if let place = ValueAnswer.body(in: bytes.span) {
            let value = Answer(status: 200, body: Array(bytes[place]))
            try hold(whole == .success(value), "who looks for a value alone reads the same")
        }
        guard case .success(let mine) = whole else { return }
        try hold((200...599).contains(mine.status), "an answer has a status")
        guard let other = try readElsewhere(bytes) else {
            // Extensions of chunks are nothing to us, and have a grammar to the other; fields of answers on the way are
            // nothing to us either, and may end the connection for the other. A tab behind a length is white space
            // (RFC 9110, 5.5), which the other does not know.
            let isOnTheWay = bytes.starts(with: "HTTP/1.1 1".utf8)
            let mayDiffer = isOnTheWay || bytes.contains(UInt8(ascii: ";")) || bytes.contains(UInt8(ascii: "\t"))
            return try hold(mayDiffer, "another reader takes it as well")
        }
        try hold(other == mine, "another reader reads the same")
    }

    private struct Answer: Equatable {
        var status = 0
        var body: [UInt8] = []
    }

    private static func read(_ bytes: [UInt8], size: Int) -> Result<Answer, ConnectionFault> {
        Result { () throws(ConnectionFault) in
            var reader = ResponseReader(Pieces(bytes, size: size))
            let head = try reader.head()
            var answer = Answer(status: head.status)
            try reader.body(of: head, maximumBytes: 100_000) { piece throws(ConnectionFault) in
                unsafe piece.withUnsafeBytes { unsafe answer.body.append(contentsOf: $0) }
            }
            return answer
        }
    }

    /// NIO's reader; `nil` where it refuses the answer.
    private static func readElsewhere(_ bytes: [UInt8]) throws -> Answer? {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandlers(
            HTTPRequestEncoder(),
            ByteToMessageHandler(HTTPResponseDecoder(informationalResponseStrategy: .drop))
        )
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        // It wants to know which request is answered.
        try channel.writeOutbound(
            HTTPClientRequestPart.head(HTTPRequestHead(version: .http1_1, method: .GET, uri: "/"))
        )
        try channel.writeOutbound(HTTPClientRequestPart.end(nil))
        // What follows the answer may be anything.
        _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
        var answer = Answer()
        while let part = try channel.readInbound(as: HTTPClientResponsePart.self) {
            switch part {
            case .head(let head): answer.status = Int(head.status.code)
            case .body(let bytes): answer.body += bytes.readableBytesView
            case .end: return answer
            }
        }
        return nil
    }
}
