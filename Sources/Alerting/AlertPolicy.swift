package import WarderModel

/// What is set about one rule, and whom nobody wants to hear about.
package struct AlertPolicy: Sendable, Codable, Identifiable {
    /// Nobody is told of a subject for a while. Alerts are raised nevertheless.
    package struct Mute: Sendable, Codable, Equatable {
        package let subject: AlertSubject
        package let until: Timestamp
        package let by: OperatorName
        package let reason: PlainText

        package init(subject: AlertSubject, until: Timestamp, by: OperatorName, reason: PlainText) {
            self.subject = subject
            self.until = until
            self.by = by
            self.reason = reason
        }
    }

    /// Mutes of one rule; more than that want another threshold.
    package static let maximumMutes = 100
    /// The longest that one lasts, in seconds: 30 days.
    package static let longestMute: Int64 = 30 * 86_400

    package let id: RecordID
    package let rule: AlertRule
    package var settings: AlertSettings
    package var mutes: [Mute]

    package init(id: RecordID, rule: AlertRule, settings: AlertSettings, mutes: [Mute] = []) {
        self.id = id
        self.rule = rule
        self.settings = settings
        self.mutes = mutes
    }

    package func isMuted(_ subject: AlertSubject, at now: Timestamp) -> Bool {
        mutes.contains { $0.subject == subject && now < $0.until }
    }
}

/// A server's habit, as it is kept.
package struct KeptHabit: Sendable, Codable, Identifiable {
    package let id: RecordID
    package let server: ServerName
    package var habit: ServerHabit

    package init(id: RecordID, server: ServerName, habit: ServerHabit) {
        self.id = id
        self.server = server
        self.habit = habit
    }
}
