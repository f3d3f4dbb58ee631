/// One line of JSON that `warderd verify-backup`, `restore` and `check-database` write to standard output. Exactly one
/// member is there: the header when the secret is needed, progress, and at the end a report or a failure.
public struct BackupMessage: Codable, Sendable {
    /// What the backup, or the database, shows to everybody; now the secret can be asked for.
    public var header: BackupSummary?
    /// How far it is.
    public var progress: BackupProgress?
    /// What was found and done.
    public var report: BackupReport?
    /// Why it went no further.
    public var failure: BackupFailure?
    /// What has to be known about what follows, for people.
    public var remark: String?
    /// The secret was right: what comes behind this line are those of a deep check or of what was saved, as a daemon
    /// sends them.
    public var opened: Bool?

    /// The header.
    public init(header: BackupSummary) { self.header = header }
    /// Progress.
    public init(progress: BackupProgress) { self.progress = progress }
    /// The report.
    public init(report: BackupReport) { self.report = report }
    /// The failure.
    public init(failure: BackupFailure) { self.failure = failure }
    /// A remark.
    public init(remark: String) { self.remark = remark }
    /// That it is open.
    public init(opened: Bool) { self.opened = opened }
}

/// What stands in the clear in a backup.
public struct BackupSummary: Codable, Sendable {
    /// One way to open it.
    public struct Slot: Codable, Sendable {
        /// `passphrase`, `credential` or `shares`.
        public var kind: String
        /// When it was made, RFC 3339.
        public var created: String
        /// Shares that are needed.
        public var threshold: Int?
        /// Shares that there are.
        public var shares: Int?
        /// Which set they are of, 32 hexadecimal digits.
        public var set: String?

        /// Puts it together.
        public init(kind: String, created: String, threshold: Int?, shares: Int?, set: String?) {
            self.kind = kind
            self.created = created
            self.threshold = threshold
            self.shares = shares
            self.set = set
        }
    }

    /// The vault's id.
    public var vault: String
    /// When the backup, or the vault, was made, RFC 3339.
    public var created: String
    /// Length of the file.
    public var bytes: UInt64
    /// What opens it.
    public var slots: [Slot]

    /// Puts it together.
    public init(vault: String, created: String, bytes: UInt64, slots: [Slot]) {
        self.vault = vault
        self.created = created
        self.bytes = bytes
        self.slots = slots
    }
}

/// How far it is.
public struct BackupProgress: Codable, Sendable {
    /// `opening` counts bytes, `checking` counts rows.
    public var step: String
    /// Done so far.
    public var done: UInt64
    /// Of so many.
    public var total: UInt64

    /// Puts it together.
    public init(step: String, done: UInt64, total: UInt64) {
        self.step = step
        self.done = done
        self.total = total
    }
}

/// What the backup holds, and what is wrong with it.
public struct BackupReport: Codable, Sendable {
    /// Something that is wrong.
    public struct Finding: Codable, Sendable {
        /// Stable name of the kind.
        public var kind: String
        /// Where it is.
        public var place: String
        /// What happened.
        public var message: String

        /// Puts it together.
        public init(kind: String, place: String, message: String) {
            self.kind = kind
            self.place = place
            self.message = message
        }
    }

    /// What the backup shows to everybody.
    public var header: BackupSummary
    /// Version of the program that made it.
    public var program: String
    /// Number of its database's schema.
    public var schema: UInt32
    /// Number of the newest event.
    public var newestEvent: UInt64
    /// Records that opened, by kind.
    public var records: [String: Int]
    /// Values that opened.
    public var values: Int
    /// Events that opened.
    public var events: Int
    /// `sound` or `damaged`.
    public var verdict: String
    /// How many findings there are of each kind; not all are listed.
    public var counts: [String: Int]
    /// What is wrong.
    public var findings: [Finding]
    /// Where the vault lies now, after a restore.
    public var restored: String?
    /// What the vault that lay there is called now.
    public var kept: String?

    enum CodingKeys: String, CodingKey {
        case header, program, schema, records, values, events, verdict, counts, findings, restored, kept
        case newestEvent = "newest_event"
    }

    /// Puts it together.
    public init(
        header: BackupSummary,
        program: String,
        schema: UInt32,
        newestEvent: UInt64,
        records: [String: Int],
        values: Int,
        events: Int,
        verdict: String,
        counts: [String: Int],
        findings: [Finding]
    ) {
        self.header = header
        self.program = program
        self.schema = schema
        self.newestEvent = newestEvent
        self.records = records
        self.values = values
        self.events = events
        self.verdict = verdict
        self.counts = counts
        self.findings = findings
    }
}

/// Why it went no further.
public struct BackupFailure: Codable, Sendable {
    /// `wrong_key`, `not_a_backup`, `altered`, `truncated`, `damaged`, `exists`, `locked` or `failed`.
    public var code: String
    /// For people.
    public var message: String
    /// What mends it.
    public var remedy: String

    /// Puts it together.
    public init(code: String, message: String, remedy: String) {
        self.code = code
        self.message = message
        self.remedy = remedy
    }
}
