/// Which token a call uses, and when to ask for another one. Decides only: whoever holds it sends the requests.
///
/// There is at most one request under way for a key; calls that come meanwhile wait for its answer.
struct TokenCache<Waiter> {
    /// What the caller has to do.
    enum Step {
        /// Use the token.
        case use(VaultToken)
        /// Use the token, and request its replacement in the background.
        case useAndRequest(VaultToken)
        /// The waiter was taken; request a token for it.
        case request
        /// The waiter was taken; the request that is under way will answer it.
        case wait
    }

    private struct Entry {
        var token: VaultToken?
        var isRequesting = false
        var waiters: [Waiter] = []
        /// No background request before this, after one failed.
        var quietUntil = Duration.zero
        /// For choosing what to forget.
        var lastUsed = Duration.zero

        mutating func step(at now: Duration, waiter: () -> Waiter) -> Step {
            lastUsed = now
            if let token, now < token.refreshAt {
                guard now >= token.renewAt, now >= quietUntil, !isRequesting else { return .use(token) }
                isRequesting = true
                return .useAndRequest(token)
            }
            waiters.append(waiter())
            guard !isRequesting else { return .wait }
            isRequesting = true
            return .request
        }
    }

    /// Keys that are kept; claims such as sessions could make any number of them.
    static var maximumKeys: Int { 256 }

    private var entries: [TokenDemand.Key: Entry] = [:]
    /// What calls may use that do not come here.
    private let ready: ReadyTokens

    init(ready: ReadyTokens = ReadyTokens()) { self.ready = ready }

    /// The step for a call at a moment. The waiter is taken unless a token can be used at once.
    mutating func step(for key: TokenDemand.Key, at now: Duration, waiter: () -> Waiter) -> Step {
        guard let index = entries.index(forKey: key) else {
            makeRoom()
            entries[key] = Entry(isRequesting: true, waiters: [waiter()], lastUsed: now)
            return .request
        }
        return entries.values[index].step(at: now, waiter: waiter)
    }

    /// Keeps a token that was requested for a key.
    ///
    /// - Returns: The calls that wait for it.
    mutating func received(_ token: VaultToken, for key: TokenDemand.Key) -> [Waiter] {
        entries[key, default: Entry()].token = token
        ready.put(token, for: key)
        return endRequest(for: key)
    }

    /// A request failed. A token that is still good stays, and the next background request comes a second later at the
    /// earliest.
    ///
    /// - Returns: The calls that wait for it.
    mutating func failed(for key: TokenDemand.Key, at now: Duration) -> [Waiter] {
        entries[key]?.quietUntil = now + .seconds(1)
        let waiters = endRequest(for: key)
        if entries[key]?.token == nil { entries[key] = nil }
        return waiters
    }

    /// Forgets a token that the vault did not accept; one that has replaced it already stays.
    mutating func drop(_ token: VaultToken, for key: TokenDemand.Key) {
        guard entries[key]?.token === token else { return }
        entries[key]?.token = nil
        ready.put(nil, for: key)
    }

    /// Hands over all tokens and holds none any more; calls that wait go on waiting.
    mutating func takeTokens() -> [VaultToken] {
        ready.clear()
        let tokens = entries.values.compactMap(\.token)
        for index in entries.values.indices { entries.values[index].token = nil }
        return tokens
    }

    private mutating func endRequest(for key: TokenDemand.Key) -> [Waiter] {
        let waiters = entries[key]?.waiters ?? []
        entries[key]?.waiters = []
        entries[key]?.isRequesting = false
        return waiters
    }

    private mutating func makeRoom() {
        guard entries.count >= Self.maximumKeys else { return }
        let idle = entries.filter { !$0.value.isRequesting }
        func lastUsed(_ entry: (key: TokenDemand.Key, value: Entry)) -> Duration {
            max(entry.value.lastUsed, ready.lastUse(of: entry.key))
        }
        guard let oldest = idle.min(by: { lastUsed($0) < lastUsed($1) }) else { return }
        entries[oldest.key] = nil
        ready.put(nil, for: oldest.key)
    }
}
