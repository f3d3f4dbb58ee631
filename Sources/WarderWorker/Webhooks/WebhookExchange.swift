import NIOCore
import NIOHTTP1
import NIOPosix
import UpstreamAddresses
import UpstreamSecurity

/// One request over a connection of its own.
enum WebhookExchange {
    /// Posts it, and waits until its receiver has said that it has it.
    ///
    /// - Parameters:
    ///   - request: What is posted.
    ///   - origin: Where to. Whatever the answer says, nothing goes anywhere else.
    ///   - security: What verifies the receiver before anything leaves.
    ///   - patience: For all of it, from the look-up of the host's name on.
    /// - Throws: Unless the answer is 200 to 299.
    static func post(
        _ request: WebhookRequest,
        to origin: UpstreamOrigin,
        _ security: UpstreamSecurity,
        within patience: Duration
    ) throws(WebhookFault) {
        let limit = TimeAmount(patience)
        let deadline = NIODeadline.now() + limit
        // One thread, which ends with the process of the step.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let answer = group.next().makePromise(of: Int.self)
        ClientBootstrap(group: group)
            .connectTimeout(limit)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try security.add(to: channel.pipeline.syncOperations)
                    try channel.pipeline.syncOperations.addHTTPClientHandlers(leftOverBytesStrategy: .dropBytes)
                }
            }
            .connect(host: origin.destination, port: origin.port)
            .whenComplete { connected in
                do {
                    let conversation = WebhookConversation(request, answer, until: deadline)
                    try connected.get().pipeline.syncOperations.addHandler(conversation)
                } catch {
                    answer.fail(WebhookFault.unreachable)
                }
            }
        let status: Int
        do { status = try answer.futureResult.wait() } catch { throw error as? WebhookFault ?? .unanswered }
        guard (200...299).contains(status) else { throw .refused(status: status) }
    }
}

/// Why a notice counts as not posted. Says nothing that the receiver said but a number.
enum WebhookFault: Error, CustomStringConvertible {
    case unreachable
    case unverified
    case late
    case unanswered
    case refused(status: Int)

    var description: String {
        switch self {
        case .unreachable: "the webhook's host could not be reached"
        case .unverified:
            "TLS with the webhook's host failed: it needs a certificate for that very name, from a CA that is trusted here"
        case .late: "the webhook did not answer in time"
        case .unanswered: "the webhook's host ended the connection without an answer"
        case .refused(let status) where (300...399).contains(status):
            "the webhook answered \(status), and no other address is followed"
        case .refused(let status): "the webhook answered \(status)"
        }
    }
}
