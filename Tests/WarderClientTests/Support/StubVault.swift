import Locking
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// One request as the stub received it.
struct StubRequest: Sendable {
    /// `GET /v1/health`
    let line: String
    let headers: [String: String]
    let body: String
    /// Which connection it came over, counted from 1.
    let connection: Int

    var token: String? { headers["authorization"].map { String($0.dropFirst("Bearer ".count)) } }
}

/// What the stub does with a request.
enum StubAnswer: Sendable {
    case json(Int, String, headers: [String: String] = [:])
    /// Bytes as they are; the connection stays open.
    case raw(String)
    /// Bytes as they are, then the end of the connection.
    case rawThenClose(String)
    /// Nothing, for as long as the client waits.
    case hang
    /// The end of the connection instead of an answer.
    case close
    indirect case after(TimeAmount, StubAnswer)

    /// An answer as the vault gives it to a refused request.
    static func error(_ status: Int, _ code: String, headers: [String: String] = [:]) -> StubAnswer {
        .json(
            status,
            #"{"error":{"code":"\#(code)","message":"A message for people.","request_id":"req_7Q"}}"#,
            headers: headers
        )
    }
}

/// A vault's socket with a scripted vault behind it.
final class StubVault: Sendable {
    let path: String
    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel
    private let log: Log

    /// What happened, in order.
    final class Log: Sendable {
        private let entries = Locked<[StubRequest]>([])
        let connections = Atomic<Int>(0)
        let ended = Atomic<Int>(0)
        let most = Atomic<Int>(0)

        func append(_ request: StubRequest) { entries.withLock { $0.append(request) } }
        var all: [StubRequest] { entries.withLock { $0 } }
    }

    private init(
        path: String,
        group: MultiThreadedEventLoopGroup,
        channel: any Channel,
        log: Log
    ) {
        self.path = path
        self.group = group
        self.channel = channel
        self.log = log
    }

    /// Listens at `path` until `stop()`.
    static func start(
        at path: String,
        _ script: @escaping @Sendable (StubRequest) -> StubAnswer
    ) async throws -> StubVault {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let log = Log()
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1_024)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let number = log.connections.add(1, ordering: .relaxed).newValue
                    log.most.max(number - log.ended.load(ordering: .relaxed), ordering: .relaxed)
                    try channel.pipeline.syncOperations.addHandlers([
                        ByteToMessageHandler(HTTPRequestDecoder()),
                        StubHandler(connection: number, log: log, script: script),
                    ])
                }
            }
            .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true)
            .get()
        return StubVault(path: path, group: group, channel: channel, log: log)
    }

    /// Every request so far.
    var requests: [StubRequest] { log.all }

    /// Connections that were made so far.
    var connections: Int { log.connections.load(ordering: .relaxed) }

    /// Connections that are open now.
    var open: Int { connections - log.ended.load(ordering: .relaxed) }

    /// The most that were open at a time.
    var mostOpen: Int { log.most.load(ordering: .relaxed) }

    /// How many requests so far have this method and path.
    func count(_ line: String) -> Int { requests.count { $0.line.hasPrefix(line) } }

    /// Waits until as many requests with this method and path have arrived, for two minutes at most.
    func received(_ line: String, times: Int) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while count(line) < times, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(1)) }
    }

    /// Closes the socket and all connections.
    func stop() async throws {
        try await group.shutdownGracefully()
    }
}

private final class StubHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private let connection: Int
    private let log: StubVault.Log
    private let script: @Sendable (StubRequest) -> StubAnswer
    private var head: HTTPRequestHead?
    private var body = ""

    init(connection: Int, log: StubVault.Log, script: @escaping @Sendable (StubRequest) -> StubAnswer) {
        self.connection = connection
        self.log = log
        self.script = script
    }

    func channelInactive(context: ChannelHandlerContext) {
        log.ended.add(1, ordering: .relaxed)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = ""
        case .body(let part):
            body += String(buffer: part)
        case .end:
            guard let head else { return }
            let request = StubRequest(
                line: "\(head.method.rawValue) \(head.uri)",
                headers: Dictionary(
                    head.headers.map { ($0.name.lowercased(), $0.value) },
                    uniquingKeysWith: { $0 + "," + $1 }
                ),
                body: body,
                connection: connection
            )
            log.append(request)
            give(script(request), context: context)
        }
    }

    private func give(_ answer: StubAnswer, context: ChannelHandlerContext) {
        switch answer {
        case .json(let status, let body, let headers):
            var text = "HTTP/1.1 \(status) Status\r\nContent-Type: application/json\r\n"
            for (name, value) in headers { text += "\(name): \(value)\r\n" }
            let hasBody = ![204, 304].contains(status)
            if hasBody { text += "Content-Length: \(body.utf8.count)\r\n" }
            write(text + "\r\n" + (hasBody ? body : ""), context: context)
        case .raw(let text):
            write(text, context: context)
        case .rawThenClose(let text):
            write(text, context: context)
            context.close(promise: nil)
        case .hang:
            break
        case .close:
            context.close(promise: nil)
        case .after(let delay, let answer):
            context.eventLoop.assumeIsolated().scheduleTask(in: delay) { self.give(answer, context: context) }
        }
    }

    private func write(_ text: String, context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }
}
