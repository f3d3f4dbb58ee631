package import WarderCore

/// Why a database could not be opened.
package enum OpeningError: Error, Equatable, Sendable {
    /// The path is relative, or has no directory or a NUL in it.
    case unusablePath
    /// The directory is not there or not a directory.
    case noDirectory
    /// Others than the owner can enter the directory; `mode` are its permission bits.
    case openDirectory(mode: UInt32)
    /// Others than the owner can read a file of the database; `mode` are its permission bits.
    case openFile(mode: UInt32)
    /// A file of the database belongs to somebody else.
    case foreignFile(uid: UInt32)
    /// A symbolic link, device or directory lies where a file of the database belongs.
    case notAFile
    /// The kernel refused; `code` is its error number.
    case kernel(code: Int32)
    /// The write-ahead log is damaged, and commits that were answered lie behind: opening the database would leave them
    /// out. `offset`: how long the log would have to be for that, in bytes.
    case brokenLog(offset: Int)
    /// The database is empty or not there, and a write-ahead log with something in it is: the engine would throw that
    /// away.
    case logAlone
    /// A later version's database.
    case newer(NewerDatabase)
    /// The database has to be migrated, and there is no copy to go back to: nothing was changed.
    case noCopy(CopyError)
    /// The migration to this schema failed: nothing was changed.
    case notMigrated(to: Int, StoreError)
    /// The database engine refused.
    case store(StoreError)
}
