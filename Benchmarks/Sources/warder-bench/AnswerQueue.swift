import NIOCore
import NIOHTTP1
import Synchronization

/// Gives each answer of a connection to whoever waits longest.
final class AnswerQueue: Sendable {
    typealias Answer = NIOHTTPClientResponseFull

    private struct State {
        var waiting: [EventLoopPromise<Answer>] = []
        var isOver = false
    }

    private let state = Mutex(State())

    /// The answer to the request that is sent next.
    func next(on loop: any EventLoop) -> EventLoopFuture<Answer> {
        let promise = loop.makePromise(of: Answer.self)
        let isOver = state.withLock { state in
            if !state.isOver { state.waiting.append(promise) }
            return state.isOver
        }
        if isOver { promise.fail(ChannelError.eof) }
        return promise.futureResult
    }

    func handler() -> any ChannelHandler { Handler(queue: self) }

    private func first() -> EventLoopPromise<Answer>? {
        state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
    }

    private func end() {
        state.withLock { $0.isOver = true }
        while let promise = first() { promise.fail(ChannelError.eof) }
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
            queue.end()
        }
    }
}
