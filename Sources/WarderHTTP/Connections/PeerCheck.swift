import WarderCore
import WarderLinux
import WarderModel

/// Who is on the other end, asked anew for every request, and whether any registered server knows them.
///
/// What does not change between requests is remembered: the match holds while the kernel's description of the peer and the registry are
/// the same.
struct PeerCheck {
    private let attested: AttestedPeer
    private let vault: Vault
    private var peer: Peer?
    private var generation: UInt64 = 0
    private var isKnown = false
    private var needs: Set<AttestationNeed> = []

    init(_ attested: AttestedPeer, vault: Vault) {
        self.attested = attested
        self.vault = vault
    }

    /// Whether looking would read a whole executable: then it must not happen on an event loop.
    var isSlow: Bool { attested.mustHash(for: needs) }

    /// - Returns: the peer as it is now, and whether it matches a registered server.
    /// - Throws: `AttestationError`; the connection must end then.
    mutating func look() throws(AttestationError) -> (peer: Peer, isKnown: Bool) {
        let current = vault.registryGeneration
        if current != generation { needs = Self.needs(of: vault.state) }
        let now = try attested.attest(needs: needs)
        if current != generation || now != peer {
            isKnown = !(vault.state?.servers(matching: now).isEmpty ?? true)
            generation = current
            peer = now
        }
        return (now, isKnown)
    }

    private static func needs(of state: VaultState?) -> Set<AttestationNeed> {
        guard let needs = state?.needsExecutable else { return [] }
        var set: Set<AttestationNeed> = []
        if needs.path { set.insert(.executablePath) }
        if needs.hash { set.insert(.executableHash) }
        return set
    }
}
