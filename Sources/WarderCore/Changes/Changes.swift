import HashTreeCollections
package import WarderModel

/// What servers ask about changes of what they may have.
package enum Changes {
    /// One secret that a server may have, or could have until now.
    package struct Change: Sendable, Equatable {
        package let secret: SecretName
        /// What it resolves to; `nil` where the server gets nothing (any more).
        package let version: UInt32?
    }

    /// What changed since a server asked last.
    package struct News: Sendable, Equatable {
        /// By name; each secret once.
        package var changes: [Change] = []
        /// Whether more may have changed than is known: what the server holds may all be out of date.
        package var isReset = false

        var isEmpty: Bool { changes.isEmpty && !isReset }
    }

    /// Begins to tell a process what changes for it. Written down once for each process, and when it is refused.
    ///
    /// - Throws: as `audience`.
    package static func watch(by caller: Caller) -> Command<Void> {
        Command(.secretWatch, by: caller) { transaction, event throws(Refusal) in
            guard let peer = caller.peer else { throw .unknownPeer }
            let matching = transaction.state.servers(matching: peer)
            if matching.count == 1 { event.server = matching.first?.name }
            let servers = try audience(peer, in: transaction.state)
            if matching.count > 1 { event.changes = servers.map { "server/\($0)" } }
        }
    }

    /// Servers as which a process is told something, by name.
    ///
    /// - Throws: `unknownPeer`, `wayUpUnknown`, `serverQuarantined` where all that it matches are, `restoredVault` in
    ///   quarantine.
    static func audience(_ peer: Peer, in state: VaultState) throws(Refusal) -> [ServerName] {
        guard !state.isQuarantined else { throw .restoredVault }
        let matching = state.servers(matching: peer)
        guard !matching.isEmpty else { throw peer.refusalOfStranger }
        let open = matching.filter { $0.quarantine == nil }
        guard !open.isEmpty else { throw .serverQuarantined }
        return open.map(\.name)
    }

    /// What a process hears of changes; `nil` stands for changes that nobody knows any more. Of a secret that it may not
    /// have, and could not have had either, not even that it changed.
    ///
    /// - Throws: as `audience`.
    static func news(
        of changes: ChangeSet?,
        for peer: Peer,
        in state: VaultState,
        at now: Timestamp
    ) throws(Refusal) -> News {
        let servers = Set(try audience(peer, in: state))
        guard let changes else { return News(isReset: true) }
        if changes.isEmpty { return News() }
        let touched = Set(changes.accesses.filter { $0.concerns(peer) }.map(\.secret))
        let names = changes.secrets.union(touched)
        let usable = state.grants.values.filter { grant in
            names.contains(grant.secret) && servers.contains(grant.tool.server)
                && peer.attestation >= grant.minimumAttestation && grant.expires.map { now < $0 } ?? true
        }
        let granted = Set(usable.map(\.secret))
        return News(
            changes: changes.secrets.intersection(granted).union(touched).sorted().map { name in
                Change(secret: name, version: granted.contains(name) ? state.secrets[name]?.standing : nil)
            }
        )
    }
}
