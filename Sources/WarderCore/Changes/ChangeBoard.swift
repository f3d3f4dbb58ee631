import Dispatch
import HashTreeCollections
import Locking
package import WarderModel

/// Where servers wait for changes of what they may have.
///
/// A server that waits costs an entry here and no thread: one timer is set for the first whose time is up, and after a
/// commit only those are looked at whom it concerns. The others notice nothing of it, and their cursors do not tell.
package final class ChangeBoard: Sendable {
    /// What a server gets.
    package struct Answer: Sendable {
        /// Where to go on.
        package let cursor: String
        package let news: Changes.News
    }

    package typealias Outcome = Result<Answer, Refusal>

    /// Polls of one process that may wait: a client needs one, or a second while it connects anew.
    package static let waitersPerProcess = 4

    struct Waiter: Sendable {
        let peer: Peer
        /// Up to where it knows everything.
        let position: ChangeLedger.Position
        /// As which it was looked at last, and by which registry.
        var servers: Set<ServerName>
        var generation: UInt64
        let deadline: DispatchTime
        let finish: @Sendable (Outcome) -> Void
    }

    struct State {
        var ledger = ChangeLedger()
        /// Made when somebody asks first.
        var cursors: ChangeCursors?
        var processes = WatchingProcesses()
        var waiters: [UInt64: Waiter] = [:]
        var nextNumber: UInt64 = 0
        /// Counts sealings: what began before one must not wait after it.
        var era: UInt64 = 0
        /// When the timer rings.
        var alarm: DispatchTime?
        /// Up to where those who wait were looked at.
        var lookedAt: ChangeLedger.Position = 0
        var isLooking = false
    }

    let state: Locked<State>
    /// Neither the writer's thread nor an event loop.
    let queue = DispatchQueue(label: "warder.changes", qos: .utility)

    init(capacity: Int = ChangeLedger.standardCapacity) {
        state = Locked(State(ledger: ChangeLedger(capacity: capacity)))
    }

    /// How many wait.
    package var waiting: Int { state.withLock { $0.waiters.count } }

    // MARK: From servers

    /// Whether a process may have one more poll that waits.
    package func hasRoom(for caller: Caller) -> Bool {
        guard let process = caller.peer?.process else { return false }
        return state.withLock { $0.waiters.values.count { $0.peer.process == process } < Self.waitersPerProcess }
    }

    /// Calls back once with what changed after a cursor: at once, or when something changes, and after `seconds` with
    /// nothing. The first time of a process is an event, and so is a refusal.
    ///
    /// `cursor`: of an earlier answer; `nil` means now.
    /// - Returns: takes the question back; after that nobody is called any more.
    package func ask(
        _ vault: Vault,
        after cursor: String?,
        seconds: Int,
        by caller: Caller,
        _ finish: @escaping @Sendable (Outcome) -> Void
    ) -> @Sendable () -> Void {
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        let isTakenBack = Locked(false)
        let goOn: @Sendable () -> Void = { [self] in
            isTakenBack.withLock { isTakenBack in
                if !isTakenBack { begin(number, vault, after: cursor, seconds: seconds, by: caller, finish) }
            }
        }
        if let process = caller.peer?.process, goesOn(process, at: vault.clock.now()) {
            goOn()
        } else {
            vault.submit(Changes.watch(by: caller)) { [self] outcome in
                if case .failure(let refusal) = outcome { return finish(.failure(refusal)) }
                if let process = caller.peer?.process {
                    state.withLock { $0.processes.begin(process, at: vault.clock.now()) }
                }
                goOn()
            }
        }
        return { [self] in
            isTakenBack.withLock { isTakenBack in
                isTakenBack = true
                state.withLock { $0.waiters[number] = nil }
            }
        }
    }

    private func goesOn(_ process: ProcessIdentity, at now: Moment) -> Bool {
        state.withLock { $0.processes.goesOn(process, at: now) }
    }

    private func begin(
        _ number: UInt64,
        _ vault: Vault,
        after cursor: String?,
        seconds: Int,
        by caller: Caller,
        _ finish: @escaping @Sendable (Outcome) -> Void
    ) {
        let finish = Self.writingDownRefusals(vault, caller, finish)
        do throws(Refusal) {
            guard let peer = caller.peer else { throw .unknownPeer }
            let place = try place(of: cursor, for: peer.process)
            // After the ledger: what it says is in here.
            guard let vaultState = vault.state else { throw .sealed }
            let news = try Changes.news(of: place.changes, for: peer, in: vaultState, at: vault.clock.now().wall)
            guard news.isEmpty, seconds > 0 else {
                return finish(.success(Answer(cursor: place.next, news: news)))
            }
            let waiter = Waiter(
                peer: peer,
                position: place.position,
                servers: Set(vaultState.servers(matching: peer).map(\.name)),
                generation: vaultState.registryGeneration,
                deadline: .now() + .seconds(seconds),
                finish: finish
            )
            if !wait(number, waiter, in: place.era, vault) { throw .sealed }
        } catch { finish(.failure(error)) }
    }

    /// What the ledger says about a cursor.
    private struct Place {
        let changes: ChangeSet?
        /// Up to where `changes` goes.
        let position: ChangeLedger.Position
        let next: String
        let era: UInt64
    }

    /// - Throws: `memoryNotLocked`.
    private func place(of cursor: String?, for process: ProcessIdentity) throws(Refusal) -> Place {
        let outcome = state.withLock { state in
            Result { () throws(Refusal) in
                let cursors = if let cursors = state.cursors { cursors } else { try ChangeCursors() }
                state.cursors = cursors
                let now = state.ledger.position
                let after = cursor.map { cursors.position($0, for: process) } ?? now
                return Place(
                    changes: after.flatMap { state.ledger.changes(after: $0) },
                    position: now,
                    next: cursors.cursor(at: now, for: process),
                    era: state.era
                )
            }
        }
        return try outcome.get()
    }

    /// - Returns: `false` when the vault was sealed meanwhile.
    private func wait(_ number: UInt64, _ waiter: Waiter, in era: UInt64, _ vault: Vault) -> Bool {
        let (isIn, mustLook, mustSetAlarm) = state.withLock { state in
            guard state.era == era else { return (false, false, false) }
            if state.waiters.isEmpty { state.lookedAt = waiter.position }
            state.waiters[number] = waiter
            let isFirst = state.alarm.map { waiter.deadline < $0 } ?? true
            if isFirst { state.alarm = waiter.deadline }
            // What changed since it was looked at would otherwise wait for the next change.
            guard state.ledger.position > waiter.position || vault.registryGeneration != waiter.generation else {
                return (true, false, isFirst)
            }
            state.lookedAt = min(state.lookedAt, waiter.position)
            defer { state.isLooking = true }
            return (true, !state.isLooking, isFirst)
        }
        if mustSetAlarm { setAlarm(waiter.deadline, vault) }
        if mustLook { queue.async { self.look(vault) } }
        return isIn
    }

    /// A refusal at the end of a poll stands in the log as one at its beginning does.
    private static func writingDownRefusals(
        _ vault: Vault,
        _ caller: Caller,
        _ finish: @escaping @Sendable (Outcome) -> Void
    ) -> @Sendable (Outcome) -> Void {
        { outcome in
            guard case .failure(let refusal) = outcome else { return finish(outcome) }
            vault.submit(Changes.watch(by: caller)) { written in
                // Who is let in again by now asks again.
                if case .failure(let other) = written { finish(.failure(other)) } else { finish(.failure(refusal)) }
            }
        }
    }
}
