import Logging
import ServiceLifecycle
import WarderCore
import WarderModel

/// Seals what lies under old keys anew after a rotation, in small steps, so that requests hardly notice. Goes on where
/// it was when the vault is opened again.
struct KeyKeeping: Service {
    private static let rhythm = Duration.seconds(1)
    /// Between two steps, for everybody else.
    private static let breath = Duration.milliseconds(5)

    let vault: Vault
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var watch = StandstillWatch()
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.rhythm)
                if watch.isRewrappingDue(in: vault) { await rewrap() }
            }
        }
    }

    /// Until nothing is left that can be sealed anew; damaged rows may stay, which the log says.
    private func rewrap() async {
        var rewrapping = Rewrapping()
        while !Task.isCancelled {
            do throws(Refusal) {
                let (next, step) = try await vault.rewrap(rewrapping)
                if step == .done { return }
                rewrapping = next
            } catch {
                // Sealed meanwhile, or no room on the disk: the next round goes on.
                if error != .sealed {
                    logger.warning("keys could not be rotated further", metadata: ["reason": "\(error)"])
                }
                return
            }
            try? await Task.sleep(for: Self.breath)
        }
    }
}
