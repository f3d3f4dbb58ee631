import Foundation
import NIOCore
import NIOHTTP1

/// Answers requests of one connection.
final class NotesHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let tokenFile: String
    private var status = HTTPResponseStatus.notFound
    private var bytes = 0

    init(tokenFile: String) {
        self.tokenFile = tokenFile
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            bytes = 0
            status = answer(to: head)
        case .body(let part):
            bytes += part.readableBytes
            if bytes > 65_536 { context.close(promise: nil) }
        case .end:
            let head = HTTPResponseHead(version: .http1_1, status: status, headers: ["Content-Length": "0"])
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }

    private func answer(to head: HTTPRequestHead) -> HTTPResponseStatus {
        guard head.method == .POST, head.uri == "/notes" else { return .notFound }
        guard let token = try? String(contentsOfFile: tokenFile, encoding: .utf8) else { return .internalServerError }
        let wanted = "Bearer " + token.trimmingCharacters(in: .newlines)
        return head.headers.first(name: "Authorization") == wanted ? .created : .unauthorized
    }
}
