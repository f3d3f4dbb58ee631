package import WarderModel

/// What a rule found, once for each rule and subject until somebody has taken note.
package struct Alert: Sendable, Codable, Identifiable {
    package struct Acknowledgement: Sendable, Codable, Equatable {
        package let by: OperatorName
        package let time: Timestamp
        package let reason: PlainText

        package init(by: OperatorName, time: Timestamp, reason: PlainText) {
            self.by = by
            self.time = time
            self.reason = reason
        }
    }

    /// What is open at most once.
    package struct Key: Hashable, Sendable {
        package let rule: AlertRule
        package let subject: AlertSubject

        package init(rule: AlertRule, subject: AlertSubject) {
            self.rule = rule
            self.subject = subject
        }
    }

    /// Events that an alert names of its first ones, and of its last ones.
    package static let namedEvents = 5

    package let id: RecordID
    package let rule: AlertRule
    package let subject: AlertSubject
    package private(set) var first: Timestamp
    package private(set) var last: Timestamp
    /// How often the rule found it.
    package private(set) var count: UInt64
    /// Numbers of the first events that it took.
    package private(set) var firstEvents: [UInt64]
    /// Numbers of the last ones, where there were more.
    package private(set) var lastEvents: [UInt64]
    /// Of the last finding.
    package private(set) var text: PlainText?
    package private(set) var facts: [String: String]
    /// Whether nobody is told, because somebody wanted it so.
    package var isMuted: Bool
    /// When its server was quarantined for it.
    package var quarantined: Timestamp?
    /// So many of the findings are no reason to quarantine its server any more: it was quarantined by then.
    package var settled: UInt64?
    package var acknowledged: Acknowledgement?
    /// The id of the notice that was delivered.
    package var told: String?
    /// When the program that tells people was given up last. Nobody was told, and it is tried again.
    package var gaveUp: Timestamp?

    /// `nil` where nothing was found.
    package init?(id: RecordID, _ key: Key, _ sightings: Sightings, isMuted: Bool) {
        guard let newest = sightings.newest, let first = sightings.first else { return nil }
        self.id = id
        rule = key.rule
        subject = key.subject
        self.first = first
        last = newest.time
        count = sightings.count
        firstEvents = sightings.firstEvents
        lastEvents = sightings.lastEvents
        text = PlainText(taming: newest.text)
        facts = newest.facts
        self.isMuted = isMuted
    }

    package var key: Key { Key(rule: rule, subject: subject) }
    package var isOpen: Bool { acknowledged == nil }

    /// The same was found again.
    package mutating func add(_ sightings: Sightings, isMuted: Bool) {
        guard let newest = sightings.newest else { return }
        let (sum, overflow) = count.addingReportingOverflow(sightings.count)
        count = overflow ? .max : sum
        // The clock on the wall may have been set back.
        last = max(last, newest.time)
        text = PlainText(taming: newest.text) ?? text
        facts = newest.facts
        let more = sightings.firstEvents + sightings.lastEvents
        let room = Self.namedEvents - firstEvents.count
        firstEvents += more.prefix(max(0, room))
        lastEvents = Array((lastEvents + more.dropFirst(max(0, room))).suffix(Self.namedEvents))
        // Who was not told before is told now, and what was told stays told.
        self.isMuted = self.isMuted && isMuted
    }
}

/// What was found of one rule and subject since it was written down last.
package struct Sightings: Sendable {
    package private(set) var count: UInt64 = 0
    package private(set) var first: Timestamp?
    package private(set) var newest: Finding?
    package private(set) var firstEvents: [UInt64] = []
    package private(set) var lastEvents: [UInt64] = []

    package init() {}

    package mutating func add(_ finding: Finding) {
        count &+= 1
        first = first ?? finding.time
        newest = finding
        if firstEvents.count < Alert.namedEvents {
            firstEvents.append(finding.sequence)
        } else {
            lastEvents.append(finding.sequence)
            if lastEvents.count > Alert.namedEvents { lastEvents.removeFirst() }
        }
    }

    /// What was found before this.
    package mutating func add(earlier: Sightings) {
        var sum = earlier
        sum.count &+= count
        sum.newest = newest ?? earlier.newest
        let later = firstEvents + lastEvents
        let room = max(0, Alert.namedEvents - sum.firstEvents.count)
        sum.firstEvents += later.prefix(room)
        sum.lastEvents = Array((sum.lastEvents + later.dropFirst(room)).suffix(Alert.namedEvents))
        self = sum
    }
}
