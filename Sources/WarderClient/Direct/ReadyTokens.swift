import Locking

/// Tokens that a call may use on whatever thread it runs, until their replacement is due.
///
/// The cache decides, on the event loop, and lays out here what it would let every call use.
final class ReadyTokens: Sendable {
    private struct Entry {
        let token: VaultToken
        var lastUsed = Duration.zero
    }

    private let tokens = Locked<[TokenDemand.Key: Entry]>([:])

    /// The token for a key, while nothing is to be done about it.
    func token(for key: TokenDemand.Key, at now: Duration) -> VaultToken? {
        tokens.withLock { tokens in
            guard let index = tokens.index(forKey: key), now < tokens.values[index].token.renewAt else { return nil }
            tokens.values[index].lastUsed = now
            return tokens.values[index].token
        }
    }

    /// When the token for a key was used here last.
    func lastUse(of key: TokenDemand.Key) -> Duration { tokens.withLock { $0[key]?.lastUsed ?? .zero } }

    /// Lays out the token that the cache has for a key by now.
    func put(_ token: VaultToken?, for key: TokenDemand.Key) {
        tokens.withLock { $0[key] = token.map { Entry(token: $0) } }
    }

    /// Takes all of them away.
    func clear() {
        tokens.withLock { $0 = [:] }
    }
}
