import HashTreeCollections
import StrictJSON
package import WarderModel

/// What in a restored vault may be older than its upstream: nobody can know, so it is said how probable it is, and why.
package struct RestoreReview: Sendable {
    /// How probably a secret changed in the time that the vault knows nothing of.
    package enum Outdated: String, Sendable, Comparable {
        case likely, possible, unlikely

        package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .likely: 0
            case .possible: 1
            case .unlikely: 2
            }
        }
    }

    package struct Secret: Sendable {
        package let name: SecretName
        package let outdated: Outdated
        package let version: UInt32?
        package let made: Timestamp?
        package let served: Timestamp?
        /// How often its current version became another, from `days` before `since` to the restore.
        package let changes: Int
        /// When the upstream stopped accepting it, if that has passed.
        package let expired: Timestamp?
    }

    /// How far back the log is looked through, in days before `since`. Its end is the restore.
    package static let days: Int64 = 90
    /// Longest life of a token in seconds: who got one within it before `since` may have had one then.
    static let tokenSeconds: Int64 = 3600

    package let origin: LogOrigin
    /// When the oldest backup was made since which nobody released the vault: what was changed then is lost.
    package let since: Timestamp
    /// From then to the restore; `nil` where a clock was behind, and nobody knows.
    package let gapSeconds: Int64?
    /// Most probably outdated first.
    package let secrets: [Secret]
    /// Events of those days that could not be read: what they said is not known.
    package let unreadable: Int
    /// Servers that were given tokens from an hour before `since` to the restore, by name.
    package let servers: [(name: String, tokens: Int)]

    init(of origin: LogOrigin, _ state: VaultState, _ history: History, at now: Timestamp) {
        self.origin = origin
        since = history.backup
        let gap = Self.gapSeconds(to: origin, state)
        gapSeconds = gap
        unreadable = history.unreadable
        secrets = state.secrets.values.filter { $0.deleted == nil }.map { secret in
            let name = secret.name.text
            let changes = max(
                history.changes[name] ?? 0,
                Self.changes(of: secret, since: history.beginning, before: origin)
            )
            let expired = secret.expires.flatMap { $0 <= now ? $0 : nil }
            return Secret(
                name: secret.name,
                outdated: Self.outdated(changes: changes, gapSeconds: gap, hasExpired: expired != nil),
                version: secret.current?.number,
                made: secret.current?.created,
                served: history.served[name],
                changes: changes,
                expired: expired
            )
        }.sorted {
            if $0.outdated != $1.outdated { return $0.outdated < $1.outdated }
            return $0.changes == $1.changes ? $0.name < $1.name : $0.changes > $1.changes
        }
        servers = history.tokens.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Likely when at the pace of the days before one change at least fell into the gap, or the upstream's own date has
    /// passed; possible when it changed at all.
    ///
    /// `gapSeconds`: `nil` where nobody knows; that counts as very long.
    static func outdated(changes: Int, gapSeconds: Int64?, hasExpired: Bool) -> Outdated {
        let (pace, overflow) = Int64(changes).multipliedReportingOverflow(by: gapSeconds ?? .max)
        if hasExpired || changes > 0 && (overflow || pace >= days * 86_400) { return .likely }
        return changes > 0 ? .possible : .unlikely
    }

    /// What the record itself says, whatever the log has lost: versions that took an earlier one's place.
    private static func changes(
        of secret: WarderModel.Secret,
        since: Timestamp,
        before origin: LogOrigin
    ) -> Int {
        secret.versions.count { $0.number > 1 && $0.created >= since && $0.created < origin.began }
    }

    /// The restores of a quarantine: one that was restored again before anybody released it is in the same as before.
    private static func quarantine(of origin: LogOrigin, _ state: VaultState) -> [LogOrigin] {
        state.origins.values.filter { $0.number <= origin.number && $0.released == origin.released }
    }

    /// The oldest backup's moment since which nobody said that the vault is up to date.
    static func beginning(of origin: LogOrigin, _ state: VaultState) -> Timestamp {
        quarantine(of: origin, state).map(\.backup.created).min() ?? origin.backup.created
    }

    private static func gapSeconds(to origin: LogOrigin, _ state: VaultState) -> Int64? {
        guard quarantine(of: origin, state).allSatisfy({ $0.began >= $0.backup.created }) else { return nil }
        let beginning = beginning(of: origin, state)
        guard origin.began >= beginning else { return nil }
        let (gap, overflow) = origin.began.milliseconds.subtractingReportingOverflow(beginning.milliseconds)
        return overflow ? nil : gap / 1000
    }

    /// What the log says of the days before the gap, and of what it has of the gap itself.
    struct History {
        private static let ownBytes = JSONLimits(maxBytes: .max, maxMembers: .max, maxTokens: .max)

        /// By secret: how often its current version became another.
        private(set) var changes: [String: Int] = [:]
        /// By secret.
        private(set) var served: [String: Timestamp] = [:]
        /// By server.
        private(set) var tokens: [String: Int] = [:]
        /// Events of which nobody knows what they said.
        private(set) var unreadable = 0
        /// When the gap begins.
        let backup: Timestamp

        init(before backup: Timestamp) { self.backup = backup }

        /// Events before it are left out.
        var beginning: Timestamp { backup.adding(seconds: -RestoreReview.days * 86_400) }

        /// Takes an event over.
        mutating func take(_ event: NumberedEvent) {
            guard let canonical = event.canonical else {
                unreadable += 1
                return
            }
            guard let document = try? JSONDocument(copying: canonical.span, limits: Self.ownBytes) else { return }
            let event = document.root
            func text(_ key: String) -> String? { event.member(key).flatMap { try? $0.string() } }
            guard text("decision") == Event.Decision.allowed.rawValue,
                let action = text("type").flatMap(Action.init(rawValue:)),
                let time = text("time").flatMap(Timestamp.init(rfc3339:))
            else { return }
            if let secret = text("secret") {
                if Self.isChange(action, event) { changes[secret, default: 0] += 1 }
                if action == .secretResolve { served[secret] = max(served[secret] ?? time, time) }
            }
            if action == .tokenIssue, let server = text("server"),
                time >= backup.adding(seconds: -RestoreReview.tokenSeconds)
            {
                tokens[server, default: 0] += 1
            }
        }

        /// Whether another version became the current one. The first of a new secret takes nobody's place.
        private static func isChange(_ action: Action, _ event: JSONNode) -> Bool {
            switch action {
            case .secretPromote, .secretRollback: true
            case .secretPut: (try? event.member("version")?.int()) != 1
            default: false
            }
        }
    }
}

extension Vault {
    /// Looks through the log from 90 days before the gap to the restore. Blocks; never on an event loop.
    ///
    /// - Throws: `sealed`, `auditUnavailable`.
    package func review(of origin: LogOrigin) throws(Refusal) -> RestoreReview {
        guard let state else { throw .sealed }
        var history = RestoreReview.History(before: RestoreReview.beginning(of: origin, state))
        let filter = EventFilter(since: history.beginning)
        var after: UInt64 = 0
        while after < origin.previous.size {
            let page = try events(
                matching: filter,
                after: after,
                through: origin.previous.size,
                limit: 512,
                budget: 512
            )
            for event in page.events { history.take(event) }
            guard !page.isComplete, page.scannedTo > after else { break }
            after = page.scannedTo
        }
        return RestoreReview(of: origin, state, history, at: clock.now().wall)
    }
}
