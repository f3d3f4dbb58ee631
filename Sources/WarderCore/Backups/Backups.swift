import WarderModel

/// Backups: the whole vault in one sealed file, made while it is at work. docs/formats/backup.md.
package enum Backups {
    /// Requires `admin`, root, or the daemon's own user.
    package static func create(by caller: Caller) -> Command<Void> {
        Command(.backupCreate, by: caller) { _, _ throws(Refusal) in }
    }
}
