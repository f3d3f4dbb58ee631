import Dispatch
import HashTreeCollections
import Locking
import Synchronization
import WarderModel

/// The writer's thread: it alone decides, commits, and changes what the vault holds.
extension Vault {
    /// Commands in one transaction at most: bounds how long the first waits for the last.
    private static let maximumBatch = 512

    func enqueue(_ job: WaitingLine.Job) {
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
            open.state.tokens.makeRoom(at: clock.now(), asking: processes)
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
                let reason = refusal(of: error)
                for answer in answers { answer(reason) }
            }
            return
        }
        adopt(transaction, &open)
        for answer in answers { answer(nil) }
    }

    /// What a failure of the store means to whoever asked; what the engine said of it goes to the daemon's own log.
    func refusal(of error: any Error) -> Refusal {
        if let error = error as? StoreError { faults(error) }
        return Refusal(error)
    }

    func begin(_ open: Open) -> Transaction {
        Transaction(open, store: store, presence: presence, now: clock.now(), rates: rates)
    }

    func adopt(_ transaction: Transaction, _ open: inout Open) {
        open.state = transaction.state
        if transaction.batch.changesRows { open.state.writes += 1 }
        open.keys = transaction.keys
        open.foundation = transaction.foundation
        if transaction.batch.keys != nil { gathering.dropUnless(among: open.foundation.slots) }
        open.sequence = transaction.lastSequence
        presence.remove(transaction.proofs.used)
        presence.forget(transaction.proofs.forgotten)
        for place in transaction.batch.destroyedValues { open.values.remove(place) }
        for (place, _) in transaction.batch.rewrappedValues { open.values.remove(place) }
        // Before anybody is answered: whoever hears that the vault is sealed must find it so.
        let wasOpen = phase == .unsealed
        if wasOpen {
            if transaction.setsPolicies { watch.configure(open.state) }
        } else {
            watch.open(open.state, at: transaction.now.uptime)
        }
        let registryChanged = registryGeneration != open.state.registryGeneration
        if open.state.isSealing { close(open) } else { publish(open) }
        // After the view: whoever is told what changed must find it so.
        if open.state.isSealing {
            changes.close()
            approvals.close()
        } else {
            changes.announce(transaction.changes, registryChanged: registryChanged, self)
            approvals.announce(transaction.touchedApprovals, self)
        }
        // After the view as well: what is found is written down by another transaction.
        if watch.see(transaction.recorded, open.state, at: transaction.now.uptime) { raiseAlerts() }
        if open.state.isSealing { watch.close() }
        watchers.announce(open.sequence)
        rotationBell.ring(wasOpen && !open.state.isSealing ? transaction.rotationsToWake : .everything)
    }

    private func publish(_ open: Open) {
        // Whatever opened the vault, nobody needs shares any more.
        if phase != .unsealed { gathering.cancel(at: clock.now()) }
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
        sealedEntries.store(0, ordering: .relaxed)
        inboxShare.begin()
        presence.clear()
        gathering.cancel(at: clock.now())
        tails.clear()
        made.clear()
        let admins = open.state.operators.values.filter { $0.roles.contains(.admin) }.map(\.uid)
        lastAdmins.withLock { $0 = Set(admins) }
        view.withLock { view in
            view.phase = .sealed
            view.state = nil
            view.keys = nil
            view.sequence = open.sequence
        }
    }

    func commitAlone<Answer>(
        _ open: inout Open,
        _ work: (inout Transaction) throws(Refusal) -> Answer
    ) throws(Refusal) -> Answer {
        var transaction = begin(open)
        let answer = try work(&transaction)
        do throws(StoreError) { try store.commit(transaction.batch) } catch { throw refusal(of: error) }
        adopt(transaction, &open)
        return answer
    }

    /// Work that has the open vault for itself, on the writer's thread.
    func alone<Answer: Sendable>(
        _ work: @escaping @Sendable (inout Open) throws(Refusal) -> Answer,
        completion: @escaping @Sendable (Result<Answer, Refusal>) -> Void
    ) {
        aloneInAnyPhase(then: completion) { holding throws(Refusal) in
            guard case .open(var open) = holding else {
                if case .nothing = holding { throw .notInitialised }
                throw .sealed
            }
            holding = .nothing
            defer { holding = .open(open) }
            return try work(&open)
        }
    }

    /// Work that has the vault for itself, open or not, on the writer's thread.
    func aloneInAnyPhase<Answer: Sendable>(
        then completion: @escaping @Sendable (Result<Answer, Refusal>) -> Void,
        _ work: @escaping @Sendable (inout Holding) throws(Refusal) -> Answer
    ) {
        enqueue(
            .alone { [self] in
                completion(holding.withLock { holding in Result { () throws(Refusal) in try work(&holding) } })
            }
        )
    }

    /// Forgets tokens with which nothing can be done or reported any more. This only gives their memory back.
    package func dropEndedTokens() {
        alone { [self] open in
            let now = clock.now()
            open.state.tokens.remove { !now.isBefore($0.expires.adding(seconds: Tokens.reportPatience)) }
            publish(open)
        } completion: { _ in
        }
    }
}
