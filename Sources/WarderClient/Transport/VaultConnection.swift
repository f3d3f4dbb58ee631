import NIOCore
import NIOHTTP1

/// One connection to the vault, with one request in flight at most.
///
/// It lives on the pool's event loop, like everything in this folder.
final class VaultConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private struct Incoming {
        let status: Int
        let retryAfter: Int?
        let isKeepAlive: Bool
        let body = AnswerBody()
    }

    private let pool: ConnectionPool
    private var context: ChannelHandlerContext?
    private(set) var exchange: Exchange?
    private var incoming: Incoming?
    /// The request in flight as bytes; it holds a token.
    private var outgoing = ByteBuffer()
    /// Whether an answer came over it before: only then can the vault have closed it before it saw the next request.
    private var isKept = false

    /// The first bytes of the answer, of a connection that was taken over.
    private var received: ByteBuffer?

    init(pool: ConnectionPool) {
        self.pool = pool
    }

    /// A connection on which a request went out already.
    init(pool: ConnectionPool, under exchange: Exchange, received: ByteBuffer) {
        self.pool = pool
        self.exchange = exchange
        self.received = received
        isKept = true
    }

    /// Limits for answers; the vault's own heads have a few short fields.
    static var decoderLimits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 8_192
        limits.maxHeaderListSize = 16_384
        limits.maxHeaderFieldCount = 64
        return limits
    }

    /// Sends a request; the connection must be idle.
    func start(_ exchange: Exchange) {
        guard let context else { return exchange.complete(.failure(WarderClientError(.unreachable))) }
        self.exchange = exchange
        outgoing.clear()
        exchange.request.write(into: &outgoing)
        context.write(wrapOutboundOut(.head(RequestBytes.head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(outgoing))), promise: nil)
    }

    /// Closes; whatever is in flight fails with `error`.
    func close(failing error: WarderClientError) {
        let exchange = take()
        context?.close(promise: nil)
        exchange?.complete(.failure(error))
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        pool.opened(self)
        guard let received = received.take() else { return }
        context.write(wrapOutboundOut(.head(RequestBytes.head)), promise: nil)
        // Ahead of whatever is read now.
        if received.readableBytes > 0 { context.pipeline.fireChannelRead(received) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            incoming = Incoming(
                status: Int(head.status.code),
                retryAfter: head.headers.first(name: "Retry-After").flatMap { Int($0) },
                isKeepAlive: head.isKeepAlive
            )
            if let length = head.headers.first(name: "Content-Length").flatMap({ Int($0) }) { expect(length) }
        case .body(let part):
            guard let exchange, let incoming else { return }
            guard incoming.body.count + part.readableBytes <= exchange.request.answerLimit else { return refuse() }
            incoming.body.take(part)
        case .end:
            finish()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        outgoing.wipe()
        let isStale = isKept && incoming == nil
        let exchange = take()
        pool.closed(self)
        guard let exchange else { return }
        if isStale, !exchange.isSecondAttempt {
            pool.sendAgain(exchange)
        } else {
            exchange.complete(.failure(WarderClientError(.unreachable)))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case is IOError, HTTPParserError.invalidEOFState:
            // The connection broke, maybe inside an answer. `channelInactive` follows, and knows whether to send again.
            context.close(promise: nil)
        default:
            refuse()
        }
    }

    private func expect(_ length: Int) {
        guard let exchange, let incoming else { return }
        guard (0...exchange.request.answerLimit).contains(length) else { return refuse() }
        incoming.body.reserve(length)
    }

    /// Whoever is at the other end does not keep to the protocol.
    private func refuse() {
        close(failing: WarderClientError(.protocolViolation))
    }

    private func finish() {
        guard let incoming, let exchange = take() else { return }
        outgoing.wipe()
        // Free before the result is handed over: the next request may come out of it.
        if incoming.isKeepAlive {
            isKept = true
            pool.released(self)
        } else {
            context?.close(promise: nil)
        }
        exchange.complete(
            .success(VaultAnswer(status: incoming.status, retryAfter: incoming.retryAfter, body: incoming.body))
        )
    }

    private func take() -> Exchange? {
        defer {
            exchange = nil
            incoming = nil
        }
        return exchange
    }
}
