import NIOCore
import NIOEmbedded
import NIOHTTP1
import SecretMemory
import SecretRedaction
import TransparencyLog
import UpstreamAddresses
import WarderModel

@testable import UpstreamProxy

extension Harness {
    /// What a launched server and an upstream say over the proxy. `~` stands for the placeholder in a request, and for
    /// the credential in an answer; `^` for Basic's name and password of it. The first byte says which it is, the next
    /// two where a body is cut.
    static let proxy = Harness("proxy") { input in
        var rest = Input(input)
        switch rest.byte() {
        case UInt8(ascii: "q"): try judge(rest)
        case UInt8(ascii: "a"): try carry(rest)
        case UInt8(ascii: "b"): try cover(rest)
        default: return
        }
    }

    private static let secret = Array("s3cret/value+of 24 bytes".utf8)
    private static let shapes = Result { try SecretShapes([SecretBytes(copying: secret)]) }
    private static let upstream = Result {
        ProxiedUpstream(
            name: "x",
            origin: try UpstreamOrigin("https://api.example.org/api"),
            secret: try SecretName("a/b"),
            places: [.authorization, .basic, .header("x-key"), .query("key")]
        )
    }

    private static func put(_ text: [UInt8], for sign: Character, in bytes: ArraySlice<UInt8>) -> [UInt8] {
        bytes.flatMap { $0 == sign.asciiValue ? text : [$0] }
    }

    private static func judge(_ rest: Input) throws {
        let upstream = try upstream.get()
        let placeholder = upstream.placeholder.text
        let pair = Base64.encode(Array("u:\(placeholder)".utf8))
        let bytes = put(Array(pair.utf8), for: "^", in: put(Array(placeholder.utf8), for: "~", in: rest.rest)[...])
        let channel = EmbeddedChannel()
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
        guard (try? channel.writeInbound(ByteBuffer(bytes: bytes))) != nil,
            case .head(let head) = try channel.readInbound(as: HTTPServerRequestPart.self),
            let request = try? CheckedRequest(head, to: upstream, ownAddresses: ["127.0.0.1:4000"])
        else { return }
        try hold(!request.finds.isEmpty, "nothing leaves without a placeholder")
        let texts = [request.path] + (request.parameters ?? []) + request.headers.flatMap { [$0.name, $0.value] }
        try hold(!texts.contains { $0.contains(placeholder) }, "no placeholder is left where none is replaced")
        try hold(RequestPath.isBelow("/api", Substring(request.path)), "a request stays below its upstream")
        let own = ["host", "content-length", "transfer-encoding", "connection", "authorization", "accept-encoding"]
        let isFramed = own.contains { name in
            request.headers.contains(name: name) && (name != "authorization" || request.finds.isEmpty)
        }
        try hold(!isFramed, "what the proxy says itself does not go on")
    }

    private static func carry(_ rest: Input) throws {
        let bytes = put(secret, for: "~", in: rest.rest)
        let channel = EmbeddedChannel()
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(HTTPResponseDecoder()))
        // A decoder of answers wants to know what was asked.
        try channel.pipeline.syncOperations.addHandler(HTTPRequestEncoder(), position: .first)
        let asked = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")
        _ = try? channel.writeOutbound(HTTPClientRequestPart.head(asked))
        guard (try? channel.writeInbound(ByteBuffer(bytes: bytes))) != nil,
            case .head(let head) = try channel.readInbound(as: HTTPClientResponsePart.self),
            let carried = try? AnswerHead.carried(
                head,
                from: upstream.get().origin,
                base: "http://127.0.0.1:4000",
                covering: shapes.get()
            )
        else { return }
        let shapes = try shapes.get()
        for field in carried.headers {
            try hold(!shapes.stand(in: field.name) && !shapes.stand(in: field.value), "no field has the credential")
        }
    }

    /// A body, in pieces.
    private static func cover(_ rest: Input) throws {
        var rest = rest
        let cut = rest.word()
        let shapes = try shapes.get()
        let text = put(secret, for: "~", in: rest.rest)
        let whole = shapes.redacted(text)
        var redactor = StreamRedactor(shapes)
        var pieces: [UInt8] = []
        var left = text[...]
        while !left.isEmpty {
            pieces += redactor.next(Array(left.prefix(1 + cut)))
            left = left.dropFirst(1 + cut)
        }
        pieces += redactor.end()
        try hold(pieces == whole, "a cut changes nothing")
        try hold(whole.count == text.count, "a length that was announced stays true")
        try hold(shapes.redacted(whole) == whole, "nothing is left to be covered")
    }
}
