import NIOCore
import NIOEmbedded
import NIOHTTP1
import SecretMemory
import UnixHTTP
import UpstreamAddresses
import WarderCrypto

@testable import WarderWorker

extension Harness {
    /// What the receiver of a webhook answers; the first two bytes say where it is cut.
    static let webhook = Harness("webhook") { input in
        let request = try request.get()
        var rest = Input(input)
        let cut = rest.word()
        let bytes = Array(rest.rest)
        let whole = try post(request, bytes, size: max(bytes.count, 1))
        try hold(try post(request, bytes, size: 1 + cut % max(bytes.count, 1)) == whole, "a cut changes nothing")
        try hold(try post(request, bytes, size: 1) == whole, "cuts neither")
        guard let status = whole else { return }
        try hold((0...999).contains(status), "a status has three digits")
        // Line ends before it are passed over.
        let line = bytes.drop { $0 == 10 || $0 == 13 }
        try hold(line.starts(with: "HTTP/1.".utf8), "nothing but an answer has a status")
        // Of what is on the way, each reader has its own idea.
        guard !line.starts(with: "HTTP/1.1 1".utf8), !line.starts(with: "HTTP/1.0 1".utf8) else { return }
        var other = ResponseReader(Pieces(bytes, size: max(bytes.count, 1)))
        guard let head = try? other.head() else { return }
        try hold(head.status == status, "another reader reads the same")
    }

    private static let request = Result {
        try WebhookRequest(
            Array("{}".utf8),
            id: "n",
            to: WebhookAddress("https://hooks.example.org/warder"),
            key: HMACSHA256Key(SecretBytes(copying: [UInt8](repeating: 7, count: 32))),
            at: 1
        )
    }

    /// The status that the receiver answered with; `nil` where it did not answer.
    private static func post(_ request: WebhookRequest, _ bytes: [UInt8], size: Int) throws -> Int? {
        let channel = EmbeddedChannel()
        let answer = channel.eventLoop.makePromise(of: Int.self)
        try channel.pipeline.syncOperations.addHTTPClientHandlers(leftOverBytesStrategy: .dropBytes)
        // Nobody listens there: the channel says by itself that it is open.
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/nowhere")).wait()
        let conversation = WebhookConversation(request, answer, until: .uptimeNanoseconds(1))
        try channel.pipeline.syncOperations.addHandler(conversation)
        var rest = bytes[...]
        while !rest.isEmpty, channel.isActive {
            _ = try? channel.writeInbound(ByteBuffer(bytes: rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        _ = try? channel.finish(acceptAlreadyClosed: true)
        // What waits for the deadline would keep all of it.
        channel.embeddedEventLoop.advanceTime(to: .uptimeNanoseconds(1))
        do { return try answer.futureResult.wait() } catch WebhookFault.unanswered { return nil } catch {
            throw Broken(property: "no bytes are another fault than none")
        }
    }
}
