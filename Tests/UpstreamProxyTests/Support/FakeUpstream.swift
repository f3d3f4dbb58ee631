import Locking
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

@testable import UpstreamProxy

/// An upstream on this machine that answers as a test wants, and remembers what it was asked.
final class FakeUpstream: Sendable {
    struct Asked: Sendable {
        var head: HTTPRequestHead
        var body: [UInt8]
    }

    struct Answer: Sendable {
        var status = HTTPResponseStatus.ok
        var headers: [(String, String)] = []
        /// Written one by one.
        var pieces: [String] = ["ok"]
        var trailers: [(String, String)] = []
        var hasLength = true
        /// Whether the connection ends after this many pieces, in the middle of the answer.
        var breaksOff = false
        /// Whether it ends before the answer.
        var hangsUp = false
        /// Waits before the piece of this number; before the first one also before the header.
        var pause: (@Sendable (Int) async -> Void)?
    }

    typealias Handler = @Sendable (Asked) -> Answer
    private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, AnswerPart>

    let port: Int
    private let listener: NIOAsyncChannel<Connection, Never>
    private let seen = Locked<[Asked]>([])
    private let begun = Locked<[HTTPRequestHead]>([])
    private let accepted = Locked(0)
    private let ended = Locked(0)
    private let sent = Locked(0)
    private let handler: Handler

    init(security: NIOSSLContext? = nil, _ handler: @escaping Handler) async throws {
        self.handler = handler
        let ended = ended
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let security { try pipeline.addHandler(NIOSSLServerHandler(context: security)) }
                    try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                    try pipeline.addHandler(PartsOut<HTTPResponseHead>())
                    let connection = try Connection(wrappingChannelSynchronously: channel)
                    // A test may end before it is served.
                    channel.closeFuture.whenComplete { _ in
                        withExtendedLifetime(connection) {}
                        ended.withLock { $0 += 1 }
                    }
                    return connection
                }
            }
        port = listener.channel.localAddress?.port ?? 0
    }

    var asked: [Asked] { seen.withLock { $0 } }
    /// Heads of requests, those included whose end never came.
    var heads: [HTTPRequestHead] { begun.withLock { $0 } }
    /// Bytes of bodies that could be written.
    var written: Int { sent.withLock { $0 } }
    var connections: Int { accepted.withLock { $0 } }
    /// Of those, the ones that are closed.
    var closed: Int { ended.withLock { $0 } }

    func run() async {
        await withDiscardingTaskGroup { group in
            try? await listener.executeThenClose { inbound in
                for try await connection in inbound {
                    accepted.withLock { $0 += 1 }
                    group.addTask { try? await self.serve(connection) }
                }
            }
            group.cancelAll()
        }
    }

    private func serve(_ connection: Connection) async throws {
        try await connection.executeThenClose { inbound, outbound in
            var head: HTTPRequestHead?
            var body: [UInt8] = []
            for try await part in inbound {
                switch part {
                case .head(let new):
                    head = new
                    begun.withLock { $0.append(new) }
                    body = []
                case .body(let bytes): body += Array(bytes.readableBytesView)
                case .end:
                    guard let asked = head.map({ Asked(head: $0, body: body) }) else { return }
                    seen.withLock { $0.append(asked) }
                    guard try await answer(handler(asked), to: asked, outbound) else { return }
                }
            }
        }
    }

    private func answer(
        _ answer: Answer,
        to asked: Asked,
        _ outbound: NIOAsyncChannelOutboundWriter<AnswerPart>
    ) async throws -> Bool {
        if answer.hangsUp { return false }
        await answer.pause?(0)
        var headers = HTTPHeaders(answer.headers)
        let count = answer.pieces.reduce(0) { $0 + $1.utf8.count }
        if answer.hasLength {
            headers.add(name: "Content-Length", value: String(answer.breaksOff ? count + 10 : count))
        }
        try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)))
        if asked.head.method != .HEAD {
            for (number, piece) in answer.pieces.enumerated() {
                if number > 0 { await answer.pause?(number) }
                try await outbound.write(.body(ByteBuffer(string: piece)))
                sent.withLock { $0 += piece.utf8.count }
            }
        }
        if answer.breaksOff { return false }
        try await outbound.write(.end(answer.trailers.isEmpty ? nil : HTTPHeaders(answer.trailers)))
        return asked.head.isKeepAlive
    }
}
