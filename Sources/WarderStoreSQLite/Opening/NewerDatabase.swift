import GRDB

/// A database that a later version has migrated.
package struct NewerDatabase: Equatable, Sendable {
    /// Number of its schema.
    package let found: Int
    /// Newest schema of this version.
    package let known: Int
    /// The release that migrated it; `nil` when the database does not say.
    package let program: String?
    /// The newest copy from before a migration that this version could open; `nil` when there is none beside it.
    package let copy: String?

    package init(found: Int, known: Int, program: String?, copy: String?) {
        self.found = found
        self.known = known
        self.program = program
        self.copy = copy
    }

    init(_ writer: DatabaseQueue, found: Int, known: Int) throws {
        self.init(
            found: found,
            known: known,
            program: writer.inDatabase(SchemaHistory.newestProgram),
            copy: CopiesBeforeMigrations.newest(of: writer.path, known: known)
        )
    }
}
