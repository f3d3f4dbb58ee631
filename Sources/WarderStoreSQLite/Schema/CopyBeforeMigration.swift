import GRDB
import Glibc
import WarderCore

/// The copy of a database that is made before it is migrated, and stays: the way back to the older version.
///
/// It lies beside the database, is called after it with `.before-schema-` and the new schema's number, and holds what
/// the database held, row by row. One that is there already and holds the same is left and counts, because an earlier
/// attempt made it; one that holds anything else is left, and the copy takes the next free name.
struct CopyBeforeMigration {
    /// Names that are tried: as many attempts with work in between as nobody makes.
    private static let names = 9

    private let path: String
    private let to: Int
    private let report: OpeningReport
    private let reached = CopyStep.reached

    /// - Parameters:
    ///   - path: Of the database.
    ///   - to: The schema that it is going to have.
    ///   - report: Told of what takes time.
    init(of path: String, to: Int, report: @escaping OpeningReport) {
        self.path = path
        self.to = to
        self.report = report
    }

    /// Makes the copy, and makes sure of it: on the disk, whole, and the same.
    ///
    /// - Parameter database: In a transaction that nobody can write beside, and unchanged.
    /// - Returns: its path.
    /// - Throws: `OpeningError.noCopy`.
    func make(_ database: Database) throws(OpeningError) -> String {
        do { return try copy(database) } catch let error as CopyError {
            throw .noCopy(error)
        } catch SnapshotError.kernel(let code) {
            throw .noCopy(code == ENOSPC ? .store(StoreError(.SQLITE_FULL)) : .kernel(code: code))
        } catch {
            throw .noCopy(.store(StoreError(error)))
        }
    }

    private func copy(_ database: Database) throws -> String {
        if let found = names.first(where: { isFile($0) && isWhole($0) && isSame($0, as: database) }) {
            // It may have been made by an attempt that did not come to syncing it.
            for path in [found, CopiesBeforeMigrations.directory(of: found)] { try SnapshotFile.sync(path) }
            report(.copied(to: found, isNew: false))
            return found
        }
        guard let name = names.first(where: { status(of: $0) == nil && errno == ENOENT }) else {
            throw CopyError.namesTaken
        }
        let bytes = try UInt64(byteCount(database))
        try checkRoom(for: bytes)
        report(.copying(bytes: bytes))
        let file = try SnapshotFile(in: CopiesBeforeMigrations.directory(of: path), reached: reached)
        try DatabaseCopy(of: path, synchronous: .full).write(to: file.path) { [report] in
            report(.working)
            return false
        }
        reached(.written)
        guard isWhole(file.path), isSame(file.path, as: database) else { throw CopyError.notTheSame }
        reached(.read)
        try file.keep(as: name)
        report(.copied(to: name, isNew: true))
        return name
    }

    private var names: [String] {
        let name = CopiesBeforeMigrations.prefix(of: path) + String(to)
        return [name] + (2...Self.names).map { "\(name).\($0)" }
    }

    private func isFile(_ path: String) -> Bool { status(of: path).map { $0.st_mode & S_IFMT == S_IFREG } ?? false }

    private func status(of path: String) -> stat? {
        var status = stat()
        return unsafe lstat(path, &status) == 0 ? status : nil
    }

    private func byteCount(_ database: Database) throws -> Int {
        let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
        return try pages * (Int.fetchOne(database, sql: "PRAGMA page_size") ?? 0)
    }

    /// Filling the disk to its last byte would stop others, and be for nothing.
    private func checkRoom(for bytes: UInt64) throws(CopyError) {
        var status = statvfs()
        guard unsafe statvfs(CopiesBeforeMigrations.directory(of: path), &status) == 0 else { return }
        let free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
        guard free >= bytes else { throw .noRoom(needed: bytes, free: free) }
    }

    private func isWhole(_ path: String) -> Bool {
        let checked: Void? = try? Connection.open(path, as: .reader).inDatabase { copy in
            try DatabaseCheck.run(copy) { [report] in report(.working) }
        }
        return checked != nil
    }

    private func isSame(_ path: String, as database: Database) -> Bool {
        let isSame = try? Connection.open(path, as: .reader).inDatabase { other in
            try DatabaseComparison.areSame(database, other) { report(.working) }
        }
        return isSame == true
    }
}
