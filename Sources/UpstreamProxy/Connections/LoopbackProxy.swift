import Glibc
import Locking
import NIOCore
import NIOHTTP1
import NIOPosix
import UpstreamAddresses
package import WarderLinux

/// Listens on this machine's loopback for one server and one upstream.
///
/// Everybody on the machine can connect there. So the owner of each connection is looked up in the kernel's tables: only
/// processes of the launch are answered.
package final class LoopbackProxy: Sendable {
    /// Whether a connection comes from the launch, and whose it is.
    package typealias OwnerCheck = @Sendable (LoopbackConnection) -> (isInside: Bool, uid: UInt32?)

    /// Why there is no proxy.
    package enum Unopened: Error, Hashable, Sendable {
        /// The file of certificates for this upstream cannot be read, or holds none.
        case authorities(upstream: String)
        /// No port on the loopback.
        case port
    }

    private typealias Accepted = NIOAsyncChannel<HTTPServerRequestPart, AnswerPart>

    /// Connections at once: more than any server's pool.
    private static let mostConnections = 256

    /// What is proxied.
    package let upstream: ProxiedUpstream
    /// The port on 127.0.0.1.
    package let port: Int
    private let listener: NIOAsyncChannel<Accepted, Never>
    private let connection: ServerConnection
    private let observer: any ProxyObserver
    private let isOwn: OwnerCheck
    private let open = Locked(0)

    /// Listens on a port that was free. `known` is the launch's, and the same for all of its upstreams.
    ///
    /// - Throws: ``Unopened``.
    package init(
        _ upstream: ProxiedUpstream,
        calls: CallsInFlight,
        credentials: any CredentialSource,
        known: KnownCredentials,
        observer: any ProxyObserver,
        isOwn: @escaping OwnerCheck = LoopbackProxy.isOfLaunch
    ) async throws(Unopened) {
        let dialer: UpstreamDialer
        do { dialer = try UpstreamDialer(upstream) } catch { throw .authorities(upstream: upstream.name) }
        let listener: NIOAsyncChannel<Accepted, Never>
        do { listener = try await Self.listen() } catch { throw .port }
        // Like those that it accepts: a launch may fail before anybody is served.
        listener.channel.closeFuture.whenComplete { _ in withExtendedLifetime(listener) {} }
        self.listener = listener
        guard let port = listener.channel.localAddress?.port else { throw .port }
        self.port = port
        self.upstream = upstream
        self.observer = observer
        self.isOwn = isOwn
        connection = ServerConnection(
            upstream: upstream,
            base: "http://127.0.0.1:\(port)",
            ownAddresses: ["127.0.0.1:\(port)", "localhost:\(port)"],
            dialer: dialer,
            calls: calls,
            credentials: credentials,
            known: known,
            observer: observer
        )
    }

    private static func listen() async throws -> NIOAsyncChannel<Accepted, Never> {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 64)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(PartsOut<HTTPResponseHead>())
                    let accepted = try Accepted(wrappingChannelSynchronously: channel)
                    // One that nobody serves any more, because the launch is over, must not be given up unclosed.
                    channel.closeFuture.whenComplete { _ in withExtendedLifetime(accepted) {} }
                    return accepted
                }
            }
    }

    deinit { close() }

    /// Ends what `run` does, with every connection; returns at once.
    package func close() { listener.channel.close(promise: nil) }

    /// What the server is given in place of the upstream's address.
    package var baseURL: String { "http://127.0.0.1:\(port)\(upstream.origin.path)" }

    /// Answers until the task is cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            try? await listener.executeThenClose { inbound in
                for try await accepted in inbound {
                    group.addTask { await self.serve(accepted) }
                }
            }
            group.cancelAll()
        }
    }

    /// Whether a connection was made by this user, in a process that this one started.
    package static let isOfLaunch: OwnerCheck = { connection in
        guard let socket = connection.clientSocket() else { return (false, nil) }
        guard socket.uid == geteuid() else { return (false, socket.uid) }
        // A process that starts another, or opens a file, while it is looked at can hide what it holds for a moment.
        let isInside = (0..<3).contains { _ in ProcessesBelow.holder(of: socket) != nil }
        return (isInside, socket.uid)
    }

    private func serve(_ accepted: Accepted) async {
        let isOneTooMany = open.withLock { count in
            count += 1
            return count > Self.mostConnections
        }
        defer { open.withLock { $0 -= 1 } }
        // Closing is what both refusals are: who is not of the launch learns nothing.
        guard !isOneTooMany, await isInside(accepted) else {
            try? await accepted.channel.close()
            // The wrapped channel has to be gone through once, or it complains.
            try? await accepted.executeThenClose { _, _ in }
            return
        }
        // With the link to the upstream on the same one, nothing changes threads but what the vault is asked.
        let connection = connection
        await withTaskExecutorPreference(LoopExecutor(accepted.channel.eventLoop)) { await connection.serve(accepted) }
    }

    private func isInside(_ accepted: Accepted) async -> Bool {
        guard let client = accepted.channel.remoteAddress?.port, let clientPort = UInt16(exactly: client),
            let serverPort = UInt16(exactly: port)
        else { return false }
        let isOwn = isOwn
        let connection = LoopbackConnection(clientPort: clientPort, serverPort: serverPort)
        // Reads files of the kernel; other connections do not wait for that.
        let owner = try? await NIOThreadPool.singleton.runIfActive { isOwn(connection) }
        guard let owner, owner.isInside else {
            observer.refusedConnection(to: upstream.name, uid: owner?.uid)
            return false
        }
        return true
    }
}
