import Foundation
import Glibc
import SystemPackage
import WarderModel
import WarderStoreSQLite

/// Where a restored vault comes to lie: the place of a daemon's database, and what may lie there already.
struct RestoreTarget {
    let database: FilePath
    /// What the engine keeps beside a database.
    private let besides = ["-wal", "-shm"]
    private var fileSuffixes: [String] { [""] + besides }

    init(database: String) { self.database = FilePath(database) }

    var directory: FilePath { database.removingLastComponent() }

    /// A free name beside it; what a killed restore leaves goes with a daemon's next start.
    var temporaryPath: String {
        let number = String(UInt64.random(in: .min ... .max), radix: 16)
        return directory.appending(SQLiteStore.leftoverPrefix + "restore-" + number).string
    }

    /// Whether anything of a vault lies there.
    var isTaken: Bool { fileSuffixes.contains { Self.exists(database.string + $0) } }

    /// Whether the database itself is there: the engine would throw a write-ahead log without one away.
    var hasDatabase: Bool { Self.exists(database.string) }

    /// What the engine keeps in another file would stay behind when the database is moved, the quarantine among it.
    func expectOneFile(_ path: String) throws(BackupStop) {
        guard ["-wal", "-journal"].allSatisfy({ !Self.exists(path + $0) }) else {
            throw BackupStop(
                .failed,
                "the restored database could not be completed; nothing was restored",
                remedy: "Look whether the disk has room, and try again"
            )
        }
    }

    /// Takes away what a restore that went no further leaves: the database, and what the engine and a migration made
    /// beside it.
    func removeTemporaryFiles(_ path: String) {
        guard let name = FilePath(path).lastComponent?.string,
            let names = try? FileManager.default.contentsOfDirectory(atPath: directory.string)
        else { return }
        for other in names where other.hasPrefix(name) { unsafe unlink(directory.appending(other).string) }
    }

    /// Gives what lies there another name besides its own, which says what it is; returns that of the database.
    ///
    /// Until the restored one takes its place, the old one keeps it: whatever ends this leaves a daemon something to
    /// open. What an earlier restore set aside, and was ended before it could put another in its place, is the same
    /// file; its name goes.
    func setAside(at time: Timestamp) throws(BackupStop) -> String {
        removeEarlierNames()
        let digits = time.description.prefix { $0 != "." }.filter { $0 != "-" && $0 != ":" }
        let aside = database.string + Self.asideInfix + digits + "Z"
        guard !fileSuffixes.contains(where: { Self.exists(aside + $0) }) else {
            throw BackupStop(.exists, "\(aside) exists already", remedy: "Wait a second and try again")
        }
        for suffix in fileSuffixes where Self.exists(database.string + suffix) {
            guard unsafe link(database.string + suffix, aside + suffix) == 0 else {
                throw Self.fault(errno, unharmed: nil)
            }
        }
        do throws(Errno) { try synchronise() } catch { throw Self.fault(error.rawValue, unharmed: aside) }
        return aside
    }

    /// Takes the names of what the engine kept beside the old database away: it would take these files for the new
    /// one's. They have others by now.
    func clear(_ aside: String) throws(BackupStop) {
        let left = besides.filter { Self.exists(database.string + $0) }
        guard !left.isEmpty else { return }
        for suffix in left {
            guard unsafe unlink(database.string + suffix) == 0 else { throw Self.fault(errno, unharmed: aside) }
        }
        do throws(Errno) { try synchronise() } catch { throw Self.fault(error.rawValue, unharmed: aside) }
    }

    /// Puts the finished database in its place, over what lies there.
    ///
    /// `aside`: the other name of what lies there. `renamed`: called between the new name and its sync.
    func put(_ path: String, instead aside: String?, renamed: () -> Void) throws(BackupStop) {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Self.fault(errno, unharmed: aside) }
        defer { close(file) }
        guard fsync(file) == 0, unsafe rename(path, database.string) == 0 else {
            throw Self.fault(errno, unharmed: aside)
        }
        renamed()
        do throws(Errno) { try synchronise() } catch {
            throw BackupStop(
                .failed,
                "the vault is restored, but may not outlast a power cut: \(error)",
                remedy: "Look at the disk" + (aside.map { "; what lay there before is \($0)" } ?? "")
            )
        }
    }

    /// Names that earlier restores gave to the very file that lies there now.
    private func removeEarlierNames() {
        var own = stat()
        guard unsafe lstat(database.string, &own) == 0, own.st_nlink > 1, let name = database.lastComponent?.string,
            let names = try? FileManager.default.contentsOfDirectory(atPath: directory.string)
        else { return }
        for other in names where other.hasPrefix(name + Self.asideInfix) {
            let path = directory.appending(other).string
            var status = stat()
            guard unsafe lstat(path, &status) == 0, status.st_ino == own.st_ino, status.st_dev == own.st_dev else {
                continue
            }
            // What was kept beside it then has long been taken up.
            for suffix in fileSuffixes { unsafe unlink(path + suffix) }
        }
    }

    private static let asideInfix = ".before-restore-"

    private func synchronise() throws(Errno) {
        let descriptor = unsafe open(directory.string, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Errno(rawValue: errno) }
    }

    private static func exists(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0
    }

    /// `unharmed`: the other name of what lay there, where it has one by now.
    private static func fault(_ code: Int32, unharmed aside: String?) -> BackupStop {
        let kept = aside.map { "what lay there is unharmed, at \($0) too" } ?? "what lay there is unharmed"
        return BackupStop(
            .failed,
            "the database cannot be put in its place: \(Errno(rawValue: code)); \(kept)",
            remedy: "Look at the directory and the disk, and try again"
        )
    }
}
