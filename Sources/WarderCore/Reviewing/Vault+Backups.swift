package import Reviewing
import StrictJSON
import WarderModel

extension Vault {
    /// Events that are looked at for the newest backup: bounds the time of an answer.
    private static let backupBudget = 200_000
    /// The vault wrote these bytes itself.
    private static let ownBytes = JSONLimits(maxBytes: .max, maxMembers: .max, maxTokens: .max)
    /// What the event says of a backup that counts: in what was handed over everything opened, and whoever took it said
    /// that the file is on the disk.
    private static let good = ["outcome=kept", "verdict=sound"]

    /// The newest event about a backup, and why nobody knows it.
    private enum Newest {
        case at(Timestamp)
        case none
        case unknown(String)
    }

    /// When the newest backup was made that was sound and arrived, as the vault's log says, and whether there was another
    /// try since: whether the file is still there and opens, only it can say. Blocks; never on an event loop.
    ///
    /// - Returns: the fact, or why there is none.
    package func backups() -> Fact<BackupFacts> {
        let now = clock.now().wall
        let last: Timestamp?
        switch newestBackup(thatSays: Self.good, at: now) {
        case .unknown(let reason): return .notEvaluated(reason)
        case .at(let time): last = time
        case .none: last = nil
        }
        var facts = BackupFacts(last: last.map { Instant($0) })
        if case .at(let time) = newestBackup(thatSays: [], at: now), last.map({ $0 < time }) ?? true {
            facts.attempt = Instant(time)
        }
        return .known(facts)
    }

    private func newestBackup(thatSays entries: [String], at now: Timestamp) -> Newest {
        let since = now.adding(seconds: Int64(-BackupFacts.days) * 86_400)
        let conditions = [
            EventFilter.Condition(field: "type", value: Action.backupCreate.rawValue),
            EventFilter.Condition(field: "decision", value: Event.Decision.allowed.rawValue),
        ].compactMap(\.self)
        let said = entries.compactMap { EventFilter.Condition(field: "changes", value: $0) }
        let page: Log.Page
        do throws(Refusal) {
            page = try events(
                matching: EventFilter(conditions: conditions + said, since: since),
                after: sequence + 1,
                limit: 1,
                budget: Self.backupBudget,
                newestFirst: true
            )
        } catch { return .unknown("The log cannot be read, which knows of backups.") }
        guard let event = page.events.first else {
            guard page.isComplete else {
                return .unknown(
                    "None of the last \(Self.backupBudget) events is of a backup that arrived sound; older ones were not read."
                )
            }
            // Events that were pruned before one became old may have been one.
            if let pruned = page.pruned, pruned.before > now.adding(seconds: Int64(-BackupFacts.oldDays) * 86_400) {
                return .unknown("The log was pruned up to \(pruned.before), and knows of no backup since.")
            }
            return .none
        }
        guard let bytes = event.canonical,
            let document = try? JSONDocument(copying: bytes.span, limits: Self.ownBytes),
            let time = document.root.member("time").flatMap({ try? $0.string() }).flatMap(Timestamp.init(rfc3339:))
        else { return .unknown("Event \(event.sequence), which may be the newest backup, cannot be read.") }
        return .at(time)
    }
}
