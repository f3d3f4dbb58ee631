import GRDB
import Glibc
package import WarderCore

extension SQLiteStore {
    /// Copies the database as it is now; commits, reads and maintenance go on meanwhile.
    ///
    /// The copy is made with `VACUUM INTO` on a connection of its own, in one read transaction, which nobody waits for.
    /// Against the engine's page-by-page backup it takes twice the time, and is worth it: it reads each row, so that a
    /// damaged page ends it and is not handed on; it leaves out free pages and what deleted rows left in others; and
    /// what it writes is not in write-ahead mode, so that the copy is one file and opens without making another. (The
    /// backup in steps would begin anew with each commit.)
    ///
    /// Until it is done the write-ahead log cannot be written over and grows by what is committed; then it is cut
    /// back as after any long reader. Blocks for a minute or two for each GiB: call it from a thread of its own. The copy is
    /// not synced to the disk: it is there to be read, and goes.
    ///
    /// - Parameters:
    ///   - directory: absolute, of its owner's alone (mode 0700), with room for the database. The copy has the mode
    ///     0600 and a name that was free.
    ///   - isCancelled: asked many times a second; when it says so, the copy is given up.
    /// - Returns: the copy, which removes its file at the end of its life.
    /// - Throws: ``SnapshotError``; no file is left then.
    package func snapshot(
        in directory: String,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(SnapshotError) -> DatabaseSnapshot {
        let file = try SnapshotFile(in: directory, reached: copyReached)
        let path = file.path
        let facts: SnapshotFacts
        do {
            try DatabaseCopy(of: writer.path, synchronous: .off).write(to: path, isCancelled: isCancelled)
            copyReached(.written)
            let copy = try Connection.open(path, as: .reader)
            facts = try copy.inDatabase(SnapshotFacts.init)
            try copy.close()
            copyReached(.read)
        } catch let error as SnapshotError {
            throw error
        } catch DatabaseError.SQLITE_INTERRUPT {
            throw .cancelled
        } catch {
            throw .store(StoreError(error))
        }
        return try DatabaseSnapshot(file, facts)
    }

    /// What the names of files begin with that the next start of a daemon removes.
    package static var leftoverPrefix: String { SnapshotFile.prefix }

    /// Writes the write-ahead log of a database back into it, so that it is one file; nothing else is changed.
    ///
    /// - Throws: `StoreError` for a database that is too damaged for that, its write-ahead log included, or is none.
    package static func settle(_ path: String) throws(StoreError) {
        do {
            // Written back, a damaged log would lose what lies behind the damage, and take the trace of it along.
            guard try LogFile.damage(of: path + "-wal") == nil, try !DatabaseFile.hasLogAlone(path) else {
                throw StoreError.corrupt
            }
            let writer = try Connection.open(path, as: .writer)
            try writer.inDatabase { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
            try writer.close()
        } catch { throw StoreError(error) }
    }

    /// Removes what a killed process left of its copies. Only while no copy is being made.
    ///
    /// - Throws: ``SnapshotError``.
    package static func removeLeftSnapshots(in directory: String) throws(SnapshotError) {
        try SnapshotFile.check(directory)
        guard let stream = unsafe opendir(directory) else { throw .kernel(code: errno) }
        defer { unsafe closedir(stream) }
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { name in
                unsafe String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasPrefix(SnapshotFile.prefix) else { continue }
            guard unsafe unlink(directory + "/" + name) == 0 else { throw .kernel(code: errno) }
        }
    }
}
