package import Reviewing
import StrictJSON
import WarderModel

extension Vault {
    /// Events that are looked at for the newest backup: bounds the time of an answer.
    private static let backupBudget = 200_000
    /// The vault wrote these bytes itself.
    private static let ownBytes = JSONLimits(maxBytes: .max, maxMembers: .max, maxTokens: .max)

    /// When the vault last let itself be copied, as its log says: whether the copy arrived, and opens, only its file
    /// can say. Blocks; never on an event loop.
    ///
    /// - Returns: the fact, or why there is none.
    package func backups() -> Fact<BackupFacts> {
        let now = clock.now().wall
        let since = now.adding(seconds: Int64(-BackupFacts.days) * 86_400)
        let conditions = [
            EventFilter.Condition(field: "type", value: Action.backupCreate.rawValue),
            EventFilter.Condition(field: "decision", value: Event.Decision.allowed.rawValue),
        ].compactMap(\.self)
        let page: Log.Page
        do throws(Refusal) {
            page = try events(
                matching: EventFilter(conditions: conditions, since: since),
                after: sequence + 1,
                limit: 1,
                budget: Self.backupBudget,
                newestFirst: true
            )
        } catch { return .notEvaluated("The log cannot be read, which knows of backups.") }
        guard let event = page.events.first else {
            guard page.isComplete else {
                return .notEvaluated(
                    "None of the last \(Self.backupBudget) events is a backup; older ones were not read."
                )
            }
            // Events that were pruned before one became old may have been one.
            if let pruned = page.pruned, pruned.before > now.adding(seconds: Int64(-BackupFacts.oldDays) * 86_400) {
                return .notEvaluated("The log was pruned up to \(pruned.before), and knows of no backup since.")
            }
            return .known(BackupFacts(last: nil))
        }
        guard let bytes = event.canonical,
            let document = try? JSONDocument(copying: bytes.span, limits: Self.ownBytes),
            let time = document.root.member("time").flatMap({ try? $0.string() }).flatMap(Timestamp.init(rfc3339:))
        else { return .notEvaluated("Event \(event.sequence), which may be the newest backup, cannot be read.") }
        return .known(BackupFacts(last: Instant(time)))
    }
}
