import ServiceLifecycle
import WarderHTTP

/// Keeps the server up until the daemon is told to stop, and then lets it end its requests.
struct Serving: Service {
    let server: VaultServer
    /// Called once services run: from then on a signal to stop ends the daemon in order.
    let whenReady: @Sendable () -> Void

    func run() async throws {
        whenReady()
        try? await gracefulShutdown()
        await server.shutDown()
    }
}
