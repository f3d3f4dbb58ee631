import NIOCore
import NIOHTTP1
import NIOPosix
import UpstreamAddresses
import UpstreamSecurity

/// Connects to one upstream.
struct UpstreamDialer: Sendable {
    typealias Connection = NIOAsyncChannel<HTTPClientResponsePart, RequestPart>

    /// Nothing came or went for this long: longer than queries that people wait for.
    private static let idleLimit = TimeAmount.minutes(10)
    private static let connectLimit = TimeAmount.seconds(10)

    private let origin: UpstreamOrigin
    private let security: UpstreamSecurity

    /// - Throws: If a file of certificates cannot be read.
    init(_ upstream: ProxiedUpstream) throws {
        origin = upstream.origin
        security = try UpstreamSecurity(upstream.origin, authorities: upstream.authorities)
    }

    /// A connection on which nothing leaves before the upstream's certificate has been verified.
    func connect() async throws(RequestRefusal) -> Connection {
        let origin = origin
        let security = security
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(Self.connectLimit)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .connect(host: origin.destination, port: origin.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try security.add(to: pipeline)
                        try pipeline.addHandler(IdleStateHandler(allTimeout: Self.idleLimit))
                        try pipeline.addHandler(IdleEnd())
                        try pipeline.addHTTPClientHandlers(leftOverBytesStrategy: .dropBytes)
                        try pipeline.addHandler(PartsOut<HTTPRequestHead>())
                        return try Connection(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            throw .unreachable
        }
    }
}
