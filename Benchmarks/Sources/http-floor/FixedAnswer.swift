import NIOCore
import NIOHTTP1

/// Answers every request with the same bytes, as many as the vault's own health answer has.
final class FixedAnswer: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private static let body = ByteBuffer(staticString: #"{"state":"unsealed","is":"only a floor"}"#)
    private static let head = HTTPResponseHead(
        version: .http1_1,
        status: .ok,
        headers: ["content-type": "application/json", "content-length": String(body.readableBytes)]
    )

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = unwrapInboundIn(data) else { return }
        context.write(wrapOutboundOut(.head(Self.head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(Self.body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
