/// What is going on while a database is opened, for the daemon's log and for whoever waits for the start.
package enum OpeningStep: Equatable, Sendable {
    /// A migration goes through a table.
    package struct Rows: Equatable, Sendable {
        /// The schema that it leads to.
        package let migration: Int
        package let table: String
        package let done: Int
        package let total: Int
    }

    /// The database is about to be copied, for it will be migrated.
    case copying(bytes: UInt64)
    /// The copy is there and was looked through; `isNew` unless an earlier attempt made it.
    case copied(to: String, isNew: Bool)
    case migrating(to: Int, purpose: String)
    case rows(Rows)
    /// The migrated database is looked through.
    case checking
    /// It is on the disk.
    case migrated(FinishedMigration)
    /// Something long goes on; many times a second.
    case working
}

/// Told of each step of an opening.
package typealias OpeningReport = @Sendable (OpeningStep) -> Void

/// A migration that is on the disk.
package struct FinishedMigration: Equatable, Sendable {
    /// Schemas.
    package let from, to: Int
    /// Path of the database as it was before.
    package let copy: String

    package init(from: Int, to: Int, copy: String) {
        self.from = from
        self.to = to
        self.copy = copy
    }
}
