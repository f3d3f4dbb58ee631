import NIOCore

/// First in the pipeline: tells when a request begins to arrive, which the parser behind it does not, and wipes what
/// arrived once it is parsed.
final class FirstByteWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.bytesArrived()
        context.fireChannelRead(data)
        // The parser keeps the beginning of a head until it is whole, and nothing else.
        if connection.hasHead { unwrapInboundIn(data).wipe() }
    }
}
