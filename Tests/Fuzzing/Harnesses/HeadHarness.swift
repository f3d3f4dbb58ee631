import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import WarderHTTP

extension Harness {
    /// What the server's parser makes of bytes on a connection, and what we make of each head; the first two bytes say
    /// where the bytes are cut.
    static let head = Harness("head") { input in
        var rest = Input(input)
        let cut = rest.word()
        let bytes = Array(rest.rest)
        let whole = try parse([bytes])
        let first = Array(bytes.prefix(bytes.isEmpty ? 0 : cut % bytes.count))
        try hold(try parse([first, Array(bytes.dropFirst(first.count))]) == whole, "a cut changes nothing")
        try hold(try parse(bytes.prefix(256).map { [$0] } + [Array(bytes.dropFirst(256))]) == whole, "cuts neither")
    }

    /// The requests that could be read, each in a line, up to the first that ends the connection.
    private static func parse(_ pieces: [[UInt8]]) throws -> [String] {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(ServerLimits().requestDecoder))
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        var requests: [String] = []
        var current: (fields: RequestFields, bodyBytes: Int)?
        do {
            for piece in pieces where !piece.isEmpty {
                // Requests in front of what cannot be read have been read.
                let fault = fault { _ = try channel.writeInbound(ByteBuffer(bytes: piece)) }
                while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
                    switch part {
                    case .head(let head):
                        let fields = try RequestFields(head)
                        try hold(head.headers.count <= ServerLimits().headerFields, "header fields are counted")
                        current = (fields, 0)
                        requests.append("\(head.method) \(words(head, fields))")
                    case .body(let bytes): current?.bodyBytes += bytes.readableBytes
                    case .end(let trailers):
                        try hold(trailers == nil, "no trailers")
                        guard let done = current else { continue }
                        try hold(
                            done.bodyBytes == done.fields.contentLength,
                            "a body has the length that its head says"
                        )
                        current = nil
                    }
                }
                if let fault { throw fault }
            }
        } catch let error as Broken {
            throw error
        } catch { requests.append("end") }
        return requests
    }

    private static func fault(_ body: () throws -> Void) -> (any Error)? {
        do {
            try body()
            return nil
        } catch { return error }
    }

    private static func words(_ head: HTTPRequestHead, _ fields: RequestFields) -> String {
        let known = [fields.token != nil, fields.isJSON, fields.expectsContinue, fields.keepsAlive]
        let target = RequestTarget(head.uri).map { "\($0.segments) \($0.query)" } ?? "none"
        let texts = [fields.presenceProof, fields.traceID].map { $0 ?? "" }
        return "\(known) \(target) \(fields.contentLength) \(fields.knownVersion ?? 0) \(texts)"
    }
}
