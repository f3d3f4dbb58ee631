import Dispatch
import Locking
package import Logging
import NIOPosix
import StrictJSON
package import WarderCore
package import WarderLinux

/// What all connections share.
package struct ServerContext: Sendable {
    package let vault: Vault
    package let attestor: Attestor
    package let limits: ServerLimits
    package let facts: DaemonFacts
    package let statistics: Statistics
    package let logger: Logger
    /// Who may ask for steps of rotations.
    let workers: WorkerRule
    let clientUsage: UsageLimiter
    /// Apart from the servers' shares: a noisy tool of the same user must not take the operator's.
    let operatorUsage = UsageLimiter(perSecond: 500, burst: 1000)
    let unknownUsage: UnknownUsage
    /// Of people on the operator socket who are no operators.
    let firstRefusals = FirstOfMinute()
    let accepts: AcceptControl
    let hashing = HashingLine()
    let launches: LaunchBoard
    /// Bodies are bounded before they are read; the scanner needs only to bound their shape.
    let jsonLimits: JSONLimits
    private let slowThreads: NIOThreadPool
    /// One: Argon2id takes a core and a quarter of a gigabyte.
    private let passphraseThread: NIOThreadPool
    private let waitingPassphrases = WaitingCount(atMost: 8)
    /// It waits on one of the few threads for slow work: one at a time.
    private let rewrappings = WaitingCount(atMost: 1)
    /// Walks through the whole database: one at a time, and no other slow work waits for it long.
    let walks = WaitingCount(atMost: 1)

    package init(
        vault: Vault,
        attestor: Attestor,
        limits: ServerLimits,
        workers: WorkerRule = .nobody,
        facts: DaemonFacts,
        logger: Logger
    ) {
        self.workers = workers
        self.vault = vault
        self.attestor = attestor
        self.limits = limits
        self.facts = facts
        self.logger = logger
        statistics = Statistics()
        clientUsage = UsageLimiter(perSecond: limits.requestsPerSecond, burst: limits.burst)
        unknownUsage = UnknownUsage()
        launches = LaunchBoard(vault)
        accepts = AcceptControl(
            vault,
            // Well above the requests: whoever asks too often over new connections is told so, and not hung up on.
            perSecond: max(100, 2 * limits.requestsPerSecond),
            burst: max(200, 2 * limits.burst)
        )
        jsonLimits = JSONLimits(maxBytes: limits.secretBodyBytes)
        slowThreads = NIOThreadPool(numberOfThreads: 4)
        slowThreads.start()
        passphraseThread = NIOThreadPool(numberOfThreads: 1)
        passphraseThread.start()
    }

    /// Runs what checks or makes a passphrase, one after the other. `false` when too many wait already.
    func passphraseWork(_ body: @escaping @Sendable () -> Void) -> Bool {
        guard waitingPassphrases.enter() else { return false }
        passphraseThread.submit { [waitingPassphrases] state in
            if case .active = state { body() }
            waitingPassphrases.leave()
        }
        return true
    }

    /// Runs work that takes the thread for passphrases many times, with `passphraseTurn`. `false` while such work goes on;
    /// otherwise `admitted` has been called on this thread.
    func rewrappingWork(admitted: () -> Void, _ body: @escaping @Sendable () -> Void) -> Bool {
        guard rewrappings.enter() else { return false }
        admitted()
        slowThreads.submit { [rewrappings] state in
            if case .active = state { body() }
            rewrappings.leave()
        }
        return true
    }

    /// Runs a part of longer work on the thread for passphrases, and returns when it is done: whoever else waits for that
    /// thread comes in between. Off that thread and off event loops only.
    func passphraseTurn(_ body: @escaping @Sendable () -> Void) {
        let done = DispatchSemaphore(value: 0)
        passphraseThread.submit { state in
            if case .active = state { body() }
            done.signal()
        }
        done.wait()
    }

    /// Runs what would hold an event loop up, such as walks through the log.
    func slowWork(_ body: @escaping @Sendable () -> Void) {
        slowThreads.submit { state in
            if case .active = state { body() }
        }
    }

    /// Ends the threads for slow work, after what they are at.
    func stopSlowWork() async {
        try? await slowThreads.shutdownGracefully()
        try? await passphraseThread.shutdownGracefully()
        await hashing.stop()
    }
}

/// What one peer may take up. Counted in connections, bytes and seconds.
package struct ServerLimits: Sendable {
    package var connectionsPerUser = 64
    package var unknownConnections = 8
    /// Connections that only the operator socket can have, whatever the client socket does.
    package var operatorConnections = 16
    /// Connections of the operator socket for users who have none there: one each, whoever has taken the others.
    package var operatorNewcomers = 32
    package var clientConnections = 1024
    /// Connections of one user on one socket that may wait for something to happen, besides the others.
    package var longPolls = 8
    /// The same on the client socket: on a laptop all servers are one user, and each waits for changes.
    package var clientLongPolls = 32
    /// Of one user on the client socket. Each can leave an event on disk.
    package var requestsPerSecond = 1000
    /// Connections to the worker socket: of a worker that does as many things at once as it may, and of the one before,
    /// until that has ended.
    package var workerConnections = 128
    package var burst = 2000
    package var bodyBytes = 64 << 10
    package var secretBodyBytes = 2 << 20
    /// The largest public documents make some 10 MB of definitions.
    package var definitionBodyBytes = 32 << 20
    package var headerFieldBytes = 8 << 10
    package var headerListBytes = 16 << 10
    package var headerFields = 64
    package var firstByteSeconds: Int64 = 5
    package var headerSeconds: Int64 = 5
    package var bodySeconds: Int64 = 10
    package var requestSeconds: Int64 = 30
    package var longPollSeconds: Int64 = 60
    package var idleSeconds: Int64 = 60
    package var requestsPerConnection = 1_000_000
    /// How long requests under way may take once the server is told to stop.
    package var drainSeconds: Int64 = 5

    package init() {}

    /// How long a request may take that opens so many key slots and wraps a key for each: as long for each as for one
    /// passphrase, and once more for whoever came before.
    func seconds(forSlots count: Int) -> Int64 { requestSeconds * Int64(1 + min(count, Keys.maximumSlots)) }
}

/// What the daemon knows of itself, for `status`.
package struct DaemonFacts: Sendable {
    package var version: String
    package var started: String
    package var clientSocket: String
    package var profile: String
    /// What new passphrases cost.
    package var passphraseCost: (passes: Int, memoryBytes: Int)
    package var governance = GovernanceSettings()
    /// Whether the daemon has given up executing programs and reaching others.
    package var isConfined = true

    package init(
        version: String,
        started: String,
        clientSocket: String,
        profile: String,
        passphraseCost: (passes: Int, memoryBytes: Int)
    ) {
        self.version = version
        self.started = started
        self.clientSocket = clientSocket
        self.profile = profile
        self.passphraseCost = passphraseCost
    }
}

/// What the configuration says to a security review.
package struct GovernanceSettings: Sendable {
    package var incidentOwner: String?
    package var escalation: String?
    package var retention: String?
    /// Where checkpoints lie besides the database.
    package var checkpoints: [String] = []
    /// Where events go besides the database.
    package var copies: [String] = []
    /// Programs that are told what people should hear.
    package var notices: [String] = []

    package init() {}
}

/// How many are at something, or wait for it.
final class WaitingCount: Sendable {
    private let maximum: Int
    private let count = Locked(0)

    init(atMost maximum: Int) { self.maximum = maximum }

    /// `false` when there is no room.
    func enter() -> Bool {
        count.withLock { count in
            guard count < maximum else { return false }
            count += 1
            return true
        }
    }

    func leave() { count.withLock { $0 -= 1 } }
}
