import Locking
package import Sealing
import Synchronization
package import WarderCrypto
package import WarderModel

/// Setting a vault up, opening it, and what is written down while it is sealed.
extension Vault {
    /// Lays the foundation of a vault and opens it. The caller becomes its first operator.
    package func open(
        _ initialisation: Initialisation,
        by caller: Caller,
        completion: @escaping @Sendable (Result<Void, Refusal>) -> Void
    ) {
        aloneInAnyPhase(then: completion) { [self] holding throws(Refusal) in
            guard case .nothing = holding else { throw Refusal.alreadyInitialised }
            holding = .open(try lay(initialisation, by: caller))
        }
    }

    /// Opens a sealed vault with its keyring.
    package func open(
        _ ring: KeyRing,
        root: AEADKey,
        slot: KeySlot,
        by caller: Caller,
        completion: @escaping @Sendable (Result<Void, Refusal>) -> Void
    ) {
        aloneInAnyPhase(then: completion) { [self] holding throws(Refusal) in
            switch holding {
            case .nothing: throw Refusal.notInitialised
            // Somebody else was quicker: the vault is as it was asked to be.
            case .open(var open):
                _ = try commitAlone(&open) { $0.decide(Vault.alreadyOpen(by: caller)) }
                holding = .open(open)
            case .sealed(let foundation):
                holding = .open(try load(foundation, ring, root: root, slot: slot, by: caller))
            }
        }
    }

    /// Opens a vault that lies in a backup's database, and puts it into quarantine in the same commit: there is no
    /// moment in which it is open without.
    package func open(
        _ ring: KeyRing,
        root: AEADKey,
        slot: KeySlot,
        restoring restoration: Restoration,
        completion: @escaping @Sendable (Result<Void, Refusal>) -> Void
    ) {
        aloneInAnyPhase(then: completion) { [self] holding throws(Refusal) in
            guard case .sealed(let foundation) = holding else { throw .alreadyInitialised }
            holding = .open(
                try load(
                    foundation,
                    ring,
                    root: root,
                    slot: slot,
                    restoration: restoration,
                    by: .vault(requestID: "restore")
                )
            )
        }
    }

    /// Writes down what happened to a sealed vault, for the log to take over later. Waits for the disk.
    package func record(sealed event: Event, completion: @escaping @Sendable (Result<Void, Refusal>) -> Void) {
        aloneInAnyPhase(then: completion) { [self] holding throws(Refusal) in
            switch holding {
            case .nothing: return
            case .sealed(let foundation): try store(inbox: event, foundation)
            case .open(var open):
                try commitAlone(&open) { $0.record(event) }
                holding = .open(open)
            }
        }
    }

    private func lay(_ initialisation: Initialisation, by caller: Caller) throws(Refusal) -> Open {
        let keys: OpenKeys
        do { keys = try OpenKeys(initialisation.ring, root: initialisation.root) } catch { throw .memoryNotLocked }
        view.withLock { $0.log = .continues(nil) }
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
            let first = initialisation.firstOperator
            try transaction.put(first, &event)
            event.changes += Operators.facts(first.name, first.uid, first.roles)
            event.changes += initialisation.foundation.slots.map { "slot/\($0.id)/\($0.kindName)" }
            event.durationMicroseconds = caller.elapsedMicroseconds()
            transaction.record(event)
        }
        return open
    }

    private func load(
        _ foundation: Foundation,
        _ ring: KeyRing,
        root: AEADKey,
        slot: KeySlot,
        restoration: Restoration? = nil,
        by caller: Caller
    ) throws(Refusal) -> Open {
        let keys: OpenKeys
        do { keys = try OpenKeys(ring, root: root) } catch { throw .memoryNotLocked }
        if let restoration { try mend(restoration.mending) }
        var state = try StateLoader.load(from: store, with: ring, profile: foundation.profile)
        if let restoration { state.recover(restoration.mending.lostOrigins) }
        var open: Open
        let inbox: [(number: Int64, sealed: [UInt8])]
        do {
            open = Open(
                foundation: foundation,
                keys: keys,
                values: ValueCache(store: store),
                state: state,
                sequence: try store.lastSequence()
            )
            inbox = try store.inbox()
            open.state.rowsUnderOldKeys = try store.rowsUnderOldKeys(of: ring).count
        } catch { throw refusal(of: error) }
        let signingEpoch: UInt32
        do throws(SealingError) { signingEpoch = try ring.current(.signing).epoch } catch { throw Refusal(error) }
        let logKeys = try LogKeys(foundation, state, epoch: signingEpoch, in: store)
        // What is restored is known to be old, and begins a log of its own.
        if restoration == nil {
            let origin = state.logOrigin(foundation)
            let outside = try witness()
            try LogStanding.compare(with: outside[origin], logKeys, origin: origin, in: store)
            try LogStanding.compare(withLater: outside, logKeys, foundation, state)
        }
        let standing = try LogStanding.of(foundation, state, logKeys, in: store)
        view.withLock { $0.log = standing }
        open.state.registryGeneration = lastGeneration.load(ordering: .relaxed) + 1
        try commitAlone(&open) { transaction throws(Refusal) in
            // Before anything else: the first event of the log's new origin.
            if let restoration {
                try restoration.begin(
                    in: &transaction,
                    at: restoration.beginning(at: transaction.now.wall, logKeys),
                    after: standing
                )
            }
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
            event.changes = ["slot/\(slot.id)/\(slot.kindName)"] + transaction.state.lost.eventTexts
            event.durationMicroseconds = caller.elapsedMicroseconds()
            transaction.record(event)
            try transaction.interruptRotations(restored: restoration != nil)
        }
        return open
    }

    /// Before the log's standing is looked at, which follows from it.
    private func mend(_ mending: LogMending) throws(Refusal) {
        guard !mending.isEmpty else { return }
        var batch = Batch()
        batch.logMending = mending
        do throws(StoreError) { try store.commit(batch) } catch { throw refusal(of: error) }
    }

    private func store(inbox event: Event, _ foundation: Foundation) throws(Refusal) {
        var batch = Batch()
        do {
            let key = try BoxPublicKey(foundation.inboxKey)
            batch.inbox = [try InboxEvent(event: event, nonce: nonces.next()).sealed(to: key)]
            try store.commit(batch)
        } catch { throw refusal(of: error) }
    }
}
