import Foundation
import Glibc
import SystemPackage
import WarderModel
import WarderStoreSQLite

/// Where a restored vault comes to lie: the place of a daemon's database, and what may lie there already.
struct RestoreTarget {
    let database: FilePath
    private let fileSuffixes = ["", "-wal", "-shm"]

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

    /// Moves what lies there to names that say what it is; nothing of it is deleted. Returns the name of the database.
    ///
    /// The write-ahead log was written back before, where that could be done, so that the first rename takes all of the
    /// vault along.
    func setAside(at time: Timestamp) throws(BackupStop) -> String? {
        guard isTaken else { return nil }
        let digits = time.description.prefix { $0 != "." }.filter { $0 != "-" && $0 != ":" }
        let aside = database.string + ".before-restore-" + digits + "Z"
        guard !fileSuffixes.contains(where: { Self.exists(aside + $0) }) else {
            throw BackupStop(.exists, "\(aside) exists already", remedy: "Wait a second and try again")
        }
        for suffix in fileSuffixes where Self.exists(database.string + suffix) {
            guard unsafe rename(database.string + suffix, aside + suffix) == 0 else { throw Self.fault(errno) }
        }
        try synchronise()
        return aside
    }

    /// Puts the finished database in its place.
    func put(_ path: String) throws(BackupStop) {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Self.fault(errno) }
        defer { close(file) }
        guard fsync(file) == 0, unsafe rename(path, database.string) == 0 else { throw Self.fault(errno) }
        try synchronise()
    }

    private func synchronise() throws(BackupStop) {
        let descriptor = unsafe open(directory.string, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.fault(errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Self.fault(errno) }
    }

    private static func exists(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0
    }

    private static func fault(_ code: Int32) -> BackupStop {
        BackupStop(
            .failed,
            "the database cannot be put in its place (errno \(code))",
            remedy: "Look at the directory; nothing was deleted"
        )
    }
}
