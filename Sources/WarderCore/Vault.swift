import Dispatch
import HashTreeCollections
import Locking
package import Sealing
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
        let foundation: Foundation
        let keys: OpenKeys
        let values: ValueCache
        var state: VaultState
        var sequence: UInt64
    }

    private enum Holding: Sendable {
        case nothing
        case sealed(Foundation)
        case open(Open)
    }

    /// What others may see without asking the writer.
    private struct View: Sendable {
        var phase: Phase
        var foundation: Foundation?
        var state: VaultState?
        var keys: OpenKeys?
        var sequence: UInt64
    }

    package let store: any VaultStore
    package let clock: any VaultClock
    package let presence = PresenceLedger()
    /// Tries to unseal, and tries to prove presence, are counted apart: neither locks the other out.
    package let unsealThrottle = Throttle()
    package let presenceThrottle = Throttle()
    package let tails = TailLedger()
    private let watchers = EventWatchers()
    private let view: Locked<View>
    /// The writer's own: nobody else takes this lock.
    private let holding: Locked<Holding>
    private let generation = Atomic<UInt64>(0)
    /// The highest there ever was: goes on where it was after a seal, so that no number comes twice.
    private let lastGeneration = Atomic<UInt64>(0)
    private let nonces = NoncePool()
    private let line = WaitingLine()
    private let writer = DispatchQueue(label: "warder.writer", qos: .userInteractive)

    /// Opens a vault on a store; it is sealed, or not initialised.
    /// - Throws: `StoreError` when the store cannot be read.
    package init(store: any VaultStore, clock: any VaultClock) throws(StoreError) {
        self.store = store
        self.clock = clock
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
    package func whenEventsFollow(_ sequence: UInt64, seconds: Int64, _ body: @escaping @Sendable () -> Void) {
        watchers.wait(beyond: sequence, seconds: seconds, body)
        watchers.announce(self.sequence)
    }

    /// Returns when the writer's thread has answered.
    package func heartbeat() async {
        await withCheckedContinuation { continuation in
            enqueue(.alone { continuation.resume() })
        }
    }

    /// Forgets tokens that have ended. They work for nobody any more; this only gives their memory back.
    package func dropEndedTokens() {
        enqueue(
            .alone { [self] in
                holding.withLock { holding in
                    guard case .open(var open) = holding else { return }
                    let now = clock.now()
                    open.state.tokens = open.state.tokens.filter { now.isBefore($0.value.expires) }
                    holding = .open(open)
                }
            }
        )
    }

    // MARK: On the writer's thread

    /// Commands in one transaction at most: bounds how long the first waits for the last.
    private static let maximumBatch = 512

    private func enqueue(_ job: WaitingLine.Job) {
        if line.enqueue(job) { writer.async { self.serve() } }
    }

    /// Takes all that waits, decides it in one transaction, and answers after the commit; while one commit is on its
    /// way to the disk, the next batch gathers.
    private func serve() {
        while true {
            let jobs = line.takeAll()
            if jobs.isEmpty { return }
            var commands: [WaitingLine.CommandJob] = []
            for job in jobs {
                switch job {
                case .command(let command):
                    commands.append(command)
                    if commands.count == Self.maximumBatch { flush(&commands) }
                case .alone(let work):
                    flush(&commands)
                    work()
                }
            }
            flush(&commands)
        }
    }

    private func flush(_ commands: inout [WaitingLine.CommandJob]) {
        if !commands.isEmpty { execute(commands) }
        commands.removeAll(keepingCapacity: true)
    }

    private func execute(_ jobs: [WaitingLine.CommandJob]) {
        holding.withLock { holding in
            guard case .open(var open) = holding else {
                let reason: Refusal = if case .nothing = holding { .notInitialised } else { .sealed }
                for job in jobs { job.refuse(reason) }
                return
            }
            // Moved out and back in, so that the working copy is not copied at its first change.
            holding = .nothing
            commit(jobs[...], &open)
            holding = open.state.isSealing ? .sealed(open.foundation) : .open(open)
        }
    }

    private func commit(_ jobs: ArraySlice<WaitingLine.CommandJob>, _ open: inout Open) {
        var transaction = begin(open)
        let answers = jobs.map { $0.decide(&transaction) }
        do throws(StoreError) {
            try store.commit(transaction.batch)
        } catch {
            // One change that the store does not take must not take the others with it.
            if case .rejected = error, jobs.count > 1 {
                for index in jobs.indices { commit(jobs[index...index], &open) }
            } else {
                for answer in answers { answer(.auditUnavailable) }
            }
            return
        }
        adopt(transaction, &open)
        for answer in answers { answer(nil) }
    }

    private func begin(_ open: Open) -> Transaction {
        Transaction(
            state: open.state,
            keys: open.keys,
            values: open.values,
            presence: presence,
            sequence: open.sequence,
            now: clock.now()
        )
    }

    private func adopt(_ transaction: Transaction, _ open: inout Open) {
        open.state = transaction.state
        open.sequence = transaction.lastSequence
        presence.remove(transaction.proofs.used)
        for place in transaction.batch.destroyedValues { open.values.remove(place) }
        // Before anybody is answered: whoever hears that the vault is sealed must find it so.
        if open.state.isSealing { close(open) } else { publish(open) }
        watchers.announce(open.sequence)
    }

    private func publish(_ open: Open) {
        view.withLock { view in
            view.phase = .unsealed
            view.foundation = open.foundation
            view.state = open.state
            view.keys = open.keys
            view.sequence = open.sequence
        }
        lastGeneration.store(open.state.registryGeneration, ordering: .relaxed)
        generation.store(open.state.registryGeneration, ordering: .releasing)
    }

    private func close(_ open: Open) {
        generation.store(0, ordering: .releasing)
        presence.clear()
        tails.clear()
        view.withLock { view in
            view.phase = .sealed
            view.state = nil
            view.keys = nil
            view.sequence = open.sequence
        }
    }
}

// MARK: Opening

extension Vault {
    /// Lays the foundation of a vault and opens it. The caller becomes its first operator.
    ///
    /// `foundation`: made by `Initialisation`, keys wrapped.
    package func open(
        _ initialisation: Initialisation,
        by caller: Caller,
        completion: @escaping @Sendable (Result<Void, Refusal>) -> Void
    ) {
        enqueue(
            .alone { [self] in
                completion(
                    holding.withLock { holding in
                        Result { () throws(Refusal) in
                            guard case .nothing = holding else { throw Refusal.alreadyInitialised }
                            holding = .open(try lay(initialisation, by: caller))
                        }
                    }
                )
            }
        )
    }

    /// Opens a sealed vault with its keyring.
    package func open(
        _ ring: KeyRing,
        slot: KeySlot,
        by caller: Caller,
        completion: @escaping @Sendable (Result<Void, Refusal>) -> Void
    ) {
        enqueue(
            .alone { [self] in
                completion(
                    holding.withLock { holding in
                        Result { () throws(Refusal) in
                            switch holding {
                            case .nothing: throw Refusal.notInitialised
                            // Somebody else was quicker: the vault is as it was asked to be.
                            case .open: return
                            case .sealed(let foundation):
                                holding = .open(try load(foundation, ring, slot: slot, by: caller))
                            }
                        }
                    }
                )
            }
        )
    }

    /// Writes down what happened to a sealed vault, for the log to take over later. Waits for the disk.
    package func record(sealed event: Event, completion: @escaping @Sendable (Result<Void, Refusal>) -> Void) {
        enqueue(
            .alone { [self] in
                completion(
                    holding.withLock { holding in
                        Result { () throws(Refusal) in
                            switch holding {
                            case .nothing: return
                            case .sealed(let foundation): try store(inbox: event, foundation)
                            case .open(var open):
                                try commitAlone(&open) { $0.record(event) }
                                holding = .open(open)
                            }
                        }
                    }
                )
            }
        )
    }

    private func lay(_ initialisation: Initialisation, by caller: Caller) throws(Refusal) -> Open {
        let keys: OpenKeys
        do { keys = try OpenKeys(initialisation.ring) } catch { throw .memoryNotLocked }
        var open = Open(
            foundation: initialisation.foundation,
            keys: keys,
            values: ValueCache(store: store),
            state: VaultState(profile: initialisation.foundation.profile),
            sequence: 0
        )
        open.state.registryGeneration = 1
        try commitAlone(&open) { transaction throws(Refusal) in
            transaction.lay(initialisation.foundation)
            var event = Event(action: .vaultInit, time: transaction.now.wall, actor: caller.unverifiedActor)
            event.requestID = caller.requestID
            try transaction.put(initialisation.firstOperator, &event)
            event.changes += initialisation.foundation.slots.map { "slot/\($0.id)/\($0.kindName)" }
            event.durationMicroseconds = caller.elapsedMicroseconds()
            transaction.record(event)
        }
        return open
    }

    private func load(
        _ foundation: Foundation,
        _ ring: KeyRing,
        slot: KeySlot,
        by caller: Caller
    ) throws(Refusal) -> Open {
        let keys: OpenKeys
        do { keys = try OpenKeys(ring) } catch { throw .memoryNotLocked }
        var open: Open
        let inbox: [(number: Int64, sealed: [UInt8])]
        do {
            open = Open(
                foundation: foundation,
                keys: keys,
                values: ValueCache(store: store),
                state: try StateLoader.load(store.records(), with: ring, profile: foundation.profile),
                sequence: try store.lastSequence()
            )
            inbox = try store.inbox()
        } catch { throw .valueDamaged }
        open.state.registryGeneration = lastGeneration.load(ordering: .relaxed) + 1
        try commitAlone(&open) { transaction throws(Refusal) in
            let boxKeys: BoxKeyPair
            do { boxKeys = try BoxKeyPair(secretKey: ring.current(.inbox).key) } catch { throw .valueDamaged }
            for entry in inbox {
                // One that does not open was not written by this vault: it is dropped, and the log says so.
                if let event = try? InboxEvent.open(entry.sealed, with: boxKeys) {
                    transaction.record(inbox: event)
                } else {
                    var damaged = Event(action: .vaultStart, time: transaction.now.wall, actor: .vault)
                    damaged.decision = .refused
                    damaged.reason = .valueDamaged
                    damaged.changes = ["inbox/\(entry.number)"]
                    transaction.record(damaged)
                }
            }
            if let last = inbox.last { transaction.takeInbox(through: last.number) }
            var event = Event(
                action: .vaultUnseal,
                time: transaction.now.wall,
                actor: Policy.actor(caller, in: transaction.state)
            )
            event.requestID = caller.requestID
            event.changes = ["slot/\(slot.id)/\(slot.kindName)"]
            event.durationMicroseconds = caller.elapsedMicroseconds()
            transaction.record(event)
        }
        return open
    }

    private func commitAlone(
        _ open: inout Open,
        _ work: (inout Transaction) throws(Refusal) -> Void
    ) throws(Refusal) {
        var transaction = begin(open)
        try work(&transaction)
        do throws(StoreError) { try store.commit(transaction.batch) } catch { throw .auditUnavailable }
        adopt(transaction, &open)
    }

    private func store(inbox event: Event, _ foundation: Foundation) throws(Refusal) {
        var batch = Batch()
        do {
            let key = try BoxPublicKey(foundation.inboxKey)
            batch.inbox = [try InboxEvent(event: event, nonce: nonces.next()).sealed(to: key)]
            try store.commit(batch)
        } catch { throw .auditUnavailable }
    }
}
