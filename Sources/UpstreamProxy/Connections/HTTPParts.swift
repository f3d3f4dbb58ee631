import NIOCore
import NIOHTTP1

/// Parts of messages whose bodies are in memory, as the proxy handles them; the encoders also take files.
typealias AnswerPart = HTTPPart<HTTPResponseHead, ByteBuffer>
typealias RequestPart = HTTPPart<HTTPRequestHead, ByteBuffer>

/// Hands parts to an encoder.
final class PartsOut<Head: Equatable & Sendable>: ChannelOutboundHandler {
    typealias OutboundIn = HTTPPart<Head, ByteBuffer>
    typealias OutboundOut = HTTPPart<Head, IOData>

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part: OutboundOut =
            switch unwrapOutboundIn(data) {
            case .head(let head): .head(head)
            case .body(let bytes): .body(.byteBuffer(bytes))
            case .end(let trailers): .end(trailers)
            }
        context.write(wrapOutboundOut(part), promise: promise)
    }
}

/// Closes a connection on which nothing has moved for a while.
final class IdleEnd: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}
