import ServiceLifecycle
import WarderHTTP

/// Keeps the server up until the daemon is told to stop, and then lets it end its requests.
struct Serving: Service {
    let server: VaultServer

    func run() async throws {
        try? await gracefulShutdown()
        await server.shutDown()
    }
}
