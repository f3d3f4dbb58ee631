import NIOCore
import NIOHTTP1

/// Passes on requests that are bytes already: the head is there for the response decoder alone, which must know that
/// one is due.
final class RequestBytes: ChannelOutboundHandler {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = ByteBuffer

    /// What the decoder sees of every request; the answers to `HEAD` and `CONNECT` would be different, and are never
    /// asked for.
    static let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .body(.byteBuffer(let bytes)) = unwrapOutboundIn(data) else {
            promise?.succeed()
            return
        }
        context.write(wrapOutboundOut(bytes), promise: promise)
    }
}
