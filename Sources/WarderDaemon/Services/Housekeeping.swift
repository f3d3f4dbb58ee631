import Logging
import ServiceLifecycle
import WarderCore
import WarderHTTP
import WarderModel

/// What has to be done now and then, off the hot path: writing down who was turned away, dropping tokens and shares
/// whose time is up.
struct Housekeeping: Service {
    private static let rhythm = Duration.seconds(60)

    let vault: Vault
    let server: VaultServer
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.rhythm)
                if Task.isCancelled { break }
                vault.dropEndedTokens()
                // Shares do not stay in memory because nobody looks.
                vault.gathering.progress(at: vault.clock.now())
                await writeDown()
            }
        }
        await writeDown(atTheEnd: true)
    }

    private func writeDown(atTheEnd: Bool = false) async {
        guard let reason = await server.writeDownTurnedAway(atTheEnd: atTheEnd), reason != .sealed else { return }
        logger.warning("turned-away requests could not be written down", metadata: ["reason": "\(reason)"])
    }
}
