/// One alert.
public struct AlertSummary: Codable, Sendable {
    /// Who took note, and why.
    public struct Acknowledgement: Codable, Sendable {
        /// An operator.
        public var by: String
        /// RFC 3339.
        public var time: String
        /// Their words.
        public var reason: String

        /// Puts it together.
        public init(by: String, time: String, reason: String) {
            self.by = by
            self.time = time
            self.reason = reason
        }
    }

    /// 32 hexadecimal digits.
    public var id: String
    /// Stable name: `honeytoken`.
    public var rule: String
    /// `server:NAME`, `uid:N`, `uid:several` or `secret:NAME`.
    public var subject: String
    /// `open` or `acknowledged`.
    public var state: String
    /// When it was found first, RFC 3339.
    public var first: String
    /// When it was found last, RFC 3339.
    public var last: String
    /// How often it was found.
    public var count: UInt64
    /// One sentence about the last time.
    public var text: String?
    /// For programs, by name.
    public var facts: [String: String]
    /// Numbers of the first events that it took.
    public var firstEvents: [UInt64]
    /// Numbers of the last ones, where there were more.
    public var lastEvents: [UInt64]
    /// Whether nobody is told, because somebody wanted it so.
    public var muted: Bool
    /// Whether somebody was told, or will not be any more.
    public var told: Bool
    /// When its server was quarantined for it, RFC 3339; left out where it was not.
    public var quarantined: String?
    /// Left out while it is open.
    public var acknowledged: Acknowledgement?

    enum CodingKeys: String, CodingKey {
        case id, rule, subject, state, first, last, count, text, facts, muted, told, quarantined, acknowledged
        case firstEvents = "first_events"
        case lastEvents = "last_events"
    }

    /// Puts a summary together.
    public init(
        id: String,
        rule: String,
        subject: String,
        state: String,
        first: String,
        last: String,
        count: UInt64,
        text: String?,
        facts: [String: String],
        firstEvents: [UInt64],
        lastEvents: [UInt64],
        muted: Bool,
        told: Bool,
        quarantined: String?,
        acknowledged: Acknowledgement?
    ) {
        self.id = id
        self.rule = rule
        self.subject = subject
        self.state = state
        self.first = first
        self.last = last
        self.count = count
        self.text = text
        self.facts = facts
        self.firstEvents = firstEvents
        self.lastEvents = lastEvents
        self.muted = muted
        self.told = told
        self.quarantined = quarantined
        self.acknowledged = acknowledged
    }
}

/// `GET /v1/alerts`.
public struct AlertList: Codable, Sendable {
    /// The newest first.
    public var alerts: [AlertSummary]

    /// Wraps summaries.
    public init(alerts: [AlertSummary]) { self.alerts = alerts }
}

/// `POST /v1/alerts/{id}/ack`.
public struct AlertAckRequest: Codable, Sendable {
    /// Why it needs no more; the log keeps it.
    public var reason: String

    /// A request; the vault checks it.
    public init(reason: String) { self.reason = reason }
}

/// `POST /v1/alert-mutes`.
public struct AlertMuteRequest: Codable, Sendable {
    /// Stable name of the rule.
    public var rule: String
    /// As in an alert.
    public var subject: String
    /// For how long; 0 ends an earlier wish.
    public var seconds: Int64
    /// Why; the log keeps it.
    public var reason: String

    /// A request; the vault checks it.
    public init(rule: String, subject: String, seconds: Int64, reason: String) {
        self.rule = rule
        self.subject = subject
        self.seconds = seconds
        self.reason = reason
    }
}

/// `PUT /v1/alert-rules/{rule}`: what is left out stays as it is.
public struct AlertRuleRequest: Codable, Sendable {
    /// Whether the rule looks at anything.
    public var on: Bool?
    /// How many it takes.
    public var threshold: Int64?
    /// Within so many seconds.
    public var seconds: Int64?
    /// The usual hours; an empty text takes earlier ones away.
    public var hours: String?
    /// Whether the server that it is about is quarantined at once.
    public var quarantine: Bool?

    /// A request; the vault checks it.
    public init(on: Bool?, threshold: Int64?, seconds: Int64?, hours: String?, quarantine: Bool?) {
        self.on = on
        self.threshold = threshold
        self.seconds = seconds
        self.hours = hours
        self.quarantine = quarantine
    }
}

/// A rule as it holds.
public struct AlertRuleSummary: Codable, Sendable {
    /// Somebody whom nobody wants to hear about.
    public struct Mute: Codable, Sendable {
        /// As in an alert.
        public var subject: String
        /// RFC 3339.
        public var until: String
        /// An operator.
        public var by: String
        /// Their words.
        public var reason: String

        /// Puts it together.
        public init(subject: String, until: String, by: String, reason: String) {
            self.subject = subject
            self.until = until
            self.by = by
            self.reason = reason
        }
    }

    /// Stable name.
    public var rule: String
    /// Whether it looks at anything.
    public var on: Bool
    /// Left out where the rule does not count.
    public var threshold: Int?
    /// Left out where the rule does not count.
    public var seconds: Int?
    /// Left out where nobody set them.
    public var hours: String?
    /// Whether the server that it is about is quarantined at once.
    public var quarantine: Bool
    /// Those that have not ended.
    public var mutes: [Mute]

    /// Puts a summary together.
    public init(
        rule: String,
        on: Bool,
        threshold: Int?,
        seconds: Int?,
        hours: String?,
        quarantine: Bool,
        mutes: [Mute]
    ) {
        self.rule = rule
        self.on = on
        self.threshold = threshold
        self.seconds = seconds
        self.hours = hours
        self.quarantine = quarantine
        self.mutes = mutes
    }
}

/// `GET /v1/alert-rules`.
public struct AlertRuleList: Codable, Sendable {
    /// Every rule.
    public var rules: [AlertRuleSummary]

    /// Wraps summaries.
    public init(rules: [AlertRuleSummary]) { self.rules = rules }
}
