package import WarderModel

/// Who is asked before a call, by class.
package struct ApprovalFacts: Codable, Hashable, Sendable {
    package struct Rule: Codable, Hashable, Sendable {
        /// `nil` is what holds at every server without a rule of its own.
        package var server: String?
        package var risk: Tool.Risk
        package var category: Tool.Category
        /// Groups of which each must say yes; the same twice asks two people.
        package var groups: [String]
        /// Groups of these that nobody is in who may approve.
        package var empty: [String]
        /// Tools whose calls it decides about.
        package var tools: Int

        package init(
            server: String? = nil,
            risk: Tool.Risk,
            category: Tool.Category,
            groups: [String],
            empty: [String],
            tools: Int
        ) {
            self.server = server
            self.risk = risk
            self.category = category
            self.groups = groups
            self.empty = empty
            self.tools = tools
        }

        /// `critical financial`, `shop critical financial`.
        package var name: String {
            ([server].compactMap(\.self) + [risk.rawValue, category.rawValue]).joined(separator: " ")
        }
    }

    /// A yes that was given before anybody called.
    package struct Standing: Codable, Hashable, Sendable {
        package var id: String
        /// A tool, or a server with all of its tools.
        package var subject: String
        /// Whether it is for calls with the same arguments alone.
        package var bound: Bool
        /// Calls that it still lets through.
        package var remaining: Int
        package var expires: Instant
        package var author: String

        package init(
            id: String,
            subject: String,
            bound: Bool,
            remaining: Int,
            expires: Instant,
            author: String
        ) {
            self.id = id
            self.subject = subject
            self.bound = bound
            self.remaining = remaining
            self.expires = expires
            self.author = author
        }

        func covers(_ tool: ToolFacts) -> Bool { subject == tool.name || subject == tool.server }
    }

    /// What holds for every class, and what holds for classes of single servers.
    package var rules: [Rule]
    /// Uses of the emergency exit that nobody has looked at, by the id of each.
    package var unreviewed: [String]
    /// Those that can still let something through.
    package var standing: [Standing]

    package init(rules: [Rule], unreviewed: [String], standing: [Standing]) {
        self.rules = rules
        self.unreviewed = unreviewed
        self.standing = standing
    }

    /// The rule that decides about a tool, and the general one behind it where it is a server's own.
    func rules(of tool: ToolFacts) -> [Rule] {
        let own = rules.filter { $0.risk == tool.risk && $0.category == tool.category }
        return own.filter { $0.server == tool.server } + own.filter { $0.server == nil }
    }
}

/// How many calls a minute one server may make; `nil` is without limit.
package struct LimitFacts: Codable, Hashable, Sendable {
    package struct Limit: Codable, Hashable, Sendable {
        /// `nil` is what holds for every server without a limit of its own.
        package var server: String?
        package var risk: Tool.Risk
        package var rate: Int?

        package init(server: String? = nil, risk: Tool.Risk, rate: Int?) {
            self.server = server
            self.risk = risk
            self.rate = rate
        }

        /// `critical`, `shop critical`.
        package var name: String { ([server].compactMap(\.self) + [risk.rawValue]).joined(separator: " ") }
    }

    package var limits: [Limit]

    package init(limits: [Limit]) { self.limits = limits }
}

package struct AlertFacts: Codable, Hashable, Sendable {
    /// Something of which nobody is told for a while.
    package struct Mute: Codable, Hashable, Sendable {
        package var rule: String
        package var subject: String
        package var until: Instant

        package init(rule: String, subject: String, until: Instant) {
            self.rule = rule
            self.subject = subject
            self.until = until
        }
    }

    /// How a rule is set, whether it is on or off.
    package struct Setting: Codable, Hashable, Sendable {
        package var rule: String
        /// How many it takes, within so many seconds; `nil` of a rule that does not count.
        package var threshold: Int?
        package var seconds: Int?
        /// The hours in which things are usual.
        package var hours: String?
        /// Whether it blocks the server that it finds something of.
        package var quarantine: Bool

        package init(rule: String, threshold: Int?, seconds: Int?, hours: String?, quarantine: Bool) {
            self.rule = rule
            self.threshold = threshold
            self.seconds = seconds
            self.hours = hours
            self.quarantine = quarantine
        }
    }

    /// What is watched for.
    package var rules: [String]
    /// What is not watched for any more, because somebody wanted it so.
    package var off: [String]
    /// Of every rule; `nil` where an earlier version wrote the facts.
    package var settings: [Setting]?
    package var muted: [Mute]
    /// Days for which a delivered notice shows that notices arrive.
    package static let toldDays = 90

    /// Programs that are told.
    package var destinations: [String]
    /// When the log says that everybody who is to be told of something had it, for the last time within these days.
    package var told: Fact<Instant?>
    /// Alerts that nobody has acknowledged.
    package var open: Int
    /// Their ids, the oldest first; `nil` where an earlier version wrote the facts.
    package var ids: [String]?

    package init(
        rules: [String],
        off: [String],
        settings: [Setting],
        muted: [Mute],
        destinations: [String],
        told: Fact<Instant?>,
        open ids: [String]
    ) {
        self.rules = rules
        self.off = off
        self.settings = settings
        self.muted = muted
        self.destinations = destinations
        self.told = told
        open = ids.count
        self.ids = ids
    }
}

package struct AuditFacts: Codable, Hashable, Sendable {
    /// What lies where the database is not.
    package enum Outside: String, Codable, CodingKeyRepresentable, CaseIterable, Sendable {
        case checkpoints, events
    }

    /// Why it did not get there when that was tried last.
    package enum OutsideFault: String, Codable, Sendable {
        /// Nothing can be written there.
        case unwritable
        /// There is a checkpoint of a longer log: this one is an older copy, or was cut off.
        case contradicted
    }

    /// Events in the log.
    package var events: UInt64
    /// Size of the newest signed checkpoint; `nil` where there is none.
    package var signed: UInt64?
    /// The log can no longer be signed: it is not the one that was signed before.
    package var broken: Bool
    /// Where checkpoints lie besides the database.
    package var checkpoints: [String]
    /// Where events go besides the database.
    package var copies: [String]
    /// What of both does not get there any more; `nil` where an earlier version wrote the facts.
    package var stuck: [Outside: OutsideFault]?
    /// Days for which contents of events stay; 0 is for ever.
    package var days: Int
    package var hold: Bool

    package init(
        events: UInt64,
        signed: UInt64?,
        broken: Bool,
        checkpoints: [String],
        copies: [String],
        stuck: [Outside: OutsideFault],
        days: Int,
        hold: Bool
    ) {
        self.events = events
        self.signed = signed
        self.broken = broken
        self.checkpoints = checkpoints
        self.copies = copies
        self.stuck = stuck
        self.days = days
        self.hold = hold
    }
}

/// One way to open the vault.
package struct SlotFacts: Codable, Hashable, Sendable {
    package var kind: String
    package var created: Instant
    /// Of shares: how many open it.
    package var threshold: Int?

    package init(kind: String, created: Instant, threshold: Int?) {
        self.kind = kind
        self.created = created
        self.threshold = threshold
    }
}

package struct BackupFacts: Codable, Hashable, Sendable {
    /// How far back the log is asked, in days.
    package static let days = 90
    /// Days after which one counts as old.
    package static let oldDays = 8

    /// When the newest one was made in which everything opened and of which whoever took it said that the file is on the
    /// disk; `nil` where there was none in those days.
    package var last: Instant?
    /// When something was last heard of one since: it was given up or damaged, or nobody said that it arrived. `nil` where
    /// there was none.
    package var attempt: Instant?

    package init(last: Instant?, attempt: Instant? = nil) {
        self.last = last
        self.attempt = attempt
    }
}

/// What the configuration says of people: `governance:` in the file.
package struct GovernanceFacts: Codable, Hashable, Sendable {
    /// Who is called when something happens.
    package var owner: String?
    /// Whom they call.
    package var escalation: String?
    /// For how long records are kept, and why.
    package var retention: String?

    package init(owner: String?, escalation: String?, retention: String?) {
        self.owner = owner
        self.escalation = escalation
        self.retention = retention
    }
}

/// How a vault of the same version stood a rehearsal of misuse, as a file says that somebody brought.
package struct RehearsalFacts: Codable, Hashable, Sendable {
    /// Days for which one says something about today.
    package static let validDays = 90

    package var last: Instant
    /// Steps in which everything was refused and recorded.
    package var passed: Int
    /// Steps in which something was not.
    package var failed: [String]
    /// Steps that could not be played.
    package var open: [String]?
    /// The file that says so.
    package var file: String?

    package init(last: Instant, passed: Int, failed: [String], open: [String]? = nil, file: String? = nil) {
        self.last = last
        self.passed = passed
        self.failed = failed
        self.open = open
        self.file = file
    }
}
