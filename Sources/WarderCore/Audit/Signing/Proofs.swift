package import TransparencyLog
package import WarderModel

/// Evidence about the log, for whoever does not trust the vault.
package enum Proofs {
    /// Permission to ask for checkpoints and proofs. Requires `auditor`.
    package static func ask(about event: UInt64? = nil, by caller: Caller) -> Command<Void> {
        Command(.auditProve, by: caller) { _, record throws(Refusal) in
            record.changes = event.map { ["event=\($0)"] } ?? []
        }
    }
}

extension Vault {
    /// Shows that an event is in the log. Signs a checkpoint that has it where the newest does not. Blocks.
    ///
    /// - Throws: `notFound` for a number that no event has; `logBroken`; `sealed`; `auditUnavailable`.
    package func inclusionProof(of sequence: UInt64) throws(Refusal) -> ProofFile {
        guard sequence > 0, sequence <= self.sequence else { throw .notFound }
        let note = try checkpoint(including: sequence)
        let size = try Self.size(of: note)
        var prover = TreeProver(StoredNodes(store: store), size: size)
        guard let proof = try? prover.inclusion(of: sequence - 1) else { throw .logBroken }
        return ProofFile(index: proof.index, path: proof.path, checkpoint: note)
    }

    /// Shows that the log as it is now begins with what it was, when it had `size` events. Blocks.
    ///
    /// - Returns: the proof, and the checkpoint that it leads to.
    /// - Throws: `notFound` for no events, and for more than there are; `logBroken`; `sealed`; `auditUnavailable`.
    package func consistencyProof(since size: UInt64) throws(Refusal) -> (ConsistencyProof, SignedNote) {
        guard size > 0, size <= sequence else { throw .notFound }
        let note = try checkpoint(including: size)
        var prover = TreeProver(StoredNodes(store: store), size: try Self.size(of: note))
        guard let proof = try? prover.consistency(with: size) else { throw .logBroken }
        return (proof, note)
    }

    /// How the log's key and name changed, as signed notes one behind the other; empty for a log that has its first.
    /// Blocks.
    ///
    /// - Throws: `logBroken` where one cannot be read; `sealed`; `auditUnavailable`.
    package func logKeyHistory() throws(Refusal) -> [UInt8] {
        guard let state else { throw .sealed }
        guard let notes = try LogKeys.notes(state, in: store) else { throw .logBroken }
        return notes.flatMap(\.self)
    }

    private func checkpoint(including sequence: UInt64) throws(Refusal) -> SignedNote {
        let known = checkpoint.flatMap { $0.size >= sequence ? $0 : nil }
        let stored: StoredCheckpoint
        if let known { stored = known } else { stored = try signCheckpointAndWait() }
        do throws(NoteError) { return try SignedNote(stored.note) } catch { throw .logBroken }
    }

    private static func size(of note: SignedNote) throws(Refusal) -> UInt64 {
        do throws(NoteError) { return try Checkpoint(text: note.text).size } catch { throw .logBroken }
    }
}
