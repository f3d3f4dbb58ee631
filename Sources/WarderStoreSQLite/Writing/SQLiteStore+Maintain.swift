import GRDB
import Synchronization
package import WarderCore

extension SQLiteStore {
    /// Whether `maintain` has something to do. Costs next to nothing.
    package var needsMaintenance: Bool {
        log.isLong || hasRemains.load(ordering: .relaxed) || hasOldKeys.load(ordering: .relaxed)
    }

    /// Writes the log back into the database where it has become long, so that it is written over from its beginning; and
    /// cuts it to nothing where keys lie in it that are none any more.
    ///
    /// A log that is written over costs a commit less than one that grows, and SQLite starts over only when the whole
    /// log is written back and no reader is in it. Under load that never happens by itself, because commits go on
    /// meanwhile. So the bulk is written while commits go on, and the few pages that came meanwhile while they wait.
    /// Blocks; call it from a thread of its own, whenever `needsMaintenance` says so.
    ///
    /// - Throws: `StoreError`; the log goes on growing then, and nothing is lost.
    package func maintain() throws(StoreError) {
        if hasRemains.load(ordering: .relaxed) { writer.inDatabase { bury($0) } }
        let hasOldKeys = self.hasOldKeys.load(ordering: .relaxed)
        if log.isLong || hasOldKeys { try writeBack() }
        if hasOldKeys { try storing { try writer.inDatabase { _ in try dropOldKeys() } } }
    }

    /// Cuts the log to nothing, so that no copy of the database's files opens with a key slot that is gone. On the writer's
    /// queue only: no commit may come meanwhile.
    ///
    /// A reader that stays in it for longer holds it up; `needsMaintenance` goes on to say so.
    ///
    /// - Throws: `DatabaseError`; nothing is lost.
    func dropOldKeys() throws {
        let (pages, written) = try copyBack()
        log.pages.store(pages - written, ordering: .relaxed)
        // A reader of an older state: to wait for it would only hold commits up.
        guard pages == written else { return }
        do { try checkpointer.inDatabase { _ = try $0.checkpoint(.truncate) } } catch DatabaseError.SQLITE_BUSY {
            return
        }
        hasOldKeys.store(false, ordering: .relaxed)
    }

    /// Writes the log back, however short it is.
    ///
    /// - Throws: as `maintain`.
    package func writeBack() throws(StoreError) {
        try storing {
            var rest = Int.max
            while rest > Self.shortRest, let written = try copyBesideCommits() {
                let left = log.pages.load(ordering: .relaxed) - written
                // Commits come as fast as they are copied, or a reader holds the copying up.
                if left > rest / 2 { break }
                rest = left
            }
            try writer.inDatabase { _ in
                let (pages, written) = try copyBack()
                log.pages.store(pages - written, ordering: .relaxed)
            }
        }
    }

    /// Pages that are few enough to let commits wait for them.
    private static let shortRest = 128

    /// Pages of the log that are in the database now, copied while commits go on; `nil` when they did not let it.
    ///
    /// Once in a long while the engine reads the index of the log while a commit changes it, takes it for broken, and
    /// finds the commit in the way of mending it. When that commit is over, it reads it well.
    private func copyBesideCommits() throws -> Int? {
        for _ in 0..<2 {
            do { return try copyBack().written } catch DatabaseError.SQLITE_BUSY { writer.inDatabase { _ in } }
        }
        return nil
    }

    /// Pages in the log, and how many of them are in the database now. Does not wait for readers of older ones.
    private func copyBack() throws -> (pages: Int, written: Int) {
        let (pages, written) = try checkpointer.inDatabase { try $0.checkpoint(.passive) }
        return (pages, written)
    }
}
