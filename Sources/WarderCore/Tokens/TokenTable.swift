import HashTreeCollections
import WarderModel

/// The vault's tokens, and how many of them each process has.
///
/// A token that has ended stays for a while, so that the report of a slow call still finds it, and goes earlier where
/// its place is needed. To issue one takes the same time however many there are.
package struct TokenTable: Sendable {
    /// How many tokens there may be; ended ones count until they are gone.
    struct Limits: Sendable {
        /// Of all processes together. Each takes about half a kilobyte of memory.
        var total = 50_000
        /// Of one process: nobody takes the others' share.
        var perProcess = 2_000
    }

    /// Looking for ended tokens takes milliseconds where there are many, and holds up the writer's thread: whoever asks
    /// for ever more must not make the vault do it each time. In milliseconds.
    private static let pauseBetweenSweeps: Int64 = 1000

    private let limits: Limits
    private var byHash: TreeDictionary<TokenHash, Token> = [:]
    private var counts: TreeDictionary<ProcessIdentity, Int> = [:]
    /// Processes that have as many as they may.
    private var fullProcesses = 0
    private var lastSweep: Moment?

    init(limits: Limits = Limits()) { self.limits = limits }

    // MARK: Looking

    package var count: Int { byHash.count }
    package var isEmpty: Bool { byHash.isEmpty }

    /// Tokens that work now, in no order.
    func live(at now: Moment) -> [Token] { byHash.values.filter { now.isBefore($0.expires) } }

    /// A token by its public name, ended or not.
    func first(called accessor: TokenAccessor) -> (hash: TokenHash, token: Token)? {
        byHash.first { $0.value.accessor == accessor }.map { ($0.key, $0.value) }
    }

    /// Whether there is a place for one more.
    func hasRoom(for process: ProcessIdentity) -> Bool { !isFull && !isFull(process) }

    private var isFull: Bool { count >= limits.total }
    private func isFull(_ process: ProcessIdentity) -> Bool { counts[process, default: 0] >= limits.perProcess }

    // MARK: Changing

    /// A token by the hash of its text. This is the only way in and out, so that the counts are true.
    subscript(hash: TokenHash) -> Token? {
        get { byHash[hash] }
        set {
            let process = byHash[hash]?.process
            byHash[hash] = newValue
            guard process != newValue?.process else { return }
            if let process { add(-1, to: process) }
            if let newValue { add(1, to: newValue.process) }
        }
    }

    /// Forgets tokens, and says which.
    @discardableResult
    mutating func remove(where isMeant: (Token) -> Bool) -> [Token] {
        let meant = byHash.filter { isMeant($0.value) }
        for hash in meant.keys { self[hash] = nil }
        return Array(meant.values)
    }

    /// Where somebody's places are all taken, gives them those of ended tokens; at most once a second.
    mutating func makeRoom(at now: Moment) {
        guard isFull || fullProcesses > 0 else { return }
        if let lastSweep, now.uptime - lastSweep.uptime < Self.pauseBetweenSweeps { return }
        lastSweep = now
        let crowded = self
        remove { !now.isBefore($0.expires) && (crowded.isFull || crowded.isFull($0.process)) }
    }

    private mutating func add(_ change: Int, to process: ProcessIdentity) {
        if isFull(process) { fullProcesses -= 1 }
        let count = counts[process, default: 0] + change
        counts[process] = count > 0 ? count : nil
        if isFull(process) { fullProcesses += 1 }
    }
}
