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
    private let patience: TimeAmount?
    private let limit: TimeAmount

    /// - Throws: If a file of certificates cannot be read.
    init(_ upstream: ProxiedUpstream) throws {
        try self.init(upstream.origin, authorities: upstream.authorities)
    }

    /// - Parameters:
    ///   - origin: where the connections go.
    ///   - authorities: certificates that alone are trusted; `nil` for those of the system.
    ///   - isPatient: whether nothing may come or go for as long as it likes.
    ///   - limit: for a connection to be made; `nil` for the usual one.
    /// - Throws: If a file of certificates cannot be read.
    init(
        _ origin: UpstreamOrigin,
        authorities: String?,
        isPatient: Bool = false,
        limit: TimeAmount? = nil
    ) throws {
        self.origin = origin
        patience = isPatient ? nil : Self.idleLimit
        self.limit = limit ?? Self.connectLimit
        security = try UpstreamSecurity(origin, authorities: authorities)
    }

    /// A connection on which nothing leaves before the upstream's certificate has been verified; on `loop`, where one is
    /// named.
    func connect(on loop: (any EventLoop)? = nil) async throws(RequestRefusal) -> Connection {
        let origin = origin
        let security = security
        let patience = patience
        do {
            return try await ClientBootstrap(group: loop ?? MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(limit)
                // A machine that has vanished is noticed also where nothing has to be said for long.
                .channelOption(.socketOption(.so_keepalive), value: 1)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .connect(host: origin.destination, port: origin.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try security.add(to: pipeline)
                        if let patience {
                            try pipeline.addHandler(IdleStateHandler(allTimeout: patience))
                            try pipeline.addHandler(IdleEnd())
                        }
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
