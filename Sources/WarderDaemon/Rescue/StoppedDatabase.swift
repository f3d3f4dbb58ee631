import Glibc
import SecretMemory
import Sealing
import WarderCore
import WarderLinux
import WarderModel
import WarderStoreSQLite
import WarderWire

/// The database of a vault whose daemon is stopped, in a copy that goes again. What cannot be read of it is for a deep
/// check to find: opening asks for the vault's foundation alone, and not, as a start does, for its log.
struct StoppedDatabase {
    let store: SQLiteStore
    let foundation: Foundation
    /// What has to be known about what is found, for people.
    let remarks: [String]
    private let byteCount: Int

    /// - Parameters:
    ///   - directory: The state directory.
    ///   - workspace: A directory of this user's alone.
    ///   - desk: Told how far the copy is.
    /// - Throws: `locked` while a daemon has the database; `damaged` where not even the foundation can be read.
    init(in directory: String, copiedInto workspace: String, _ desk: BackupDesk) throws(BackupStop) {
        let lock = try Self.lock(directory)
        defer { withExtendedLifetime(lock) {} }
        let pending = try RestoreTarget(database: directory + "/vault.db").pending()
        let (source, path) = (pending ?? directory + "/vault.db", workspace + "/vault.db")
        let image = try FileImage.copy(source, to: path, progress: { desk.progress("opening", $0, of: $1) })
        // What was committed last lies there; a file without it is as old as the last time it was written back.
        let log = try FileImage.copy(source + "-wal", to: path + "-wal")
        let hasLog = SQLiteStore.hasContent(logBytes: log?.byteCount ?? 0)
        guard image != nil || hasLog else {
            throw BackupStop(
                .failed,
                "there is no database in \(directory)",
                remedy: "Say where the daemon has it: --state PATH"
            )
        }
        byteCount = image?.byteCount ?? 0
        var remarks = [
            "The database was only read: no event says that somebody looked at it, or took values out of it."
        ]
        if let pending {
            remarks.append(
                "A restore was ended on its way. This is what it made, \(pending), and what the daemon's next start opens; "
                    + "what was there before is vault.db or vault.db.before-restore-…, beside it."
            )
        }
        let unreadable = (image?.unreadable ?? 0) + (log?.unreadable ?? 0)
        if unreadable > 0 { remarks.append("The disk does not give \(unreadable) bytes of it; they count as zeroes.") }
        if byteCount > 1 || hasLog {
            let page = try FirstPage.mend(path)
            remarks += FirstPage.remarks(on: page, byteCount: byteCount, hasLog: hasLog)
        }
        store = try Self.open(path, &remarks)
        self.remarks = remarks
        foundation = try Self.foundation(of: store)
    }

    var summary: BackupSummary {
        BackupSummary(
            vault: foundation.vault.description,
            created: foundation.created.description,
            bytes: UInt64(byteCount),
            slots: foundation.slots.map { BackupSummary.Slot($0) }
        )
    }

    /// The vault's keys.
    ///
    /// - Throws: `wrongKey`; `damaged` where the slot opens, and the keys do not.
    func ring(with secret: BackupSecret) throws(BackupStop) -> KeyRing {
        let (bytes, opener) = try secret.opened()
        guard let (root, _) = try foundation.slots.root(of: foundation.vault, with: bytes, opener: opener) else {
            throw BackupStop(.wrongKey, "this opens no key slot of the vault", remedy: "Try what else opens it")
        }
        do throws(SealingError) { return try foundation.openKeyRing(under: root) } catch {
            guard error != .exhausted else { throw BackupStop(BackupError.exhausted) }
            throw BackupStop(
                .damaged,
                "the key slot opens, and the vault's keys do not: nothing can be saved from this database",
                remedy: "Restore a backup: docs/operations/disk-damaged.md"
            )
        }
    }

    /// The right to look at the files while nobody writes them.
    private static func lock(_ directory: String) throws(BackupStop) -> DatabaseLock? {
        do throws(DatabaseLockError) {
            return try DatabaseLock.acquireForReading(path: directory + "/vault.lock")
        } catch {
            if case .held = error {
                throw BackupStop(
                    .locked,
                    StartError(error).problem,
                    remedy: "Stop it first (systemctl stop warderd); while it runs: warder doctor --deep"
                )
            }
            throw BackupStop(StartError(error))
        }
    }

    private static func open(_ path: String, _ remarks: inout [String]) throws(BackupStop) -> SQLiteStore {
        do throws(OpeningError) { return try store(at: path) } catch {
            guard case .brokenLog(let offset) = error, unsafe truncate(path + "-wal", offset) == 0 else {
                throw stop(error)
            }
            remarks.append(
                "The write-ahead log is damaged at its byte \(offset): what was committed behind that is left out."
            )
        }
        do throws(OpeningError) { return try store(at: path) } catch { throw stop(error) }
    }

    /// Opens it. A header that says that a later version wrote it is not believed where the definitions are this one's.
    private static func store(at path: String) throws(OpeningError) -> SQLiteStore {
        do throws(OpeningError) { return try SQLiteStore(path: path, migrations: Daemon.migrations) } catch {
            guard case .newer = error, (try? FirstPage.mend(path, trustsSchema: false)) != nil,
                let store = try? SQLiteStore(path: path, migrations: Daemon.migrations)
            else { throw error }
            return store
        }
    }

    private static func stop(_ error: OpeningError) -> BackupStop {
        let problem = StartError(error, "the database").problem
        if case .store(.damaged) = error { return unusable(problem) }
        return BackupStop(.failed, problem, remedy: StartError(error, "the database").remedy)
    }

    private static func foundation(of store: SQLiteStore) throws(BackupStop) -> Foundation {
        let foundation: Foundation?
        do throws(StoreError) { foundation = try store.foundation() } catch {
            throw unusable("the vault's keys cannot be read from the database")
        }
        guard let foundation else {
            throw BackupStop(
                .failed,
                "no vault was ever set up in this database",
                remedy: "Say where it lies: --state PATH"
            )
        }
        return foundation
    }

    private static func unusable(_ problem: String) -> BackupStop {
        BackupStop(
            .damaged,
            "\(problem): nothing can be saved from it",
            remedy: "Keep a copy of the file as it is, and restore a backup: docs/operations/disk-damaged.md"
        )
    }
}
