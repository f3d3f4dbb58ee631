import HashTreeCollections
import Sealing
import TransparencyLog
package import WarderModel

/// Gives the newest checkpoints that lie outside the database: one of each log, by the log's origin.
///
/// - Throws: `checkpointUnreadable` where something lies there of which nobody can say what it is.
package typealias LogWitness = @Sendable () throws(Refusal) -> [RecordID: [UInt8]]

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
        guard let signed = keys?.signed(in: outside), signed.origin == origin, let tree = store.tree(),
            fits(signed.checkpoint, tree, in: store)
        else { throw .logContradicted }
    }

    /// Compares the vault with the checkpoints of logs that it does not know.
    ///
    /// A restored vault knows every log before its own. A database from before the restore agrees with what was signed of
    /// its own log until then; that there was another since, only the checkpoint of that one says. What was signed before
    /// a restored log began is of a restore that this one came after; the first log came after none. Nothing is said where
    /// the record of a restore is damaged: servers get nothing from such a vault, and its own log may be among the unknown
    /// ones.
    /// - Throws: `logContradicted` for a checkpoint that a key of this vault signed later, of a log that it does not know.
    static func compare(
        withLater outside: [RecordID: [UInt8]],
        _ keys: LogKeys?,
        _ foundation: Foundation,
        _ state: VaultState
    ) throws(Refusal) {
        guard let keys, !state.lost.mayHideOrigin else { return }
        let known = state.logNames(foundation)
        let began = state.newestOrigin?.began ?? .distantPast
        for (origin, note) in outside where !known.contains(origin) {
            guard let signed = keys.moment(of: note, of: origin), signed > began else { continue }
            throw .logContradicted
        }
    }
}
