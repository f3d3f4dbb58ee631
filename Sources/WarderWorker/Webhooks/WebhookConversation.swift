import NIOCore
import NIOHTTP1
import UpstreamSecurity

/// Posts one request on a connection that has just been made, and learns the status of its answer.
final class WebhookConversation: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// Bytes of an answer's body for whose end is waited. Nobody reads them.
    private static let mostBody = 64 << 10

    private let request: WebhookRequest
    private let answer: EventLoopPromise<Int>
    private let deadline: NIODeadline
    private var status: Int?
    private var bodyLeft = WebhookConversation.mostBody
    private var isOver = false

    /// `answer` gets the status, or a ``WebhookFault``, once.
    init(_ request: WebhookRequest, _ answer: EventLoopPromise<Int>, until deadline: NIODeadline) {
        self.request = request
        self.answer = answer
        self.deadline = deadline
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(deadline: deadline) {
            let (conversation, context) = bound.value
            conversation.end(context, .late)
        }
        context.write(wrapOutboundOut(.head(request.head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(request.body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): status = Int(head.status.code)
        case .body(let bytes):
            bodyLeft -= bytes.readableBytes
            if bodyLeft < 0 { end(context, .unanswered) }
        case .end: end(context, .unanswered)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(context, UpstreamSecurity.isFault(error) ? .unverified : .unanswered)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(context, .unanswered)
        context.fireChannelInactive()
    }

    /// `fault`: what it means where no answer has begun.
    private func end(_ context: ChannelHandlerContext, _ fault: WebhookFault) {
        guard !isOver else { return }
        isOver = true
        context.close(promise: nil)
        if let status { answer.succeed(status) } else { answer.fail(fault) }
    }
}
