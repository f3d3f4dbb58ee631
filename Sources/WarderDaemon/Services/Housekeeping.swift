import Logging
import ServiceLifecycle
import WarderCore
import WarderHTTP
import WarderModel

/// What has to be done now and then, off the hot path: writing down who was turned away, dropping tokens and shares
/// whose time is up.
struct Housekeeping: Service {
    private static let rhythm = Duration.seconds(60)
    /// Between two looks for what the policy lets go of the log.
    private static let pruningRhythm = Duration.seconds(86_400)

    let vault: Vault
    let server: VaultServer
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var pruned: ContinuousClock.Instant?
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.rhythm)
                if Task.isCancelled { break }
                if pruned.map({ .now - $0 >= Self.pruningRhythm }) ?? true, await prune() { pruned = .now }
                vault.dropEndedTokens()
                await dropOverdueShares()
                await writeDown()
            }
        }
        await writeDown(atTheEnd: true)
    }

    /// Whether it was done, or there is nothing to do for a day.
    private func prune() async -> Bool {
        do throws(Refusal) {
            if let plan = try await vault.pruneByPolicy() {
                logger.info("the log was pruned", metadata: ["events": "\(plan.events)", "before": "\(plan.before)"])
            }
            return true
        } catch {
            // A sealed vault is asked again in a minute.
            guard error != .sealed else { return false }
            logger.warning("the log could not be pruned", metadata: ["reason": "\(error)"])
            return error != .checkUnderWay
        }
    }

    /// Shares do not stay in memory because nobody looks.
    private func dropOverdueShares() async {
        let outcome = await withCheckedContinuation { continuation in
            vault.endOverdueShares(at: vault.clock.now()) { continuation.resume(returning: $0) }
        }
        guard case .failure(let reason) = outcome else { return }
        logger.warning("the end of an attempt with shares could not be written down", metadata: ["reason": "\(reason)"])
    }

    private func writeDown(atTheEnd: Bool = false) async {
        if let reason = await vault.writeDownLimited(), reason != .sealed {
            logger.warning("requests beyond limits could not be written down", metadata: ["reason": "\(reason)"])
        }
        guard let reason = await server.writeDownTurnedAway(atTheEnd: atTheEnd), reason != .sealed else { return }
        logger.warning("turned-away requests could not be written down", metadata: ["reason": "\(reason)"])
    }
}
