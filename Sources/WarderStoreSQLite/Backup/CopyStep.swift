/// How far a copy of the database has come when the process that makes it can be killed. Each copy goes through these
/// in their order: the one that a backup is made of leaves out ``named`` and ``kept``, the one from before a migration
/// leaves out ``handed``.
package enum CopyStep: String, CaseIterable, Sendable {
    /// An empty file lies beside the database, under a name that goes with the next start of a daemon.
    case begun
    /// The engine has written the copy.
    case written
    /// It was read, or looked through, and found good.
    case read
    /// Some of it is on its way to whoever asked for a backup.
    case handed
    /// It has the name that stays; whether that outlasts a power cut is the file system's affair.
    case named
    /// That name is on the disk.
    case kept
    /// The name that it was begun under is gone.
    case gone

    /// Told of each step. Tests kill the process there. A store tells whoever listened when it was opened: copies are
    /// made on threads that know no task.
    @TaskLocal package static var reached: @Sendable (CopyStep) -> Void = { _ in }
}
