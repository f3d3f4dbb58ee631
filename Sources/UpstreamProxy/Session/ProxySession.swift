import Foundation
import NIOCore
import NIOPosix

/// All that a launch needs so that a server reaches its upstreams without their credentials: a proxy for each, one relay,
/// and what goes into the server's environment.
///
/// Made before the server is started, because the environment names ports; run while the server lives.
package struct ProxySession: Sendable {
    /// The server's variables: addresses of the proxies, and placeholders.
    package let environment: [String: String]
    /// The calls in flight.
    package let calls: CallsInFlight
    private let proxies: [LoopbackProxy]

    /// Listens for every upstream that was declared.
    ///
    /// - Throws: ``LoopbackProxy/Unopened``.
    package init(
        _ declarations: ProxyDeclarations,
        credentials: any CredentialSource,
        observer: any ProxyObserver
    ) async throws(LoopbackProxy.Unopened) {
        let calls = CallsInFlight()
        let known = KnownCredentials()
        var proxies: [LoopbackProxy] = []
        var environment: [String: String] = [:]
        for declared in declarations.all {
            let proxy = try await LoopbackProxy(
                declared.upstream,
                calls: calls,
                credentials: credentials,
                known: known,
                observer: observer
            )
            environment.merge(declared.environment(baseURL: proxy.baseURL)) { $1 }
            proxies.append(proxy)
        }
        self.calls = calls
        self.proxies = proxies
        self.environment = environment
    }

    /// The same, for a thread that no task runs on: it waits.
    ///
    /// - Throws: ``LoopbackProxy/Unopened``.
    package static func open(
        _ declarations: ProxyDeclarations,
        credentials: any CredentialSource,
        observer: any ProxyObserver
    ) throws(LoopbackProxy.Unopened) -> ProxySession {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let opened = loop.makeFutureWithTask { () async -> Result<ProxySession, LoopbackProxy.Unopened> in
            do throws(LoopbackProxy.Unopened) {
                return .success(try await ProxySession(declarations, credentials: credentials, observer: observer))
            } catch {
                return .failure(error)
            }
        }
        // The future itself never fails.
        guard let session = try? opened.wait() else { throw .port }
        return try session.get()
    }

    /// Begins to relay and to proxy, and returns at once; calls `whenDone` on any thread.
    ///
    /// - Returns: How much the client has taken whenever it is called, in bytes.
    package func start(
        _ ends: StdioRelay.Ends,
        whenDone: @escaping @Sendable () -> Void
    ) -> @Sendable () -> Int {
        let relay = StdioRelay(ends, calls: calls)
        MultiThreadedEventLoopGroup.singleton.any()
            .makeFutureWithTask { await self.run(relay) }
            .whenComplete { _ in whenDone() }
        return { relay.clientHasTaken }
    }

    /// Ends the proxies, and every connection through them; returns at once. What is relayed is relayed to its end.
    package func closeProxies() {
        for proxy in proxies { proxy.close() }
    }

    /// Relays and proxies until the server closes its output.
    ///
    /// Two threads carry bytes. The one that reads from the client ends when the client closes its end, which may be after
    /// this returns.
    package func run(_ ends: StdioRelay.Ends) async { await run(StdioRelay(ends, calls: calls)) }

    private func run(_ relay: StdioRelay) async {
        await withDiscardingTaskGroup { group in
            for proxy in proxies { group.addTask { await proxy.run() } }
            Thread.detachNewThread { relay.carryToServer() }
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    relay.carryToClient()
                    continuation.resume()
                }
            }
            group.cancelAll()
        }
    }
}
