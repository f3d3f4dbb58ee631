import HashTreeCollections
package import WarderModel

/// How many tokens servers may ask for in a minute.
package enum Limits {
    /// One limit as it holds.
    package struct Entry: Sendable, Equatable {
        package enum Source: String, Sendable {
            /// Nobody set it.
            case usual
            case set
        }

        package let scope: RateLimit.Scope
        /// `nil`: no limit.
        package let perMinute: UInt32?
        package let source: Source

        fileprivate var setting: RateSetting { perMinute.map(RateSetting.perMinute) ?? .off }
    }

    /// Sets a limit, or takes one back so that the next more general one holds. Where the scope had none that can be read,
    /// one that cannot be read goes. Requires `admin`, and presence.
    ///
    /// - Returns: what holds now.
    package static func set(
        _ scope: RateLimit.Scope,
        _ setting: RateSetting,
        by caller: Caller
    ) -> Command<Entry> {
        Command(
            .limitSet,
            by: caller,
            describe: {
                $0.server = scope.server
                $0.changes = ["risk=\(scope.risk.rawValue)", "limit=\(setting.text)"]
            }
        ) { transaction, event throws(Refusal) in
            if let server = scope.server, transaction.state.servers[server] == nil { throw .notFound }
            guard case .person(let person, _) = event.actor else { throw .notAnOperator }
            let old = transaction.state.limits[scope]
            let before = transaction.state.limit(scope, usual: transaction.rates.usual).setting.text
            if before != setting.text { event.tell(gone: ["limit=\(before)"]) }
            // What is set anew may be what cannot be read.
            if old == nil { transaction.removeLost(.limit, &event) }
            let perMinute: UInt32?
            switch setting {
            case .inherit:
                if let old { transaction.remove(old, &event) }
                return transaction.state.limit(scope, usual: transaction.rates.usual)
            case .off: perMinute = nil
            case .perMinute(let number): perMinute = number
            }
            let limit = RateLimit(
                id: old?.id ?? transaction.keys.newRecordID(),
                scope: scope,
                perMinute: perMinute,
                changed: transaction.now.wall,
                changedBy: person
            )
            try transaction.put(limit, &event)
            return transaction.state.limit(scope, usual: transaction.rates.usual)
        }
    }

    /// The general limits, and those of servers that have one of their own. Requires a registered operator.
    package static func list(by caller: Caller) -> Command<[Entry]> {
        Command(.limitList, by: caller) { transaction, event throws(Refusal) in
            let state = transaction.state
            let general = Tool.Risk.allCases.map { RateLimit.Scope(server: nil, risk: $0) }
            let scopes = Set(general).union(state.limits.keys)
            event.changes = ["count=\(scopes.count)"]
            return scopes.sorted().map { state.limit($0, usual: transaction.rates.usual) }
        }
    }

    /// Writes down how many requests of a server were refused without an event of their own.
    static func counted(_ key: RateLedger.Key, _ requests: UInt64) -> Command<Void> {
        Command(.tokenLimited, by: .vault()) { _, event throws(Refusal) in
            event.server = key.server
            event.changes = ["risk=\(key.risk.rawValue)", "requests=\(requests)"]
        }
    }
}

extension VaultState {
    /// What holds for tools of a risk: the server's own limit, or the general one, or the usual one.
    func limit(_ scope: RateLimit.Scope, usual: RateLedger.Usual) -> Limits.Entry {
        let general = RateLimit.Scope(server: nil, risk: scope.risk)
        if let set = limits[scope] ?? limits[general] {
            return Limits.Entry(scope: scope, perMinute: set.perMinute, source: .set)
        }
        return Limits.Entry(scope: scope, perMinute: usual.perMinute(scope.risk), source: .usual)
    }
}

extension Transaction {
    /// Takes a request's share of its server's limit, before anything else is decided about it: who asks for what they
    /// may not have uses it up as well.
    mutating func takeShare(_ key: RateLedger.Key) throws(Refusal) {
        let limit = state.limit(RateLimit.Scope(server: key.server, risk: key.risk), usual: rates.usual)
        guard case .refuse(let isCounted) = rates.take(key, perMinute: limit.perMinute, at: now.uptime) else { return }
        isOnlyCounted = isCounted
        throw .rateLimited
    }
}

extension Vault {
    /// Seconds until this process can ask for a token again of every kind that it used up, 1 at least.
    package func secondsUntilTokens(for peer: Peer) -> Int {
        guard let state else { return 1 }
        let now = clock.now().uptime
        let waits = state.servers(matching: peer).flatMap { server in
            Tool.Risk.allCases.map { risk in
                rates.wait(
                    RateLedger.Key(server: server.name, risk: risk),
                    perMinute: state.limit(RateLimit.Scope(server: server.name, risk: risk), usual: rates.usual)
                        .perMinute,
                    at: now
                )
            }
        }
        return Int(max(1, waits.max() ?? 1))
    }

    /// Writes down how many requests were refused by limits since the last time, an event for each server and risk.
    /// What cannot be written is counted on.
    /// - Returns: why something is not on disk.
    package func writeDownLimited() async -> Refusal? {
        var failure: Refusal?
        for (key, requests) in rates.takeCounted() {
            do throws(Refusal) {
                if let failure { throw failure }
                try await perform(Limits.counted(key, requests))
            } catch {
                rates.putBack(key, requests)
                failure = error
            }
        }
        if let state { rates.keep { state.servers[$0] != nil } }
        return failure
    }
}
