import Logging
import ServiceLifecycle
import WarderCore
import WarderModel

/// Deletes the contents of events before the mark, in small steps, so that requests hardly notice. Goes on where it was
/// when the vault is opened again, and waits for sinks that have not got them yet.
struct LogPruning: Service {
    private static let rhythm = Duration.seconds(1)
    /// Between two steps, for everybody else.
    private static let breath = Duration.milliseconds(20)

    let vault: Vault
    let reach: SinkReach
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var settled: UInt64?
            var isWaiting = false
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.rhythm)
                guard let through = vault.prunedLog?.through else {
                    settled = nil
                    continue
                }
                guard through != settled else { continue }
                let ceiling = reach.lowest ?? .max
                if await sweep(ceiling), ceiling >= through { settled = through }
                // Not at the first look: a sink that is as far as the log has yet to say so after a start.
                if ceiling < through, !isWaiting, ceiling > 0 {
                    logger.notice("pruned events wait for a sink", metadata: ["behind": "\(ceiling)"])
                }
                isWaiting = ceiling < through && ceiling > 0
            }
        }
    }

    /// Whether nothing is left to delete up to there.
    private func sweep(_ ceiling: UInt64) async -> Bool {
        while !Task.isCancelled {
            do throws(Refusal) {
                guard try await vault.pruneStep(through: ceiling) else { return true }
            } catch {
                // Sealed meanwhile, or no room on the disk: the next round goes on.
                if error != .sealed {
                    logger.warning("the log could not be pruned further", metadata: ["reason": "\(error)"])
                }
                return false
            }
            try? await Task.sleep(for: Self.breath)
        }
        return false
    }
}
