import Dispatch
import GRDB
import Locking
import Synchronization
package import WarderCore

extension SQLiteStore {
    package func commit(_ batch: Batch) throws(StoreError) {
        if batch.isEmpty { return }
        try storing {
            try writer.inDatabase { database in
                var grown = logTree.withLock { $0 }
                try transact(database) { try BatchWriter(database).write(batch, growing: &grown) }
                logTree.withLock { $0 = grown }
                if batch.keys != nil {
                    hasOldKeys.store(true, ordering: .relaxed)
                    // It is committed, whatever comes of this. What does not work now is tried again by `keep`.
                    try? dropOldKeys()
                    if hasOldKeys.load(ordering: .relaxed) { log.becameLong.signal() }
                }
            }
        }
    }

    /// Runs one transaction. When it fails, the connection is as it was before, and nothing of it is there: not now,
    /// and, as far as `bury` can help it, not after a crash.
    private func transact(_ database: Database, _ change: () throws -> Void) throws {
        do {
            try database.cachedStatement(sql: "BEGIN IMMEDIATE TRANSACTION").execute()
            try change()
        } catch {
            rollBack(database)
            throw error
        }
        do {
            try database.cachedStatement(sql: "COMMIT TRANSACTION").execute()
            hasRemains.store(false, ordering: .relaxed)
        } catch {
            rollBack(database)
            hasRemains.store(true, ordering: .relaxed)
            bury(database)
            throw error
        }
    }

    /// Does away with what a failed commit left in the write-ahead log.
    ///
    /// A commit can fail after its last byte was written: the sync failed, or the index of the log could not grow.
    /// Nobody sees such a commit while the process lives, because the index does not know it. But whoever opens the
    /// database after a crash makes the index anew from the log, finds the commit whole, and takes it for a good one.
    /// The next commit is written over it, from the same place in the log on. So make one at once, one that changes
    /// nothing that counts.
    ///
    /// To close the connection and open another would be wrong: reading the log anew is what brings the commit to
    /// life. And what else a failed sync left undefined needs no care: everything behind the last good commit is
    /// written again by the next one, everything before it was synced.
    func bury(_ database: Database) {
        do {
            try database.cachedStatement(sql: "BEGIN IMMEDIATE TRANSACTION").execute()
            try database.cachedStatement(sql: "UPDATE failed_commits SET count = count + 1").execute()
            try database.cachedStatement(sql: "COMMIT TRANSACTION").execute()
            hasRemains.store(false, ordering: .relaxed)
        } catch {
            // The disk does not take that either. The next commit that it takes does the same.
            rollBack(database)
        }
    }

    private func rollBack(_ database: Database) {
        // Fails when the disk is gone; SQLite has left the transaction all the same.
        try? database.rollback()
    }
}
