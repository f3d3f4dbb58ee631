import HashTreeCollections
import Sealing
import TransparencyLog
import WarderModel

/// Whether the log in the store is the one that was signed last.
///
/// Looked at when the vault is opened. What follows in memory follows from it, so that nothing is ever signed that
/// contradicts what was signed before (C2SP tlog-checkpoint).
enum LogStanding: Sendable, Equatable {
    /// It begins with all that was signed; the newest checkpoint, if there was any.
    case continues(StoredCheckpoint?)
    /// It does not, or its tree or its keys are not whole: nothing is signed any more.
    case broken

    /// `keys`: who signed it; `nil` where that cannot be said.
    /// - Throws: `auditUnavailable` when the store cannot be read.
    static func of(
        _ foundation: Foundation,
        _ state: VaultState,
        _ keys: LogKeys?,
        in store: any VaultStore
    ) throws(Refusal) -> LogStanding {
        let newest: StoredCheckpoint?
        do { newest = try store.checkpoints(limit: 1).first } catch {
            guard case .damaged = error else { throw Refusal(error) }
            return .broken
        }
        guard let keys, let tree = store.tree() else { return .broken }
        guard let newest else { return .continues(nil) }
        guard let signed = keys.signed(in: newest.note), state.logNames(foundation).contains(signed.origin),
            signed.checkpoint.size == newest.size, fits(signed.checkpoint, tree, in: store)
        else { return .broken }
        // A restored log goes on from one that had another name.
        return .continues(signed.origin == state.logOrigin(foundation) ? newest : nil)
    }

    /// Whether the log in the store begins with what a checkpoint says.
    static func fits(_ checkpoint: Checkpoint, _ tree: Frontier, in store: any VaultStore) -> Bool {
        guard checkpoint.size <= tree.size else { return false }
        var prover = TreeProver(StoredNodes(store: store), size: checkpoint.size)
        return (try? prover.root()) == checkpoint.root
    }
}
