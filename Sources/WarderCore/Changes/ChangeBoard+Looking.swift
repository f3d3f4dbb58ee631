import Dispatch
import HashTreeCollections
import Locking
import WarderModel

/// What ends the waiting: a commit, the seal, or time.
extension ChangeBoard {
    // MARK: From the writer

    /// A commit is on disk, and the vault's state shows it.
    ///
    /// `registryChanged`: whether it may have made a process another server, or none.
    func announce(_ changes: ChangeSet, registryChanged: Bool, _ vault: Vault) {
        if changes.isEmpty, !registryChanged { return }
        let mustLook = state.withLock { state in
            state.ledger.add(changes)
            if state.waiters.isEmpty { state.lookedAt = state.ledger.position }
            guard !state.waiters.isEmpty, !state.isLooking else { return false }
            state.isLooking = true
            return true
        }
        if mustLook { queue.async { [weak vault] in if let vault { self.look(vault) } } }
    }

    /// The vault was sealed, and its view says so: everybody is told, and cursors from before are good for nothing.
    func close() {
        let waiters = state.withLock { state in
            let waiters = Array(state.waiters.values)
            state.waiters = [:]
            state.ledger = ChangeLedger()
            state.cursors = nil
            state.processes = WatchingProcesses()
            state.lookedAt = 0
            state.era += 1
            return waiters
        }
        for waiter in waiters { waiter.finish(.failure(.sealed)) }
    }

    // MARK: Looking

    /// What one look goes by, as of one moment.
    private struct Look {
        let waiters: [UInt64: Waiter]
        let position: ChangeLedger.Position
        let era: UInt64
        /// Changes since the last look; `nil` when some of them were forgotten.
        let recent: ChangeSet?
        /// Changes after the positions of those who began to wait since then.
        let later: [ChangeLedger.Position: ChangeSet?]

        func changes(for waiter: Waiter) -> ChangeSet? { later[waiter.position] ?? recent }
    }

    /// Tells whom the changes since the last look concern.
    func look(_ vault: Vault) {
        let look = state.withLock { state in
            state.isLooking = false
            defer { state.lookedAt = state.ledger.position }
            let positions = Set(state.waiters.values.map(\.position).filter { $0 > state.lookedAt })
            return Look(
                waiters: state.waiters,
                position: state.ledger.position,
                era: state.era,
                recent: state.ledger.changes(after: state.lookedAt),
                later: Dictionary(uniqueKeysWithValues: positions.map { ($0, state.ledger.changes(after: $0)) })
            )
        }
        // After the ledger: what it says is in here.
        guard let vaultState = vault.state else { return }
        let now = vault.clock.now().wall
        let concerned = Self.servers(concernedBy: look.recent, vaultState)
        for (number, waiter) in look.waiters {
            let isConcerned = concerned.map { !waiter.servers.isDisjoint(with: $0) } ?? true
            guard isConcerned || waiter.generation != vaultState.registryGeneration else { continue }
            let news = Result { () throws(Refusal) in
                try Changes.news(of: look.changes(for: waiter), for: waiter.peer, in: vaultState, at: now)
            }
            if case .success(let news) = news, news.isEmpty {
                let servers = Set(vaultState.servers(matching: waiter.peer).map(\.name))
                state.withLock { state in
                    state.waiters[number]?.servers = servers
                    state.waiters[number]?.generation = vaultState.registryGeneration
                }
            } else {
                finish(number, news, at: look.position, in: look.era)
            }
        }
    }

    /// `nil`: everybody, because changes were forgotten.
    private static func servers(concernedBy changes: ChangeSet?, _ state: VaultState) -> Set<ServerName>? {
        guard let changes else { return nil }
        let touched = Set(changes.accesses.map(\.server))
        if changes.secrets.isEmpty { return touched }
        return touched.union(state.grants.values.filter { changes.secrets.contains($0.secret) }.map(\.tool.server))
    }

    /// Answers one that still waits.
    private func finish(
        _ number: UInt64,
        _ news: Result<Changes.News, Refusal>,
        at position: ChangeLedger.Position,
        in era: UInt64
    ) {
        let found = state.withLock { state in
            state.era == era ? state.waiters.removeValue(forKey: number).map { ($0, state.cursors) } : nil
        }
        guard let (waiter, cursors) = found, let cursors else { return }
        let position = max(position, waiter.position)
        waiter.finish(
            news.map { Answer(cursor: cursors.cursor(at: position, for: waiter.peer.process), news: $0) }
        )
    }

    // MARK: Time

    func setAlarm(_ deadline: DispatchTime, _ vault: Vault) {
        queue.asyncAfter(deadline: deadline) { [weak self] in self?.ring(deadline, vault) }
    }

    /// Answers those whose time is up, and sets the timer for the next.
    private func ring(_ deadline: DispatchTime, _ vault: Vault) {
        let now = DispatchTime.now()
        let ringing: (due: [UInt64], position: ChangeLedger.Position, era: UInt64, next: DispatchTime?)? =
            state.withLock { state in
                // Where an earlier one was set meanwhile, that one goes on.
                guard state.alarm == deadline else { return nil }
                let due = state.waiters.filter { $0.value.deadline <= now }.map(\.key)
                state.alarm = state.waiters.values.map(\.deadline).filter { $0 > now }.min()
                return (due, state.lookedAt, state.era, state.alarm)
            }
        guard let ringing else { return }
        for number in ringing.due { finish(number, .success(Changes.News()), at: ringing.position, in: ringing.era) }
        if let next = ringing.next { setAlarm(next, vault) }
    }
}
