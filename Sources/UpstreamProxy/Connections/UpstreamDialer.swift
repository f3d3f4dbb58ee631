import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Connects to one upstream.
struct UpstreamDialer: Sendable {
    typealias Connection = NIOAsyncChannel<HTTPClientResponsePart, RequestPart>

    /// Nothing came or went for this long: longer than queries that people wait for.
    private static let idleLimit = TimeAmount.minutes(10)
    private static let connectLimit = TimeAmount.seconds(10)

    private let origin: UpstreamOrigin
    private let security: NIOSSLContext?

    /// - Throws: If a file of certificates cannot be read.
    init(_ upstream: ProxiedUpstream) throws {
        origin = upstream.origin
        security = try upstream.origin.isEncrypted ? Self.security(upstream.authorities) : nil
    }

    /// A connection on which nothing leaves before the upstream's certificate has been verified.
    func connect() async throws(RequestRefusal) -> Connection {
        let origin = origin
        let security = security
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(Self.connectLimit)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .connect(host: origin.host, port: origin.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        if let security {
                            let name = origin.isAddress ? nil : origin.host
                            try pipeline.addHandler(NIOSSLClientHandler(context: security, serverHostname: name))
                        }
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

    private static func security(_ authorities: String?) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        configuration.applicationProtocols = ["http/1.1"]
        if let authorities {
            // Read now, so that a file that is missing stops the launch and not the first call.
            configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authorities))
        }
        return try NIOSSLContext(configuration: configuration)
    }
}
