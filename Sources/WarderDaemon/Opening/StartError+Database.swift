import WarderCore
import WarderModel
import WarderStoreSQLite

extension StartError {
    /// A database that an upgraded daemon has migrated, and an older one finds.
    init(_ newer: NewerDatabase, _ path: String) {
        let writer = newer.program.map { "by Warder \($0)" } ?? "by a later version of Warder"
        let needed = newer.program.map { "Install Warder \($0) or a later one again" } ?? "Install that version again"
        let way =
            newer.copy.map { copy in
                """
                To go back to this version instead, put the copy from before the upgrade in its place, which loses what \
                was done since:
                  \(copy)
                """
            } ?? "No copy from before the upgrade lies beside it; a backup of that time would serve as well"
        self.init(
            "\(path) was migrated \(writer) (schema \(newer.found); \(Release.version) knows up to \(newer.known))",
            remedy: "\(needed); nothing was changed\n  \(way)\n  How: docs/operations/upgrading.md, \"Going back\""
        )
    }

    /// There is no way back, so that the database was not migrated.
    init(_ error: CopyError, _ path: String) {
        let problem = "\(path) has to be migrated, and could not be copied before"
        switch error {
        case .noRoom(let needed, let free):
            self.init(
                "\(problem): the copy takes \(needed) bytes, and \(free) are free",
                remedy: "Nothing was changed. Make room for twice the size of the database, and start again"
            )
        case .store(.unavailable(let code)):
            self.init(
                "\(problem) (SQLite \(code))",
                remedy: "Nothing was changed. Make room for twice the size of the database, and start again"
            )
        case .store(.damaged(let code)), .store(.rejected(let code)):
            self.init(
                "\(problem): it is damaged (SQLite \(code))",
                remedy: "Nothing was changed. Install the version from before again, or put a backup in its place"
            )
        case .notTheSame, .store(.newer):
            self.init(
                "\(problem): what is in the copy is not what is in the database, or damaged",
                remedy: "Nothing was changed. Install the version from before again, and look at disk and memory"
            )
        case .namesTaken:
            self.init(
                "\(problem): copies of other days have all the names that it could have",
                remedy: "Nothing was changed. Remove those that you do not need: ls \(path).before-schema-*"
            )
        case .kernel(let code):
            self.init("\(problem) (errno \(code))", remedy: "Nothing was changed. Look at the disk, and start again")
        }
    }
}
