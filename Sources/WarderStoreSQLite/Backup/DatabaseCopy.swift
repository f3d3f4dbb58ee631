import GRDB
import WarderCore

/// Copies a database with `VACUUM INTO`, on a connection of its own, in one read transaction.
struct DatabaseCopy: Sendable {
    /// Whether the copy must outlive a power cut.
    enum Synchronous: String, Sendable {
        /// It is there to be read, and goes; and to wait for the disk would make commits wait as well.
        case off = "OFF"
        /// The engine syncs it before it is done.
        case full = "FULL"
    }

    private let source: String
    private let synchronous: Synchronous

    /// - Parameters:
    ///   - source: Path of the database.
    ///   - synchronous: What becomes of the copy.
    init(of source: String, synchronous: Synchronous) {
        self.source = source
        self.synchronous = synchronous
    }

    /// - Parameters:
    ///   - path: Of an empty file.
    ///   - isCancelled: Asked many times a second.
    /// - Throws: `DatabaseError`, with `SQLITE_INTERRUPT` when it was cancelled.
    func write(to path: String, isCancelled: @escaping @Sendable () -> Bool) throws {
        switch synchronous {
        // A vault is at work beside it.
        case .off:
            let pace = Pace(share: Pace.writing)
            try PatientThread.run {
                try copy(to: path) {
                    pace.rest()
                    return isCancelled()
                }
            }
        case .full: try copy(to: path, isCancelled)
        }
    }

    private func copy(to path: String, _ isCancelled: @escaping @Sendable () -> Bool) throws {
        let connection = try Connection.open(source, as: .reader)
        try connection.inDatabase { database in
            // It writes the copy alone: this says how the copy is written.
            try database.execute(sql: "PRAGMA synchronous = \(synchronous.rawValue)")
            let watch = CancellationWatch(isCancelled)
            try watch.during(database) { try database.execute(sql: "VACUUM INTO ?", arguments: [path]) }
        }
        try connection.close()
    }
}
