import StrictJSON
import SystemPackage
import WarderModel

/// What became of the backups beside a new one.
struct Pruning {
    /// Why nothing was looked at.
    enum Held: String {
        /// What is older may be newer than what was restored, and better.
        case quarantine
        /// It was sealed since the backup was made: nobody can say whether it is in quarantine.
        case sealed
    }

    var held: Held?
    /// Names, oldest first.
    var removed: [String] = []
    /// How many are of another vault.
    var foreign = 0
    /// How many are no backup, not whole, or not for this user to read.
    var unreadable = 0
    /// Names after a later time than that of the new one: a clock was wrong, or is.
    var later: [String] = []

    /// For people.
    func show(in details: inout Details) {
        for name in removed { details.add("Removed", name) }
        if foreign > 0 { details.add("Left alone", "\(Self.count(foreign)) of another vault", .caution) }
        if unreadable > 0 { details.add("Left alone", "\(Self.count(unreadable)) that cannot be read", .caution) }
        for name in later { details.add("Left alone", "\(name): later than this one", .caution) }
        switch held {
        case .quarantine: details.add("Removed", "nothing, before the restore is released", .caution)
        case .sealed: details.add("Removed", "nothing: the vault was sealed meanwhile", .caution)
        case nil: break
        }
    }

    /// What there is to do about it.
    func hints(in directory: String) -> [String] {
        var hints: [String] = []
        if held == .quarantine {
            hints.append("Look at what was restored: warder backup review; warder backup release")
        }
        if foreign > 0 {
            hints.append("Is the other vault the one that was here before? docs/operations/machine-lost.md")
        }
        if !later.isEmpty {
            let paths = later.map { TerminalText.escaped(ShellWord.quoted(FilePath(directory).appending($0).string)) }
            hints.append("A clock is wrong, or was when the later ones were made. Look: date")
            hints.append("Is it right now, take them out of the series: mv \(paths.joined(separator: " ")) ELSEWHERE/")
        }
        return hints
    }

    /// For programs.
    func write(to json: inout JSONBuffer) {
        json.field("removed", removed)
        if let held { return json.field("held", held.rawValue) }
        json.key("left")
        json.beginObject()
        json.field("of_another_vault", foreign)
        json.field("unreadable", unreadable)
        json.field("later", later)
        json.endObject()
    }

    private static func count(_ number: Int) -> String { number == 1 ? "1 backup" : "\(number) backups" }
}
