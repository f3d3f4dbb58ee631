import Dispatch
import HashTreeCollections
import Locking
package import WarderModel

/// Where servers wait for what people say. One that waits costs an entry here and a timer, and no thread.
package final class ApprovalBoard: Sendable {
    package typealias Outcome = Result<ApprovalStatus, Refusal>

    /// Polls of one process that may wait: several calls of one server can be asked about at a time.
    package static let waitersPerProcess = 8

    private struct Waiter {
        let id: ApprovalID
        let peer: Peer
        let finish: @Sendable (Outcome) -> Void
    }

    private struct State {
        var waiters: [UInt64: Waiter] = [:]
        var nextNumber: UInt64 = 0
    }

    private let state = Locked(State())
    /// Neither the writer's thread nor an event loop.
    private let queue = DispatchQueue(label: "warder.approvals", qos: .utility)

    init() {}

    /// How many wait.
    package var waiting: Int { state.withLock { $0.waiters.count } }

    /// Whether a process may have one more poll that waits.
    package func hasRoom(for caller: Caller) -> Bool {
        guard let process = caller.peer?.process else { return false }
        return state.withLock { $0.waiters.values.count { $0.peer.process == process } < Self.waitersPerProcess }
    }

    /// Calls back once: at once where somebody has decided, when somebody does, and after `seconds` with what there is.
    ///
    /// - Returns: takes the question back; after that nobody is called any more.
    package func ask(
        _ vault: Vault,
        _ id: ApprovalID,
        seconds: Int,
        by caller: Caller,
        _ finish: @escaping @Sendable (Outcome) -> Void
    ) -> @Sendable () -> Void {
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        let isTakenBack = Locked(false)
        vault.submit(Approvals.watch(id, by: caller)) { [self] outcome in
            guard case .success(let status) = outcome, status.standing == .pending, seconds > 0, let peer = caller.peer
            else { return finish(outcome) }
            let mayWait = isTakenBack.withLock { isTakenBack in
                if isTakenBack { return false }
                state.withLock { $0.waiters[number] = Waiter(id: id, peer: peer, finish: finish) }
                return true
            }
            guard mayWait else { return }
            queue.asyncAfter(deadline: .now() + .seconds(seconds)) { [weak self, weak vault] in
                if let vault { self?.end(number, vault) }
            }
            // What was said between the question and now.
            queue.async { [weak self, weak vault] in if let vault { self?.look([id], vault) } }
        }
        return { [self] in
            isTakenBack.withLock { isTakenBack in
                isTakenBack = true
                state.withLock { $0.waiters[number] = nil }
            }
        }
    }

    // MARK: From the writer

    /// A commit is on disk that changed these, and the vault's state shows it.
    func announce(_ ids: Set<ApprovalID>, _ vault: Vault) {
        guard !ids.isEmpty, waiting > 0 else { return }
        queue.async { [weak vault] in if let vault { self.look(ids, vault) } }
    }

    /// The vault was sealed, and its view says so.
    func close() {
        let waiters = state.withLock { state in
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.finish(.failure(.sealed)) }
    }

    // MARK: Answering

    private func look(_ ids: Set<ApprovalID>, _ vault: Vault) {
        let waiters = state.withLock { $0.waiters.filter { ids.contains($0.value.id) } }
        for (number, waiter) in waiters {
            let outcome = Self.outcome(waiter, vault)
            if case .success(let status) = outcome, status.standing == .pending { continue }
            finish(number, outcome)
        }
    }

    private func end(_ number: UInt64, _ vault: Vault) {
        guard let waiter = state.withLock({ $0.waiters[number] }) else { return }
        finish(number, Self.outcome(waiter, vault))
    }

    private func finish(_ number: UInt64, _ outcome: Outcome) {
        guard let waiter = state.withLock({ $0.waiters.removeValue(forKey: number) }) else { return }
        waiter.finish(outcome)
    }

    private static func outcome(_ waiter: Waiter, _ vault: Vault) -> Outcome {
        Result { () throws(Refusal) in
            guard let state = vault.state else { throw .sealed }
            return try Approvals.status(waiter.id, of: waiter.peer, in: state, at: vault.clock.now().wall)
        }
    }
}
