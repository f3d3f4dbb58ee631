import Foundation
import Glibc
import SystemPackage
import WarderModel
import WarderStoreSQLite

/// Where a restored vault comes to lie: the place of a daemon's database, and what may lie there already.
struct RestoreTarget {
    let database: FilePath
    /// What holds commits: the database, and a write-ahead log that was not written back into it.
    private let holding = ["", "-wal"]
    /// The engine's index of that log belongs to the same, and is made anew from it.
    private var fileSuffixes: [String] { holding + ["-shm"] }
    /// The finished database, once it is decided that it takes the place of what lies there. From then on every way goes
    /// on to that: the next start's, and the next restore's.
    private var decided: String { database.string + ".restored" }

    init(database: String) { self.database = FilePath(database) }

    /// The finished database of a restore that was ended before it had its place: what the next start opens.
    ///
    /// - Throws: `failed` where something else lies there. It would take the place of a vault that is whole.
    func pending() throws(BackupStop) -> String? {
        var status = stat()
        guard unsafe lstat(decided, &status) == 0 else { return nil }
        let isFile = status.st_mode & S_IFMT == S_IFREG && status.st_uid == geteuid()
        guard isFile, Self.isFinished(decided, byteCount: Int(status.st_size)) else {
            let origin =
                hasDatabase
                ? "Move it away, and see where it came from"
                : """
                The vault's place is empty: a restore was ended on its way, and this is damaged since; what lay there \
                before has before-restore in its name. Restore the backup once more, after this
                """
            throw BackupStop(
                .failed,
                "\(decided) is no whole database, as a restore leaves one; nothing was changed",
                remedy: "\(origin): mv \(ShellWord.quoted(decided)) ELSEWHERE/"
            )
        }
        return decided
    }

    /// Whether a file begins as a whole database of Warder does, and is as long as that says.
    private static func isFinished(_ path: String, byteCount: Int) -> Bool {
        let file = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        guard let page = try? FileImage.read(file, 0, DatabaseHeader.pageBytes) else { return false }
        let header = DatabaseHeader(page, newest: Daemon.migrations.last?.number ?? 0)
        return !header.isDamaged && header.pageCount > 1 && byteCount >= header.pageCount * DatabaseHeader.pageBytes
    }

    var directory: FilePath { database.removingLastComponent() }

    /// What to do where the directory belongs to somebody else: a daemon takes none but its own user's.
    var ownerRemedy: String? {
        var status = stat()
        guard unsafe stat(directory.string, &status) == 0, status.st_uid != geteuid() else { return nil }
        let attributes = try? FileManager.default.attributesOfItem(atPath: directory.string)
        let owner = attributes?[.ownerAccountName] as? String ?? "'#\(status.st_uid)'"
        return """
            Run it as the user that the daemon runs as, to whom \(directory) belongs: sudo -u \(owner) warder backup \
            restore …
            """
    }

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

    /// A restore that has come to its end in another process than it began in.
    struct Resumed {
        /// What lay there before; `nil` where all of it had lost its own names by then.
        let kept: String?
    }

    /// Finishes what an earlier restore had decided when it was ended; takes away the names that one gave which had decided
    /// nothing yet. Whoever is about to look at the database does this first, and nobody else looks meanwhile.
    ///
    /// - Returns: `nil` where there was none to finish.
    func resume(at time: Timestamp) throws(BackupStop) -> Resumed? {
        guard let decided = try pending() else {
            removeEarlierNames()
            return nil
        }
        let aside = try setAside(at: time)
        try clear(aside) {}
        try put(decided, instead: aside) {}
        return Resumed(kept: aside)
    }

    /// Gives what lies there another name besides its own, which says what it is.
    ///
    /// Until it is decided that the restored one takes its place, the old one keeps it, with its write-ahead log: whatever
    /// ends this leaves a daemon what was there before.
    ///
    /// - Returns: the other name; `nil` where nothing lies there that holds anything.
    func setAside(at time: Timestamp) throws(BackupStop) -> String? {
        let lying = holding.filter { Self.exists(database.string + $0) }
        guard let first = lying.first else { return nil }
        // What a restore left that was ended while it took these names away.
        if !hasDatabase, let earlier = earlierNames.first(where: { isSame($0, "-wal") }) {
            return Self.exists(earlier) ? earlier : earlier + first
        }
        removeEarlierNames()
        let digits = time.description.prefix { $0 != "." }.filter { $0 != "-" && $0 != ":" }
        let name = database.string + Self.asideInfix + digits + "Z"
        // Two in a second: a restore that went on with an earlier one first.
        let names = [name] + (2...9).map { "\(name).\($0)" }
        guard let aside = names.first(where: { name in !fileSuffixes.contains { Self.exists(name + $0) } }) else {
            throw BackupStop(.exists, "\(name) exists already", remedy: "Wait a second and try again")
        }
        for (count, suffix) in lying.enumerated() {
            guard unsafe link(database.string + suffix, aside + suffix) == 0 else {
                let code = errno
                for made in lying.prefix(count) { unsafe unlink(aside + made) }
                throw fault(code, unharmed: nil)
            }
        }
        do throws(Errno) { try synchronise() } catch { throw fault(error.rawValue, unharmed: aside + first) }
        return aside + first
    }

    /// Decides that the finished database takes the place of what lies there.
    ///
    /// A database and its write-ahead log have two names, and nothing takes both away at once; what is decided is on the disk
    /// before the first of them goes.
    ///
    /// - Returns: where the finished database lies from now on.
    func decide(_ path: String, instead aside: String?) throws(BackupStop) -> String {
        try move(path, to: decided, instead: aside)
        do throws(Errno) { try synchronise() } catch {
            unsafe unlink(decided)
            throw fault(error.rawValue, unharmed: aside)
        }
        return decided
    }

    /// Takes the names of what the engine kept beside the old database away: it would take these files for the new
    /// one's. What holds anything has another by now.
    ///
    /// `unnamed`: called where the database has lost its own name, and its log has not yet.
    func clear(_ aside: String?, unnamed: () -> Void) throws(BackupStop) {
        // The database's own name first: without its log it would open, and lack commits.
        let going = Self.exists(database.string + "-wal") ? fileSuffixes : ["-shm"]
        let left = going.filter { Self.exists(database.string + $0) }
        guard !left.isEmpty else { return }
        for suffix in left {
            guard unsafe unlink(database.string + suffix) == 0 else { throw fault(errno, unharmed: aside) }
            if suffix.isEmpty { unnamed() }
        }
        do throws(Errno) { try synchronise() } catch { throw fault(error.rawValue, unharmed: aside) }
    }

    /// Puts the finished database in its place, over what lies there.
    ///
    /// `aside`: the other name of what lies there. `renamed`: called between the new name and its sync.
    func put(_ path: String, instead aside: String?, renamed: () -> Void) throws(BackupStop) {
        try move(path, to: database.string, instead: aside)
        renamed()
        do throws(Errno) { try synchronise() } catch {
            throw BackupStop(
                .failed,
                "the vault is restored, but may not outlast a power cut: \(error)",
                remedy: "Look at the disk" + (aside.map { "; what lay there before is \($0)" } ?? "")
            )
        }
    }

    private func move(_ path: String, to name: String, instead aside: String?) throws(BackupStop) {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw fault(errno, unharmed: aside) }
        defer { close(file) }
        guard fsync(file) == 0, unsafe rename(path, name) == 0 else { throw fault(errno, unharmed: aside) }
    }

    /// Takes away the names that earlier restores gave to the very files that lie there now. Where one has a write-ahead log
    /// under such a name that is not the one that lies there, that may be its only name: it stays, and so does the database's
    /// beside it.
    private func removeEarlierNames() {
        for name in earlierNames
        where holding.allSatisfy({ !Self.exists(name + $0) || isSame(name, $0) }) {
            for suffix in fileSuffixes { unsafe unlink(name + suffix) }
        }
    }

    /// Other names that restores gave to databases, without what lies beside them.
    private var earlierNames: Set<String> {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.string)) ?? []
        let prefix = (database.lastComponent?.string ?? "") + Self.asideInfix
        return Set(
            names.filter { $0.hasPrefix(prefix) }.map { name in
                let suffix = fileSuffixes.last { name.hasSuffix($0) } ?? ""
                return directory.appending(String(name.dropLast(suffix.count))).string
            }
        )
    }

    /// Whether another name is one of the file that lies there.
    private func isSame(_ name: String, _ suffix: String) -> Bool {
        var (own, other) = (stat(), stat())
        guard unsafe lstat(database.string + suffix, &own) == 0, unsafe lstat(name + suffix, &other) == 0 else {
            return false
        }
        return own.st_ino == other.st_ino && own.st_dev == other.st_dev
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
    private func fault(_ code: Int32, unharmed aside: String?) -> BackupStop {
        let kept = aside.map { "what lay there is unharmed, at \($0)" } ?? "what lay there is unharmed"
        return BackupStop(
            .failed,
            "the database cannot be put in its place: \(Errno(rawValue: code)); \(kept)",
            remedy: Self.exists(decided)
                ? """
                Look at the directory and the disk. The restored vault is \(decided); the daemon's next start puts it in its \
                place, or the next restore
                """
                : "Look at the directory and the disk, and try again"
        )
    }
}
