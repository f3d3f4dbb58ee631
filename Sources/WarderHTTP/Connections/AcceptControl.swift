import HashTreeCollections
import Locking
import WarderCore
import WarderModel

/// What is decided about a connection by its user alone, before the kernel is asked anything that costs.
///
/// Whoever no server could ever match is a stranger for certain, and there can be as many of their connections as they
/// like to make: each must cost next to nothing.
final class AcceptControl: Sendable {
    /// Whether some server could match a user, as of one state of the registry.
    private struct Memory {
        var generation: UInt64 = 0
        var isPossible: [UInt32: Bool] = [:]
    }

    /// Users that are remembered: strangers may be many.
    private static let maximumUsers = 1024

    private let vault: Vault
    private let memory = Locked(Memory())
    private let strangers = UsageLimiter(perSecond: 50, burst: 100)
    private let users: UsageLimiter

    /// `perSecond`, `burst`: connections of one user whom some server could match.
    init(_ vault: Vault, perSecond: Int, burst: Int) {
        self.vault = vault
        users = UsageLimiter(perSecond: perSecond, burst: burst)
    }

    /// Whether no process of this user can match any server. A vault that is not open knows nobody, and whoever asks
    /// it has the share of their user.
    func isStranger(_ uid: UInt32) -> Bool {
        let generation = vault.registryGeneration
        guard generation != 0 else { return false }
        let known = memory.withLock { $0.generation == generation ? $0.isPossible[uid] : nil }
        if let known { return !known }
        guard let state = vault.state else { return false }
        let isPossible = state.servers.values.contains { $0.selectors.couldMatch(uid: uid) }
        memory.withLock { memory in
            if memory.generation != generation || memory.isPossible.count >= Self.maximumUsers {
                memory = Memory(generation: generation)
            }
            memory.isPossible[uid] = isPossible
        }
        return !isPossible
    }

    /// Takes one connection out of the user's share.
    func take(_ uid: UInt32, isStranger: Bool, at now: ContinuousClock.Instant) -> Bool {
        (isStranger ? strangers : users).take(uid, at: now)
    }

    /// Forgets users whose shares are full again.
    func forgetIdle(at now: ContinuousClock.Instant) {
        strangers.forgetIdle(at: now)
        users.forgetIdle(at: now)
    }
}
