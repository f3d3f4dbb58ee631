import Sealing
import TransparencyLog
package import WarderModel

/// Gives the newest checkpoint of the log with this origin that lies outside the database; `nil` where there is none.
package typealias LogWitness = @Sendable (_ origin: RecordID) -> [UInt8]?

extension LogStanding {
    /// Compares the log with the checkpoint that lies outside.
    ///
    /// A database that was set back to an older copy agrees with itself; whoever has the checkpoint knows better.
    /// - Throws: `logContradicted` when the log does not begin with what the checkpoint says, or the checkpoint is not
    ///   this log's.
    static func compare(
        with outside: [UInt8]?,
        _ foundation: Foundation,
        origin: RecordID,
        in store: any VaultStore
    ) throws(Refusal) {
        guard let outside else { return }
        guard let checkpoint = try? LogSigner.checkpoint(in: outside, of: foundation, origin: origin),
            let tree = store.tree(), checkpoint.size <= tree.size
        else { throw .logContradicted }
        var prover = TreeProver(StoredNodes(store: store), size: checkpoint.size)
        guard let root = try? prover.root(), root == checkpoint.root else { throw .logContradicted }
    }
}
