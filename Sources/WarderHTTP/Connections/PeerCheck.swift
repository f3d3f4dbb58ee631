import HashTreeCollections
import WarderCore
import WarderLinux
import WarderModel

/// Who is on the other end, asked anew for every request, and whether any registered server knows them.
///
/// What does not change between requests is remembered: the match holds while the kernel's description of the peer, the
/// registry and the launches are the same. An executable is looked at only where a server that matches in everything
/// else asks for it, so that no stranger can make the daemon read files.
struct PeerCheck: Sendable {
    /// What a peer is to the vault.
    enum Standing: Sendable {
        /// No server's, and nobody who may start one.
        case stranger
        /// May start a server.
        case launcher
        /// Speaks for a server.
        case known
    }

    /// The process that connected.
    let process: AttestedPeer
    private let vault: Vault
    /// `nil` where nobody speaks for servers.
    private let launches: LaunchBoard?
    private var plain: Peer?
    /// As of the last look.
    private(set) var peer: Peer?
    private var generation: UInt64 = 0
    /// Of the launches, when it was last found out which of them the process belongs to; 0 where that is not known.
    private var launchGeneration: UInt64 = 0
    private var place = LaunchBoard.Place.outside
    private var standing = Standing.stranger
    /// The server that it was at the last look; `nil` where it was none, or could be several.
    private(set) var server: ServerName?
    private var needs: Set<AttestationNeed> = []
    /// Whether the executable was read once and has no hash all the same: then a selector on it does not match, and
    /// nobody waits again.
    private var wasRead = false

    /// `launches`: `nil` where servers and what they are recognised by do not matter.
    init(_ process: AttestedPeer, vault: Vault, launches: LaunchBoard?) {
        self.process = process
        self.vault = vault
        self.launches = launches
    }

    /// The user who connected.
    var uid: UInt32 { process.credentials.uid }

    /// Why there is no answer.
    enum Failure: Error {
        /// The kernel does not confirm the peer; the connection must end.
        case unconfirmed(AttestationError)
        /// An executable has to be read whole first, on a thread that may wait: `readExecutable`.
        /// `matchesOtherwise`: whether the kernel has confirmed everything else that some server asks for.
        case mustRead(matchesOtherwise: Bool)
    }

    /// - Returns: the peer as it is now, and what it is to the vault.
    mutating func look() throws(Failure) -> (peer: Peer, standing: Standing) {
        do throws(AttestationError) {
            let current = vault.registryGeneration
            let now = try process.attest(needs: [])
            let isUnchanged = current == generation && now == plain && isLaunchUnchanged
            if isUnchanged, needs.isEmpty { return (peer ?? now, standing) }
            let state = vault.state
            if launches != nil, current != generation || now != plain { needs = Self.needs(of: now, in: state) }
            plain = now
            if !process.mustHash(for: needs) { return try remember(now, needs, current, state) }
            if wasRead { return try remember(now, needs.subtracting([.executableHash]), current, state) }
        } catch { throw .unconfirmed(error) }
        throw .mustRead(matchesOtherwise: matchesOtherwise)
    }

    /// Whether no launch has begun or ended since the last look, and that of this process goes on.
    private var isLaunchUnchanged: Bool {
        guard let launches else { return true }
        if case .within(let launch) = place, !launches.confirm(launch, for: process) || launch.isInDoubt {
            return false
        }
        return launches.generation(of: uid) == launchGeneration
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
        _ = try? process.attest(needs: needs)
        wasRead = true
    }

    private mutating func remember(
        _ plain: Peer,
        _ needs: Set<AttestationNeed>,
        _ current: UInt64,
        _ state: VaultState?
    ) throws(AttestationError) -> (peer: Peer, standing: Standing) {
        var now = needs.isEmpty ? plain : try process.attest(needs: needs)
        try findLaunch()
        switch place {
        case .within(let launch): now.launch = launch.membership(of: process)
        case .outside: break
        case .unknown: now.wayUp = .unknown
        case .tooLong: now.wayUp = .tooLong
        }
        if current != generation || now != peer {
            let servers = state?.servers(matching: now) ?? []
            standing = Self.standing(of: now, matching: servers, in: state)
            server = servers.count == 1 ? servers[0].name : nil
            generation = current
            peer = now
        }
        return (now, standing)
    }

    /// Walks up from the process only where launches have begun or ended since it was done last.
    private mutating func findLaunch() throws(AttestationError) {
        guard let launches, !isLaunchUnchanged else { return }
        // Before the search: what begins or ends meanwhile is searched for again. So is everything after a failure, and
        // where the way up could not be read.
        let generation = launches.generation(of: uid)
        (place, launchGeneration) = (.unknown, 0)
        place = try launches.place(of: process)
        if case .unknown = place { return }
        launchGeneration = generation
    }

    private static func standing(of peer: Peer, matching servers: [Server], in state: VaultState?) -> Standing {
        guard let state else { return .stranger }
        if !servers.isEmpty { return .known }
        return state.admitsLauncher(peer) ? .launcher : .stranger
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
