import Dispatch
import Locking
import TransparencyLog
package import WarderModel

extension Vault {
    /// The newest checkpoint that this vault signed; `nil` while it is sealed, and before the first.
    package var checkpoint: StoredCheckpoint? {
        if case .continues(let checkpoint) = view.withLock({ $0.log }) { checkpoint } else { nil }
    }

    /// Whether what lies in the store contradicts what was signed: nothing is signed any more then.
    package var isLogBroken: Bool { view.withLock { $0.log } == .broken }

    /// Signs the log as it is on disk, and keeps the checkpoint. One for each hour stays, the last.
    ///
    /// - Throws: `sealed`; `logBroken`; `auditUnavailable` when the store does not take it.
    package func signCheckpoint() async throws(Refusal) -> StoredCheckpoint {
        let outcome = await withCheckedContinuation { continuation in
            signCheckpoint { continuation.resume(returning: $0) }
        }
        return try outcome.get()
    }

    /// The same for threads that may wait.
    package func signCheckpointAndWait() throws(Refusal) -> StoredCheckpoint {
        let outcome = Locked<Result<StoredCheckpoint, Refusal>>(.failure(.sealed))
        let done = DispatchSemaphore(value: 0)
        signCheckpoint { signed in
            outcome.withLock { $0 = signed }
            done.signal()
        }
        done.wait()
        return try outcome.withLock { $0 }.get()
    }

    private func signCheckpoint(_ completion: @escaping @Sendable (Result<StoredCheckpoint, Refusal>) -> Void) {
        alone(
            { (open: inout Open) throws(Refusal) in try self.signCheckpoint(&open) },
            completion: completion
        )
    }

    /// Signs the log as it was when it had `size` events: what an export ends with. Not kept. Blocks.
    ///
    /// - Throws: `notFound` for more events than there are; `logBroken`; `sealed`.
    package func signCheckpoint(at size: UInt64) throws(Refusal) -> [UInt8] {
        guard let keys, let foundation, let origin = state?.logOrigin(foundation) else { throw .sealed }
        guard size <= sequence else { throw .notFound }
        guard !isLogBroken else { throw .logBroken }
        var prover = TreeProver(StoredNodes(store: store), size: size)
        guard let root = try? prover.root() else { throw .logBroken }
        do throws(NoteError) {
            return try LogSigner(keys, origin: origin).note(size: size, root: root, at: clock.now().wall).bytes
        } catch { throw .logBroken }
    }

    /// On the writer's thread, which alone lets the log grow.
    private func signCheckpoint(_ open: inout Open) throws(Refusal) -> StoredCheckpoint {
        guard case .continues(let before) = view.withLock({ $0.log }), let tree = store.tree(),
            tree.size == open.sequence, before.map({ $0.size <= tree.size }) ?? true
        else { throw .logBroken }
        let now = clock.now().wall
        let note: SignedNote
        do throws(NoteError) {
            note = try LogSigner(open.keys, origin: open.state.logOrigin(open.foundation)).note(
                size: tree.size,
                root: tree.root,
                at: now
            )
        } catch { throw .logBroken }
        let signed = StoredCheckpoint(size: tree.size, time: now, note: note.bytes)
        var batch = Batch()
        batch.checkpoint = signed
        do throws(StoreError) { try store.commit(batch) } catch { throw .auditUnavailable }
        view.withLock { $0.log = .continues(signed) }
        return signed
    }
}
