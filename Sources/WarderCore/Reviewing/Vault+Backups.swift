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

    /// Newest events that are looked at for a later try: what is said of the backup that counts is among them.
    private static let newest = 4

    /// What an event says of a backup.
    private struct Said {
        let time: Timestamp
        /// SHA-256 of its header, in hexadecimal, and when it was made; `nil` where there was none yet.
        var backup: String?
        var created: Timestamp?
    }

    /// The newest events about backups, newest first, and why nobody knows them.
    private enum Newest {
        case said([Said])
        case unknown(String)
    }

    /// When the newest backup was made that was sound and arrived, as the vault's log says, and whether there was another
    /// try since: whether the file is still there and opens, only it can say. Blocks; never on an event loop.
    ///
    /// - Returns: the fact, or why there is none.
    package func backups() -> Fact<BackupFacts> {
        let now = clock.now().wall
        let since = now.adding(seconds: Int64(-BackupFacts.days) * 86_400)
        let good: Said?
        switch newestBackups(thatSay: Self.good, since: since, limit: 1, at: now) {
        case .unknown(let reason): return .notEvaluated(reason)
        case .said(let all): good = all.first
        }
        // It may have arrived long after it was made, and others may have failed meanwhile.
        let made = good.flatMap(\.created)
        if good != nil, made == nil { return .notEvaluated("The newest backup's event does not say when it was made.") }
        var facts = BackupFacts(last: made.map { Instant($0) })
        if case .said(let all) = newestBackups(thatSay: [], since: made ?? since, limit: Self.newest, at: now) {
            let attempt = all.first { said in
                guard let good, let made else { return true }
                return said.time > made && said.backup != good.backup
            }
            facts.attempt = attempt.map { Instant($0.time) }
        }
        return .known(facts)
    }

    private func newestBackups(
        thatSay entries: [String],
        since: Timestamp,
        limit: Int,
        at now: Timestamp
    ) -> Newest {
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
                limit: limit,
                budget: Self.backupBudget,
                newestFirst: true
            )
        } catch { return .unknown("The log cannot be read, which knows of backups.") }
        if page.events.isEmpty {
            guard page.isComplete else {
                return .unknown(
                    "None of the last \(Self.backupBudget) events is of a backup that arrived sound; older ones were not read."
                )
            }
            // Events that were pruned before one became old may have been one.
            if let pruned = page.pruned, pruned.before > now.adding(seconds: Int64(-BackupFacts.oldDays) * 86_400) {
                return .unknown("The log was pruned up to \(pruned.before), and knows of no backup since.")
            }
            return .said([])
        }
        var all: [Said] = []
        for event in page.events {
            guard let said = Self.said(by: event) else {
                return .unknown("Event \(event.sequence), which may be the newest backup, cannot be read.")
            }
            all.append(said)
        }
        return .said(all)
    }

    private static func said(by event: NumberedEvent) -> Said? {
        guard let bytes = event.canonical,
            let document = try? JSONDocument(copying: bytes.span, limits: ownBytes),
            let time = document.root.member("time").flatMap({ try? $0.string() }).flatMap(Timestamp.init(rfc3339:))
        else { return nil }
        var said = Said(time: time)
        for change in document.root.member("changes")?.elements.compactMap({ try? $0.string() }) ?? [] {
            if let header = text(of: change, after: "backup=") { said.backup = header }
            if let created = text(of: change, after: "created=") { said.created = Timestamp(rfc3339: created) }
        }
        return said
    }

    private static func text(of change: String, after prefix: String) -> String? {
        change.hasPrefix(prefix) ? String(change.dropFirst(prefix.count)) : nil
    }
}
