import HashTreeCollections
import WarderModel

/// The vault's tokens, and how many of them each process, server and user has.
///
/// A token that has ended stays for a while, so that the report of a slow call still finds it, and goes earlier where
/// its place is needed. To issue one takes the same time however many there are.
package struct TokenTable: Sendable {
    /// How many tokens there may be; ended ones count until they are gone.
    struct Limits: Sendable {
        /// Of all processes together. Each takes about half a kilobyte of memory.
        var total = 50_000
        /// Of one process.
        var perProcess = 2_000
        /// Of one server, however many processes it starts: it takes no other server's share.
        var perServer = 10_000
        /// Of one user, however many servers run under it: a laptop has one, and a host must not be filled by one.
        var perUser = 25_000
    }

    /// Looking for ended tokens takes milliseconds where there are many, and holds up the writer's thread: whoever asks
    /// for ever more must not make the vault do it each time. In milliseconds.
    private static let pauseBetweenSweeps: Int64 = 1000
    /// Processes that one sweep asks the kernel about, those with most tokens first: each takes some ten microseconds.
    private static let processesPerSweep = 256

    private let limits: Limits
    private var byHash: TreeDictionary<TokenHash, Token> = [:]
    private var processes: TokenShare<ProcessIdentity>
    private var servers: TokenShare<ServerName>
    private var users: TokenShare<UInt32>
    private var lastSweep: Moment?

    init(limits: Limits = Limits()) {
        self.limits = limits
        processes = TokenShare(limit: limits.perProcess)
        servers = TokenShare(limit: limits.perServer)
        users = TokenShare(limit: limits.perUser)
    }

    // MARK: Looking

    package var count: Int { byHash.count }
    package var isEmpty: Bool { byHash.isEmpty }

    /// Tokens that work now, in no order.
    func live(at now: Moment) -> [Token] { byHash.values.filter { now.isBefore($0.expires) } }

    /// A token by its public name, ended or not.
    func first(called accessor: TokenAccessor) -> (hash: TokenHash, token: Token)? {
        byHash.first { $0.value.accessor == accessor }.map { ($0.key, $0.value) }
    }

    /// Whether there is a place for one more of this process, as this server.
    func hasRoom(for process: ProcessIdentity, of server: ServerName) -> Bool { !isCrowded(process, server) }

    private var isFull: Bool { count >= limits.total }

    private func isCrowded(_ process: ProcessIdentity, _ server: ServerName) -> Bool {
        isFull || processes.isFull(process) || servers.isFull(server) || users.isFull(process.uid)
    }

    // MARK: Changing

    /// A token by the hash of its text. This is the only way in and out, so that the counts are true.
    subscript(hash: TokenHash) -> Token? {
        get { byHash[hash] }
        set {
            let old = byHash[hash]
            byHash[hash] = newValue
            guard old?.process != newValue?.process || old?.tool.server != newValue?.tool.server else { return }
            if let old { add(-1, old) }
            if let newValue { add(1, newValue) }
        }
    }

    /// Forgets tokens, and says which.
    @discardableResult
    mutating func remove(where isMeant: (Token) -> Bool) -> [Token] {
        let meant = byHash.filter { isMeant($0.value) }
        for hash in meant.keys { self[hash] = nil }
        return Array(meant.values)
    }

    /// Where somebody's places are all taken, gives them those of ended tokens and of ended processes; at most once a
    /// second.
    mutating func makeRoom(at now: Moment, asking kernel: any Processes = UnwatchedProcesses()) {
        guard isFull || processes.full > 0 || servers.full > 0 || users.full > 0 else { return }
        if let lastSweep, now.uptime - lastSweep.uptime < Self.pauseBetweenSweeps { return }
        lastSweep = now
        let crowded = self
        remove { !now.isBefore($0.expires) && crowded.isCrowded($0.process, $0.tool.server) }
        removeEnded(asking: kernel)
    }

    /// Tokens of a process that has ended work for nobody, whatever time they had left.
    private mutating func removeEnded(asking kernel: any Processes) {
        guard isFull || servers.full > 0 || users.full > 0 else { return }
        let largest = processes.counts.sorted { $0.value > $1.value }.prefix(Self.processesPerSweep)
        let ended = Set(largest.map(\.key).filter { kernel.hasEnded($0) })
        if !ended.isEmpty { remove { ended.contains($0.process) } }
    }

    private mutating func add(_ change: Int, _ token: Token) {
        processes.add(change, to: token.process)
        servers.add(change, to: token.tool.server)
        users.add(change, to: token.process.uid)
    }
}
