import Logging
import ServiceLifecycle
import WarderCore
import WarderHTTP
import WarderModel

/// What has to be done now and then, off the hot path: writing down who was turned away, dropping tokens that have
/// ended.
struct Housekeeping: Service {
    private static let rhythm = Duration.seconds(60)

    let vault: Vault
    let server: VaultServer
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.rhythm)
                await writeDown()
            }
        }
    }

    private func writeDown() async {
        vault.dropEndedTokens()
        for entry in server.takeTurnedAway() {
            let command = Peers.turnedAway(
                entry.kind == .unknown ? .peerUnknown : .peerLimited,
                uid: entry.uid,
                requests: entry.requests
            )
            do throws(Refusal) { try await vault.perform(command) } catch {
                logger.warning("turned-away requests could not be written down", metadata: ["reason": "\(error)"])
            }
        }
    }
}
