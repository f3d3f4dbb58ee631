package import WarderCore

/// Why there is no copy of the database.
package enum SnapshotError: Error, Equatable, Sendable {
    /// The path of the directory is relative, or has a NUL in it.
    case unusablePath
    /// The directory is not there or not a directory.
    case noDirectory
    /// Others than the owner can enter the directory; `mode` are its permission bits.
    case openDirectory(mode: UInt32)
    /// The kernel refused; `code` is its error number.
    case kernel(code: Int32)
    /// The database has no vault in it yet.
    case notInitialised
    /// The caller did not want it any more.
    case cancelled
    /// The database engine refused: a full disk, a damaged database, a later version's rows.
    case store(StoreError)
}
