import SystemPackage
import WarderCore
import WarderLinux
import WarderModel
import WarderStoreSQLite

/// Why the daemon does not start, and what mends it.
package struct StartError: Error, CustomStringConvertible {
    package let problem: String
    package let remedy: String

    package init(_ problem: String, remedy: String) {
        self.problem = problem
        self.remedy = remedy
    }

    package var description: String { "\(problem)\n  \(remedy)" }

    static func explaining(_ path: String, _ body: () throws(FileTrustError) -> Void) throws(StartError) {
        do throws(FileTrustError) { try body() } catch {
            throw StartError("\(error)", remedy: error.remedy)
        }
    }
}

extension DatabaseLock {
    static func acquireOrExplain(_ path: String) throws(StartError) -> DatabaseLock {
        do throws(DatabaseLockError) { return try acquire(path: path) } catch { throw StartError(error) }
    }
}

extension StartError {
    init(_ error: DatabaseLockError) {
        switch error {
        case .held(let pid):
            self.init(
                "another daemon\(pid.map { " (process \($0))" } ?? "") has this database open",
                remedy: "Stop it first (systemctl stop warderd), or give this one another state_directory"
            )
        case .shared:
            self.init(
                "somebody reads this database while no daemon runs (warder rescue?)",
                remedy: "Wait until it has ended, or end it"
            )
        case .unusablePath:
            self.init("the state directory is no absolute path", remedy: "Set state_directory to one")
        case .kernel(let reason):
            self.init(
                "the database cannot be locked: \(reason)",
                remedy: "Look at the state directory's file system"
            )
        }
    }
}

extension Vault {
    static func openOrExplain(
        store: any VaultStore,
        clock: any VaultClock,
        retention: RetentionPolicy,
        witness: @escaping LogWitness,
        faults: @escaping StoreFaultReport
    ) throws(StartError) -> Vault {
        do throws(StoreError) {
            return try Vault(
                store: store,
                clock: clock,
                processes: SystemProcesses(),
                retention: retention,
                witness: witness,
                faults: faults
            )
        } catch {
            throw StartError(starting: error, "the database")
        }
    }
}

extension InheritedSockets {
    static func takeOrExplain() throws(StartError) -> [String: Int32] {
        do throws(InheritedSocketError) { return try take() } catch {
            throw StartError(
                "the sockets that the service manager passed on cannot be used: \(error)",
                remedy: "Compare the socket units with the ones that Warder ships"
            )
        }
    }
}

extension StartError {
    init(_ error: StoreError, _ path: String) {
        switch error {
        case .unavailable(let code):
            self.init(
                "\(path) cannot be opened (SQLite \(code))",
                remedy: "Check that its disk has room and that the daemon's user owns the directory"
            )
        case .damaged(let code):
            self.init(
                "\(path) is damaged or no database of Warder (SQLite \(code))",
                remedy: "Nothing was changed. Keep a copy of the file as it is, and put a backup in its place"
            )
        case .rejected(let code):
            self.init("\(path) refuses the schema (SQLite \(code))", remedy: "Put a backup in its place")
        case .newer(let found, let known):
            self.init(
                "\(path) was written by a later version (schema \(found); this one knows \(known))",
                remedy: "Install that version again; nothing was changed"
            )
        }
    }

    /// Of the database that the daemon was to start with.
    init(starting error: StoreError, _ path: String) {
        let start = StartError(error, path)
        guard case .damaged = error else {
            self = start
            return
        }
        self.init(
            start.problem,
            remedy: """
                Nothing was changed. See what is damaged, and save what opens: warder rescue
                  Then put a backup in its place: docs/operations/disk-damaged.md
                """
        )
    }

    init(_ error: OpeningError, _ path: String) {
        switch error {
        case .store(let error): self.init(error, path)
        case .newer(let newer): self.init(newer, path)
        case .noCopy(let error): self.init(error, path)
        case .brokenLog(let offset):
            self.init(
                "\(path)-wal is damaged, and what was committed behind that would be lost",
                remedy: """
                    Nothing was changed. Restore a backup (warder backup restore FILE --replace); or keep a copy of both files, \
                    and go on as of before the damage: truncate -s \(offset) \(path)-wal
                    """
            )
        case .logAlone:
            self.init(
                "\(path) is empty or gone, and what was changed in it last still lies in \(path)-wal",
                remedy: """
                    Nothing was changed; a start would have removed that file. Is the database somewhere else? Put it back \
                    beside it
                      Otherwise save what it gives (warder rescue --save FILE), and restore a backup: \
                    docs/operations/disk-damaged.md
                    """
            )
        case .notMigrated(let schema, .unavailable(let code)):
            self.init(
                "\(path) could not be migrated to schema \(schema) (SQLite \(code))",
                remedy: "It is as it was. Make room for as much as the database takes, and start again"
            )
        case .notMigrated(let schema, _):
            self.init(
                "\(path) could not be migrated to schema \(schema): something in it is damaged",
                remedy: "It is as it was. Install the version from before again, or put a backup in its place"
            )
        case .openDirectory(let mode):
            self.init(
                "others than the daemon's user can enter the directory of \(path) (mode \(String(mode, radix: 8)))",
                remedy: "chmod 700 the directory, and rotate what may have been copied"
            )
        case .openFile(let mode):
            self.init(
                "others than the daemon's user can read \(path) (mode \(String(mode, radix: 8)))",
                remedy: "chmod 600 \(ShellWord.quoted(path)), and rotate what may have been copied"
            )
        case .foreignFile(let uid):
            self.init("\(path) belongs to user \(uid)", remedy: "Run the daemon as that user, or chown the file")
        case .notAFile, .noDirectory, .unusablePath:
            self.init("\(path) is not a file in a directory", remedy: "Look at state_directory in the configuration")
        case .kernel(let code):
            self.init(
                "\(path) cannot be opened: \(Errno(rawValue: code))",
                remedy: "Look at the disk and the directory's owner"
            )
        }
    }

    init(_ error: SocketFileError, _ path: String) {
        switch error {
        case .pathTooLong(let bytes, let limit):
            self.init(
                "the socket path \(path) has \(bytes) bytes; the kernel takes \(limit)",
                remedy: "Choose a shorter one in the configuration"
            )
        case .inUse:
            self.init(
                "somebody answers on \(path) already",
                remedy: "Stop the other daemon, or choose another path"
            )
        default:
            self.init(
                "the socket \(path) cannot be made: \(error)",
                remedy: "Look at the owner and mode of its directory"
            )
        }
    }
}
