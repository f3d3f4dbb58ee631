import Dispatch
import GRDB
import GRDBSQLite
import Synchronization

/// How long the write-ahead log is, as SQLite says after each commit: knowing it costs no system call and no lock.
final class WriteAheadLog: Sendable {
    /// Pages after which it is time to write the log back. 16 MiB: long enough that a page which changes with every
    /// commit is written back once for hundreds of them, short enough to be read in a moment after a crash.
    static let pageLimit = 4096
    /// What a log that had to grow over the limit, because a reader or a full disk held it up, is cut back to.
    static let byteLimit = 2 * pageLimit * 4120

    /// Pages in the log that are not in the database yet, at most.
    let pages = Atomic(0)

    /// Signalled once each time the log becomes long; whoever maintains it waits here.
    let becameLong = DispatchSemaphore(value: 0)
    private let isAnnounced = Atomic(false)

    /// The log was looked after: the next time it is long is news again.
    func forgetAnnouncement() { isAnnounced.store(false, ordering: .relaxed) }

    private func take(_ count: Int) {
        pages.store(count, ordering: .relaxed)
        if count > Self.pageLimit, !isAnnounced.exchange(true, ordering: .relaxed) { becameLong.signal() }
    }

    var isLong: Bool { pages.load(ordering: .relaxed) > Self.pageLimit }

    /// Must outlive the connection. Replaces SQLite's own hook, which would write the log back on the connection that
    /// commits.
    func watch(commitsOf writer: DatabaseQueue) {
        writer.inDatabase { database in
            _ = unsafe sqlite3_wal_hook(
                database.sqliteConnection,
                { context, _, _, pages in
                    if let context = unsafe context {
                        unsafe Unmanaged<WriteAheadLog>.fromOpaque(context).takeUnretainedValue()
                            .take(Int(pages))
                    }
                    return SQLITE_OK
                },
                unsafe Unmanaged.passUnretained(self).toOpaque()
            )
        }
    }
}
