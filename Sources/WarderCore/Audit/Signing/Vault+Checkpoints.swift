import Dispatch
import Locking
import TransparencyLog
import WarderCrypto
package import WarderModel

extension Vault {
    /// Milliseconds between two checkpoints for whoever asks.
    private static let signingRhythm: Int64 = 1000

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

    /// The newest checkpoint, where it was signed within this second, and otherwise a new one: whoever asks again and again
    /// does not keep the writer busy. Blocks.
    ///
    /// - Throws: as ``signCheckpoint()``.
    package func recentCheckpoint() throws(Refusal) -> StoredCheckpoint {
        let now = clock.now().wall.milliseconds
        if let checkpoint, (0..<Self.signingRhythm).contains(now - checkpoint.time.milliseconds) { return checkpoint }
        return try signCheckpointAndWait()
    }

    /// Signs as ``signCheckpoint()``, for threads that may wait.
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

    /// Signs the log as it was when it had `size` events. Not kept. Blocks.
    ///
    /// `extensions`: the lines of an export's manifest.
    /// - Throws: `notFound` for more events than there are, and for fewer than there were when the log got its present
    ///   key, which signs none of these; `logBroken`; `sealed`.
    package func signCheckpoint(at size: UInt64, extensions: [String] = []) throws(Refusal) -> [UInt8] {
        // Of one moment: a key that was given up meanwhile must not sign what came later.
        let seen = view.withLock { $0 }
        guard let keys = seen.keys, let foundation = seen.foundation, let state = seen.state else { throw .sealed }
        guard seen.log != .broken, let notes = try LogKeys.notes(state, in: store),
            let changes = try? KeyHistory(notes.flatMap(\.self))
        else { throw .logBroken }
        let begun = changes.entries.last { $0.change.after.key == keys.signing.verifyingKey }
        guard size <= seen.sequence, size >= begun?.change.size ?? 0 else { throw .notFound }
        let origin = state.logOrigin(foundation)
        var prover = TreeProver(StoredNodes(store: store), size: size)
        guard let root = try? prover.root() else { throw .logBroken }
        do throws(NoteError) {
            return try LogSigner(keys, origin: origin)
                .note(size: size, root: root, extensions: extensions, at: clock.now().wall).bytes
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
        do throws(StoreError) { try store.commit(batch) } catch { throw refusal(of: error) }
        view.withLock { $0.log = .continues(signed) }
        return signed
    }
}
