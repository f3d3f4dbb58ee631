package import WarderCore

/// Why a database could not be copied before a migration.
package enum CopyError: Error, Equatable, Sendable {
    /// Bytes that the copy takes, and that the file system has.
    case noRoom(needed: UInt64, free: UInt64)
    /// All names that it could have are taken by copies of other states.
    case namesTaken
    /// It was made, and does not hold what the database holds.
    case notTheSame
    /// The kernel refused; `code` is its error number.
    case kernel(code: Int32)
    /// The database engine refused: a full disk, a damaged database.
    case store(StoreError)
}
