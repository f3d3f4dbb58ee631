import Dispatch
import HashTreeCollections
import Locking
import Sealing
import Synchronization
import WarderCrypto
package import WarderModel

/// The vault: what is asked of it goes in as a command, and comes back as an answer or a refusal, after its event is on
/// disk.
package final class Vault: Sendable {
    /// What the vault can do now.
    package enum Phase: String, Sendable, CaseIterable {
        case notInitialised = "not_initialised"
        case sealed
        case unsealed
    }

    /// What lies in memory while the vault is unsealed. Touched by the writer's thread alone.
    struct Open: Sendable {
        var foundation: Foundation
        var keys: OpenKeys
        let values: ValueCache
        var state: VaultState
        var sequence: UInt64
    }

    enum Holding: Sendable {
        case nothing
        case sealed(Foundation)
        case open(Open)
    }

    /// What others may see without asking the writer.
    struct View: Sendable {
        var phase: Phase
        var foundation: Foundation?
        var state: VaultState?
        var keys: OpenKeys?
        var sequence: UInt64
        var log = LogStanding.broken
    }

    package let store: any VaultStore
    package let clock: any VaultClock
    let processes: any Processes
    /// How long the contents of events are kept.
    package let retention: RetentionPolicy
    package let presence = PresenceLedger()
    /// Tries to unseal, and tries to prove presence, are counted apart: neither locks the other out.
    package let unsealThrottle = Throttle()
    package let presenceThrottle = Throttle()
    /// Texts that are no share, which are no tries: how many of them are written down.
    let slipThrottle = Throttle()
    package let tails = TailLedger()
    package let gathering = ShareGathering()
    package let rotationBell: RotationBell
    package let jobs: JobBoard
    /// Told by whoever brings the log elsewhere.
    package let outside = OutsideLog()
    /// Backups that were handed over.
    let made = MadeBackups()
    /// Servers that wait for changes.
    package let changes = ChangeBoard()
    /// Servers that wait for what people say.
    package let approvals = ApprovalBoard()
    package let stepTally = StepTally()
    /// Who was an admin when this process sealed the vault last: nothing of it is on disk, where a sealed vault could
    /// not tell whether it is true.
    let lastAdmins = Locked<Set<UInt32>>([])
    let watchers = EventWatchers()
    let view: Locked<View>
    /// The writer's own: nobody else takes this lock.
    let holding: Locked<Holding>
    let generation = Atomic<UInt64>(0)
    /// The highest there ever was: goes on where it was after a seal, so that no number comes twice.
    let lastGeneration = Atomic<UInt64>(0)
    /// About those turned away, since the vault was sealed.
    let sealedEntries = Atomic<Int>(0)
    let inboxShare = InboxShare()
    /// What lies outside the database about the log.
    let witness: LogWitness
    let faults: StoreFaultReport
    let nonces = NoncePool()
    let rates: RateLedger
    let watch = AlertWatch()
    let line = WaitingLine()
    let writer = DispatchQueue(label: "warder.writer", qos: .userInteractive)

    /// Opens a vault on a store; it is sealed, or not initialised.
    /// - Throws: `StoreError` when the store cannot be read.
    package init(
        store: any VaultStore,
        clock: any VaultClock,
        processes: any Processes = UnwatchedProcesses(),
        retention: RetentionPolicy = RetentionPolicy(),
        rates: RateLedger = RateLedger(),
        witness: @escaping LogWitness = { [:] },
        faults: @escaping StoreFaultReport = { _ in }
    ) throws(StoreError) {
        let bell = RotationBell()
        rotationBell = bell
        jobs = JobBoard { bell.nudge() }
        self.witness = witness
        self.faults = faults
        self.store = store
        self.retention = retention
        self.rates = rates
        self.clock = clock
        self.processes = processes
        let foundation = try store.foundation()
        let sequence = try store.lastSequence()
        view = Locked(
            View(
                phase: foundation == nil ? .notInitialised : .sealed,
                foundation: foundation,
                state: nil,
                keys: nil,
                sequence: sequence
            )
        )
        holding = Locked(foundation.map(Holding.sealed) ?? .nothing)
    }

    // MARK: What can be seen without asking

    package var phase: Phase { view.withLock { $0.phase } }
    package var foundation: Foundation? { view.withLock { $0.foundation } }
    /// The state as of the last commit; `nil` while sealed.
    package var state: VaultState? { view.withLock { $0.state } }
    package var keys: OpenKeys? { view.withLock { $0.keys } }
    package var sequence: UInt64 { view.withLock { $0.sequence } }
    /// Changes whenever an earlier match of a peer may have ceased to hold: servers changed, sealed, unsealed. 0 while
    /// sealed.
    package var registryGeneration: UInt64 { generation.load(ordering: .acquiring) }

    // MARK: Asking

    /// Decides a command and calls back on the writer's thread, when the event is on disk.
    package func submit<Answer>(
        _ command: Command<Answer>,
        completion: @escaping @Sendable (Result<Answer, Refusal>) -> Void
    ) {
        enqueue(
            .command(
                WaitingLine.CommandJob(
                    decide: { transaction in
                        let outcome = transaction.decide(command)
                        return { failure in completion(failure.map { .failure($0) } ?? outcome) }
                    },
                    refuse: { completion(.failure($0)) }
                )
            )
        )
    }

    /// The same for callers that wait.
    package func perform<Answer>(_ command: Command<Answer>) async throws(Refusal) -> Answer {
        let outcome = await withCheckedContinuation { continuation in
            submit(command) { continuation.resume(returning: $0) }
        }
        return try outcome.get()
    }

    /// Calls back once, when there are events beyond `sequence` or after `seconds`, whichever comes first.
    ///
    /// - Returns: takes the question back; after that nobody is called any more.
    package func whenEventsFollow(
        _ sequence: UInt64,
        seconds: Int64,
        _ body: @escaping @Sendable () -> Void
    ) -> @Sendable () -> Void {
        let cancel = watchers.wait(beyond: sequence, seconds: seconds, body)
        watchers.announce(self.sequence)
        return cancel
    }

    /// How many wait for events.
    package var waitingReaders: Int { watchers.count }

    /// Returns when the writer's thread has answered.
    package func heartbeat() async {
        await withCheckedContinuation { continuation in
            enqueue(.alone { continuation.resume() })
        }
    }
}
