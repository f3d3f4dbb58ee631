import GRDB
import Locking
import Sealing
import Synchronization
import TransparencyLog
import WarderCore

/// The vault's store: one SQLite database, in write-ahead mode, of which this process is the only user.
/// docs/formats/database.md.
///
/// Every call blocks. Calls may come from any thread; `commit` is served one at a time, reads and `maintain` do not
/// wait for it.
package final class SQLiteStore: VaultStore {
    /// Commits, and nothing else.
    let writer: DatabaseQueue
    /// Writes the log back into the database, so that the writer need not.
    let checkpointer: DatabaseQueue
    /// Answers questions about one row, so that they never wait for a scan.
    let lookups: DatabaseQueue
    /// Reads many rows at a time.
    let scans: DatabaseQueue
    let log: WriteAheadLog
    /// Whether a failed commit may have left remains in the write-ahead log; see `bury`. Changes on the writer's
    /// queue only.
    let hasRemains = Atomic(false)
    /// Whether the write-ahead log may have keys in it, or slots, that are none any more; see `dropOldKeys`.
    let hasOldKeys = Atomic(false)
    let isKeepingOver = Atomic(false)
    /// The log's tree as of the last commit; `nil` when what lies in the tables makes none. Changes on the writer's
    /// queue only.
    let logTree: Locked<Frontier?>
    /// Told how far each copy has come.
    let copyReached = CopyStep.reached
    /// Asked while the engine looks through the whole file.
    let isCancelled: @Sendable () -> Bool

    /// What was migrated when it was opened; `nil` when nothing had to be.
    package let migrated: FinishedMigration?

    /// Opens the database, and makes or migrates it first where that is needed.
    ///
    /// - Parameters:
    ///   - path: Absolute, in a directory that nobody but the process's user may enter. Files beside it have the same
    ///     name with `-wal` and `-shm` added, and copies from before migrations with `.before-schema-`.
    ///   - migrations: Those of this version. Tests add others.
    ///   - report: Told of what takes time. From any thread.
    /// - Throws: `OpeningError`, with `.newer` for a database of a later version and `.store(.damaged)` for a file that
    ///   is no database of a vault; `.brokenLog` and `.logAlone` where opening it would lose what was answered.
    package init(
        path: String,
        migrations: [Migration] = Migration.all,
        report: @escaping OpeningReport = { _ in }
    ) throws(OpeningError) {
        let hadLog = try DatabaseFile.prepare(at: path)
        if let damage = try LogFile.damage(of: path + "-wal") { throw .brokenLog(offset: damage.offset) }
        do {
            writer = try Connection.open(path, as: .writer)
            migrated = try Schema(migrations, report: report).open(writer)
            checkpointer = try Connection.open(path, as: .checkpointer)
            lookups = try Connection.open(path, as: .reader)
            scans = try Connection.open(path, as: .reader)
            // A tree that cannot be read is no reason not to give the secrets out: it is not signed any more.
            logTree = Locked((try? scans.inDatabase(StoredTree.frontier)) ?? nil)
            log = WriteAheadLog()
            isCancelled = { false }
            log.watch(commitsOf: writer)
            // Whoever left it may have been killed before it could be cut.
            hasOldKeys.store(hadLog, ordering: .relaxed)
        } catch let error as OpeningError {
            throw error
        } catch DatabaseError.SQLITE_ERROR {
            // What the engine is asked here is always the same: what it does not understand is the file.
            throw .store(.damaged(code: ResultCode.SQLITE_ERROR.rawValue))
        } catch {
            throw .store(StoreError(error))
        }
    }

    /// Opens a copy that nobody writes to, only to be read: it stays as it is, no file lies beside it, and every commit
    /// fails.
    ///
    /// - Parameters:
    ///   - path: Of a copy that ``snapshot(in:isCancelled:)`` made.
    ///   - isCancelled: Asked many times a second while the engine looks through the whole file.
    /// - Throws: `StoreError` where it cannot be opened.
    init(copy path: String, isCancelled: @escaping @Sendable () -> Bool) throws(StoreError) {
        do {
            writer = try Connection.open(path, as: .reader)
            // What a reader leaves out of that look.
            checkpointer = try Connection.open(path, as: .checkpointer)
            lookups = try Connection.open(path, as: .reader)
            scans = try Connection.open(path, as: .reader)
        } catch { throw StoreError(error) }
        migrated = nil
        logTree = Locked(nil)
        log = WriteAheadLog()
        self.isCancelled = isCancelled
    }

    /// Ends all work on the database and leaves one file behind. Later calls fail with `StoreError.unavailable`.
    package func close() {
        // The last to go writes the log back and removes it, which a reader may not.
        for queue in [lookups, scans, checkpointer, writer] { try? queue.close() }
    }

    deinit { close() }
}
