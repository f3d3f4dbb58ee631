import HashTreeCollections
import WarderCore
import WarderLinux
import WarderModel

/// Who is on the other end, asked anew for every request, and whether any registered server knows them.
///
/// What does not change between requests is remembered: the match holds while the kernel's description of the peer and
/// the registry are the same. An executable is looked at only where a server that matches in everything else asks for
/// it, so that no stranger can make the daemon read files.
struct PeerCheck: Sendable {
    private let attested: AttestedPeer
    private let vault: Vault
    private var plain: Peer?
    private var peer: Peer?
    private var generation: UInt64 = 0
    private var isKnown = false
    private var needs: Set<AttestationNeed> = []
    /// Whether the executable was read once and has no hash all the same: then a selector on it does not match, and
    /// nobody waits again.
    private var wasRead = false
    private let looksAtExecutables: Bool

    init(_ attested: AttestedPeer, vault: Vault, looksAtExecutables: Bool) {
        self.attested = attested
        self.vault = vault
        self.looksAtExecutables = looksAtExecutables
    }

    /// The user who connected.
    var uid: UInt32 { attested.credentials.uid }

    /// Why there is no answer.
    enum Failure: Error {
        /// The kernel does not confirm the peer; the connection must end.
        case unconfirmed(AttestationError)
        /// An executable has to be read whole first, on a thread that may wait: `readExecutable`.
        /// `matchesOtherwise`: whether the kernel has confirmed everything else that some server asks for.
        case mustRead(matchesOtherwise: Bool)
    }

    /// - Returns: the peer as it is now, and whether it matches a registered server.
    mutating func look() throws(Failure) -> (peer: Peer, isKnown: Bool) {
        do throws(AttestationError) {
            let current = vault.registryGeneration
            let now = try attested.attest(needs: [])
            if current == generation, now == plain, needs.isEmpty { return (peer ?? now, isKnown) }
            let state = vault.state
            if looksAtExecutables, current != generation || now != plain { needs = Self.needs(of: now, in: state) }
            plain = now
            if !attested.mustHash(for: needs) { return try remember(now, needs, current, state) }
            if wasRead { return try remember(now, needs.subtracting([.executableHash]), current, state) }
        } catch { throw .unconfirmed(error) }
        throw .mustRead(matchesOtherwise: matchesOtherwise)
    }

    /// Whether some server that asks for a hash asks for more than the executable, and finds it in this peer.
    private var matchesOtherwise: Bool {
        guard let plain, let state = vault.state else { return false }
        return state.servers.values.contains { server in
            server.selectors.executableSHA256 != nil && server.selectors.withoutExecutable.match(plain)
        }
    }

    /// Reads what `look` must not read on an event loop; afterwards it finds the hash in memory.
    mutating func readExecutable() {
        _ = try? attested.attest(needs: needs)
        wasRead = true
    }

    private mutating func remember(
        _ plain: Peer,
        _ needs: Set<AttestationNeed>,
        _ current: UInt64,
        _ state: VaultState?
    ) throws(AttestationError) -> (peer: Peer, isKnown: Bool) {
        let now = needs.isEmpty ? plain : try attested.attest(needs: needs)
        if current != generation || now != peer {
            isKnown = !(state?.servers(matching: now).isEmpty ?? true)
            generation = current
            peer = now
        }
        return (now, isKnown)
    }

    private static func needs(of peer: Peer, in state: VaultState?) -> Set<AttestationNeed> {
        var needs: Set<AttestationNeed> = []
        guard let state else { return needs }
        for server in state.servers.values {
            let selectors = server.selectors
            guard selectors.executable != nil || selectors.executableSHA256 != nil,
                selectors.withoutExecutable.isEmpty || selectors.withoutExecutable.match(peer)
            else { continue }
            if selectors.executable != nil { needs.insert(.executablePath) }
            if selectors.executableSHA256 != nil { needs.insert(.executableHash) }
        }
        return needs
    }
}
