import CWarderFaultyVFS
import GRDBSQLite
import WarderStoreSQLite

/// A scratch directory on a disk that can lose power, fill up and fail.
final class FaultyDisk {
    /// What a crash leaves of what was not synced.
    enum Crash: CaseIterable {
        /// Power cut.
        case losesAll
        /// Power cut while the disk is writing.
        case losesSome
        /// Killed process.
        case losesNothing
    }

    let scratch: Scratch
    private let volume: Int32

    private static let isInstalled: Bool = faulty_vfs_install() == SQLITE_OK

    init() throws {
        scratch = try Scratch()
        guard Self.isInstalled else { throw NotInstalled() }
        volume = unsafe faulty_volume_attach(scratch.directory)
        guard volume >= 0 else { throw NotInstalled() }
    }

    struct NotInstalled: Error {}

    deinit { faulty_volume_detach(volume) }

    func fail(
        _ operations: Int,
        on files: Int = FAULTY_ANY_FILE,
        after: Int = 0,
        times: Int = 1,
        code: Int32 = SQLITE_IOERR,
        forgets: Bool = false,
        partly: Int = 0
    ) {
        faulty_volume_fail(
            volume,
            faulty_fault(
                operations: Int32(operations),
                files: Int32(files),
                after: Int32(after),
                times: Int32(times),
                code: code,
                forgets: forgets ? 1 : 0,
                partly: Int32(partly)
            )
        )
    }

    func heal() { faulty_volume_heal(volume) }
    func lie() { faulty_volume_lie(volume, 1) }

    func count(_ operations: Int, on files: Int = FAULTY_ANY_FILE) -> Int {
        Int(faulty_volume_count(volume, Int32(operations), Int32(files)))
    }

    /// Crashes; `store` is of no use any more and its connections are closed.
    func crash(_ crash: Crash, _ store: SQLiteStore, seed: UInt64 = 0) {
        self.crash(crash, seed: seed)
        store.close()
    }

    /// Crashes when nobody has the database open, or nobody lives who had.
    func crash(_ crash: Crash, seed: UInt64 = 0) {
        let kind =
            switch crash {
            case .losesAll: FAULTY_LOSE_ALL
            case .losesSome: FAULTY_LOSE_SOME
            case .losesNothing: FAULTY_LOSE_NOTHING
            }
        faulty_volume_crash(volume, kind, seed)
    }
}
