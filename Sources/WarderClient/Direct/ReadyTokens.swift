import Locking

/// Tokens that a call may use on whatever thread it runs, until their replacement is due.
///
/// The cache decides, on the event loop, and lays out here what it would let every call use.
final class ReadyTokens: Sendable {
    private let tokens = Locked<[TokenDemand.Key: VaultToken]>([:])

    /// The token for a key, while nothing is to be done about it.
    func token(for key: TokenDemand.Key, at now: Duration) -> VaultToken? {
        tokens.withLock { tokens in tokens[key].flatMap { now < $0.renewAt ? $0 : nil } }
    }

    /// Lays out the token that the cache has for a key by now.
    func put(_ token: VaultToken?, for key: TokenDemand.Key) {
        tokens.withLock { $0[key] = token }
    }

    /// Takes all of them away.
    func clear() {
        tokens.withLock { $0 = [:] }
    }
}
