package import Alerting
import HashTreeCollections
package import WarderModel

/// What the rules found, and what people say of it.
package enum Alerts {
    /// Alerts that are kept; of those that somebody has taken note of, the oldest go.
    static let maximumKept = 1000
    /// Users with open alerts who are told apart; the rest are alerts of several users.
    static let maximumUsers = 200
    /// Servers that rules may quarantine in an hour: whoever can raise alerts must not take everything down. As many
    /// again for decoys, so that no noise can use up what is kept for who takes things.
    package static let quarantinesPerHour = 3
    /// How old a finding may be for its server to be quarantined, in seconds.
    private static let freshness: Int64 = 600

    // MARK: Raising

    /// Writes down what was found, with what was found of the same before. The vault's own.
    static func raise(_ found: [Alert.Key: Sightings]) -> Command<Void> {
        Command(.alertRaise, by: .vault()) { transaction, event throws(Refusal) in
            for (key, sightings) in found.sorted(by: {
                ($0.key.subject, $0.key.rule.rawValue) < ($1.key.subject, $1.key.rule.rawValue)
            }) {
                try raise(key, sightings, &transaction, &event)
            }
            if found.count == 1, let server = found.first?.key.subject.server { event.server = server }
        }
    }

    private static func raise(
        _ key: Alert.Key,
        _ sightings: Sightings,
        _ transaction: inout Transaction,
        _ event: inout Event
    ) throws(Refusal) {
        let now = transaction.now.wall
        let key = transaction.state.place(of: key)
        let isMuted = transaction.state.policies[key.rule]?.isMuted(key.subject, at: now) ?? false
        var alert: Alert
        if let id = transaction.state.openAlerts[key], let open = transaction.state.alerts[id] {
            alert = open
            alert.add(sightings, isMuted: isMuted)
        } else {
            guard
                let new = Alert(id: transaction.keys.newRecordID(), key, sightings, isMuted: isMuted)
            else { return }
            alert = new
            makeRoom(&transaction, &event)
        }
        // What is found of a server that is blocked already is no reason to block it after its release.
        if let server = key.subject.server, transaction.state.servers[server]?.quarantine != nil {
            alert.settled = alert.count
        }
        try transaction.put(alert, &event)
        event.changes += [
            "alert=\(alert.id)", "rule=\(key.rule.rawValue)", "subject=\(key.subject)", "count=\(alert.count)",
        ]
        event.changes += (sightings.firstEvents + sightings.lastEvents).map { "event/\($0)" }
    }

    private static func makeRoom(_ transaction: inout Transaction, _ event: inout Event) {
        guard transaction.state.alerts.count >= maximumKept,
            let oldest = transaction.state.alerts.values.filter({ !$0.isOpen }).min(by: { $0.last < $1.last })
        else { return }
        transaction.remove(oldest, &event)
    }

    // MARK: Servers that are to be blocked

    /// Servers whose alerts are fresh, and whose rule blocks them by itself.
    static func toQuarantine(in state: VaultState, at now: Timestamp) -> [(server: ServerName, alert: Alert)] {
        var room = [true: 0, false: 0]
        for rule in [AlertRule.honeytoken, .spike] {
            room[rule == .honeytoken] = Self.room(for: rule, in: state, at: now)
        }
        var found: [(server: ServerName, alert: Alert)] = []
        // Who asks for a decoy first, and then who was found first.
        let open = state.openAlerts.values.compactMap { state.alerts[$0] }.sorted {
            ($0.rule == .honeytoken ? 0 : 1, $0.first, $0.id.description)
                < ($1.rule == .honeytoken ? 0 : 1, $1.first, $1.id.description)
        }
        for alert in open {
            let isDecoy = alert.rule == .honeytoken
            guard room[isDecoy, default: 0] > 0, let server = alert.subject.server,
                state.policies[alert.rule]?.settings.quarantines == true, !alert.isMuted,
                state.servers[server].map({ $0.quarantine == nil }) ?? false,
                !found.contains(where: { $0.server == server }),
                (alert.settled ?? 0) < alert.count, alert.last > now.adding(seconds: -freshness)
            else { continue }
            found.append((server, alert))
            room[isDecoy, default: 0] -= 1
        }
        return found
    }

    /// Servers that a rule may have blocked now. What is written down for later was written by a clock that was set
    /// back since, and takes no room.
    static func room(for rule: AlertRule, in state: VaultState, at now: Timestamp) -> Int {
        let hour = now.adding(seconds: -3600)...now
        let recent = state.alerts.values.filter { alert in
            (alert.rule == .honeytoken) == (rule == .honeytoken) && alert.quarantined.map(hour.contains) == true
        }
        return quarantinesPerHour - Set(recent.map(\.subject)).count
    }

    // MARK: People

    /// Alerts, the newest first. Requires a registered operator.
    package static func list(by caller: Caller) -> Command<[Alert]> {
        Command(.alertList, by: caller) { transaction, event throws(Refusal) in
            event.changes = ["count=\(transaction.state.alerts.count)"]
            return transaction.state.alerts.values.sorted {
                ($1.last, $1.id.description) < ($0.last, $0.id.description)
            }
        }
    }

    /// Takes note of an alert; what is found from then on is another one. Requires `admin` or `auditor`, and presence: a
    /// program must not be able to put away what is held against it.
    package static func acknowledge(
        _ id: RecordID,
        reason: PlainText,
        by caller: Caller
    ) -> Command<Alert> {
        Command(
            .alertAck,
            by: caller,
            describe: {
                $0.changes = ["alert=\(id)"]
                $0.purpose = reason
            }
        ) { transaction, event throws(Refusal) in
            guard var alert = transaction.state.alerts[id] else { throw .notFound }
            guard alert.isOpen else { throw .nothingToUndo }
            guard case .person(let person, _) = event.actor else { throw .notAnOperator }
            alert.acknowledged = Alert.Acknowledgement(by: person, time: transaction.now.wall, reason: reason)
            event.server = alert.subject.server
            try transaction.put(alert, &event)
            return alert
        }
    }

    /// Tells nobody of a rule and subject for so many seconds; none ends an earlier wish. Alerts are raised and kept
    /// all the same. Requires `admin`, and presence.
    package static func mute(
        _ key: Alert.Key,
        seconds: Int64,
        reason: PlainText,
        by caller: Caller
    ) -> Command<RuleStanding> {
        Command(
            .alertMute,
            by: caller,
            describe: {
                $0.server = key.subject.server
                $0.changes = ["rule=\(key.rule.rawValue)", "subject=\(key.subject)", "seconds=\(seconds)"]
                $0.purpose = reason
            }
        ) { transaction, event throws(Refusal) in
            guard case .person(let person, _) = event.actor else { throw .notAnOperator }
            let now = transaction.now.wall
            var policy = transaction.policy(key.rule)
            policy.mutes.removeAll { $0.subject == key.subject || $0.until <= now }
            if seconds > 0 {
                guard transaction.state.has(key.subject) else { throw .notFound }
                guard policy.mutes.count < AlertPolicy.maximumMutes else { throw .inUse }
                let until = now.adding(seconds: min(seconds, AlertPolicy.longestMute))
                policy.mutes.append(AlertPolicy.Mute(subject: key.subject, until: until, by: person, reason: reason))
            }
            try transaction.put(policy, &event)
            return transaction.state.standing(of: key.rule, at: now)
        }
    }

    /// A rule as it holds.
    package struct RuleStanding: Sendable {
        package let rule: AlertRule
        package let settings: AlertSettings
        package let mutes: [AlertPolicy.Mute]
    }

    /// Every rule as it holds. Requires a registered operator.
    package static func rules(by caller: Caller) -> Command<[RuleStanding]> {
        Command(.alertList, by: caller) { transaction, _ throws(Refusal) in
            AlertRule.allCases.map { transaction.state.standing(of: $0, at: transaction.now.wall) }
        }
    }

    /// Sets a rule. Where it was as usual, one whose record cannot be read goes. Requires `admin`, and presence.
    package static func set(
        _ rule: AlertRule,
        _ change: @escaping @Sendable (inout AlertSettings) -> Void,
        by caller: Caller
    ) -> Command<RuleStanding> {
        Command(.alertSet, by: caller, describe: { $0.changes = ["rule=\(rule.rawValue)"] }) {
            transaction,
            event throws(Refusal) in
            var policy = transaction.policy(rule)
            let before = policy.settings
            // A rule that looks for what is usual may be one whose record cannot be read.
            if before == .usual(rule) { transaction.removeLost(.watch, &event) }
            change(&policy.settings)
            event.tell(policy.settings.eventTexts(of: rule), before: before.eventTexts(of: rule))
            try transaction.put(policy, &event)
            return transaction.state.standing(of: rule, at: transaction.now.wall)
        }
    }

    // MARK: Habits

    /// Keeps what became of servers' habits. The vault's own.
    static func learn(_ habits: [ServerName: ServerHabit]) -> Command<Void> {
        Command(.alertLearn, by: .vault()) { transaction, event throws(Refusal) in
            for (server, habit) in habits.sorted(by: { $0.key < $1.key }) {
                guard transaction.state.servers[server] != nil else { continue }
                let id = transaction.state.habits[server]?.id ?? transaction.keys.newRecordID()
                try transaction.put(KeptHabit(id: id, server: server, habit: habit), &event)
            }
        }
    }
}

extension VaultState {
    /// Whether a rule can find something of it: a name that is mistyped would mute nothing.
    fileprivate func has(_ subject: AlertSubject) -> Bool {
        switch subject {
        case .server(let name): servers[name] != nil
        case .secret(let name): secrets[name] != nil
        case .user, .severalUsers: true
        }
    }

    /// Where a finding is written down: users who are too many to be told apart have one alert together.
    func place(of key: Alert.Key) -> Alert.Key {
        guard case .user = key.subject, openAlerts[key] == nil,
            openAlerts.keys.count(where: { if case .user = $0.subject { true } else { false } }) >= Alerts.maximumUsers
        else { return key }
        return Alert.Key(rule: key.rule, subject: .severalUsers)
    }

    func standing(of rule: AlertRule, at now: Timestamp) -> Alerts.RuleStanding {
        let policy = policies[rule]
        return Alerts.RuleStanding(
            rule: rule,
            settings: policy?.settings ?? .usual(rule),
            mutes: policy?.mutes.filter { now < $0.until } ?? []
        )
    }
}

extension Transaction {
    fileprivate mutating func policy(_ rule: AlertRule) -> AlertPolicy {
        state.policies[rule] ?? AlertPolicy(id: keys.newRecordID(), rule: rule, settings: .usual(rule))
    }
}

extension AlertSettings {
    fileprivate func eventTexts(of rule: AlertRule) -> [String] {
        var texts = [isOn ? "on" : "off"]
        if rule.counts { texts += ["threshold=\(threshold)", "seconds=\(seconds)"] }
        if let hours { texts.append("hours=\(hours)") }
        if quarantines { texts.append("quarantine") }
        return texts
    }
}
