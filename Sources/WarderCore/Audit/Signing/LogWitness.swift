import Sealing
import TransparencyLog
package import WarderModel

/// Gives the newest checkpoint of the log with this origin that lies outside the database; `nil` where there is none.
package typealias LogWitness = @Sendable (_ origin: RecordID) -> [UInt8]?

extension LogStanding {
    /// Compares the log with the checkpoint that lies outside.
    ///
    /// A database that was set back to an older copy agrees with itself; whoever has the checkpoint knows better. It may
    /// be by an earlier key of the log: the daemon can end between a change of the key and the next checkpoint.
    /// - Throws: `logContradicted` when the log does not begin with what the checkpoint says, or the checkpoint is not
    ///   this log's.
    static func compare(
        with outside: [UInt8]?,
        _ keys: LogKeys?,
        origin: RecordID,
        in store: any VaultStore
    ) throws(Refusal) {
        guard let outside else { return }
        guard let checkpoint = keys?.checkpoint(in: outside, of: origin), let tree = store.tree(),
            checkpoint.size <= tree.size
        else { throw .logContradicted }
        var prover = TreeProver(StoredNodes(store: store), size: checkpoint.size)
        guard let root = try? prover.root(), root == checkpoint.root else { throw .logContradicted }
    }
}
