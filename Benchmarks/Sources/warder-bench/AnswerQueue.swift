import NIOCore
import NIOHTTP1
import Synchronization

/// Gives each answer of a connection to whoever waits longest.
final class AnswerQueue: Sendable {
    typealias Answer = NIOHTTPClientResponseFull

    private let waiting = Mutex<[EventLoopPromise<Answer>]>([])

    /// The answer to the request that is sent next.
    func next(on loop: any EventLoop) -> EventLoopFuture<Answer> {
        let promise = loop.makePromise(of: Answer.self)
        waiting.withLock { $0.append(promise) }
        return promise.futureResult
    }

    func handler() -> any ChannelHandler { Handler(queue: self) }

    private func first() -> EventLoopPromise<Answer>? {
        waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = Answer

        private let queue: AnswerQueue

        init(queue: AnswerQueue) { self.queue = queue }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            queue.first()?.succeed(unwrapInboundIn(data))
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            queue.first()?.fail(error)
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            while let promise = queue.first() { promise.fail(ChannelError.eof) }
        }
    }
}
