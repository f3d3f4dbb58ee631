/// In `GET /v1/sys/status`: the vault came from a backup, and servers get nothing.
public struct QuarantineStatus: Codable, Sendable {
    /// When the backup was made, RFC 3339; left out where the record of the restore cannot be read.
    public var backup: String?
    /// When it was restored, RFC 3339.
    public var restored: String?

    /// Puts it together.
    public init(backup: String?, restored: String?) {
        self.backup = backup
        self.restored = restored
    }
}

/// `POST /v1/backup/kept`: the file of a backup is whole, and on the disk under its name.
public struct BackupKept: Codable, Sendable {
    /// SHA-256 of the backup's header, 64 hexadecimal digits: names it.
    public var headerSHA256: String
    /// Length of the file in bytes.
    public var bytes: UInt64

    enum CodingKeys: String, CodingKey {
        case headerSHA256 = "header_sha256"
        case bytes
    }

    /// Puts it together.
    public init(headerSHA256: String, bytes: UInt64) {
        self.headerSHA256 = headerSHA256
        self.bytes = bytes
    }
}

/// The answer to it: what the vault saw in the backup before it handed the last byte over.
public struct BackupCheck: Codable, Sendable {
    /// `sound`, `damaged` or `unchecked`.
    public var verdict: String
    /// Of each kind of damage, how much there is.
    public var counts: [DamageCount]
    /// Ten of each kind at most.
    public var findings: [DamageFinding]
    /// Why it was not looked at to the end; left out where it was.
    public var unchecked: String?

    /// Puts it together.
    public init(verdict: String, counts: [DamageCount], findings: [DamageFinding], unchecked: String?) {
        self.verdict = verdict
        self.counts = counts
        self.findings = findings
        self.unchecked = unchecked
    }
}

/// The answer to `GET /v1/backup/review`: what in a restored vault may be older than its upstream.
public struct BackupReview: Codable, Sendable {
    /// One secret.
    public struct Secret: Codable, Sendable {
        /// Its name.
        public var name: String
        /// `likely`, `possible` or `unlikely`: how probably its upstream has another value by now.
        public var outdated: String
        /// The current version.
        public var version: UInt32?
        /// When that version was made, RFC 3339.
        public var made: String?
        /// When it was last served from 90 days before `gapSince` to the restore, RFC 3339.
        public var served: String?
        /// How often it was replaced in that time.
        public var changes: Int
        /// When its upstream stopped accepting it, where that has passed; RFC 3339.
        public var expired: String?

        /// Puts it together.
        public init(
            name: String,
            outdated: String,
            version: UInt32?,
            made: String?,
            served: String?,
            changes: Int,
            expired: String?
        ) {
            self.name = name
            self.outdated = outdated
            self.version = version
            self.made = made
            self.served = served
            self.changes = changes
            self.expired = expired
        }
    }

    /// A server that was given tokens from an hour before `gapSince` to the restore.
    public struct Server: Codable, Sendable {
        /// Its name.
        public var name: String
        /// How many tokens.
        public var tokens: Int

        /// Puts it together.
        public init(name: String, tokens: Int) {
            self.name = name
            self.tokens = tokens
        }
    }

    /// How many secrets there are.
    public struct Counts: Codable, Sendable {
        /// Their upstream probably has another value by now.
        public var likely: Int
        /// It may have.
        public var possible: Int
        /// Nothing speaks for it.
        public var unlikely: Int

        /// Puts it together.
        public init(likely: Int, possible: Int, unlikely: Int) {
            self.likely = likely
            self.possible = possible
            self.unlikely = unlikely
        }
    }

    /// When the backup was made, RFC 3339.
    public var backup: String
    /// When it was restored, RFC 3339.
    public var restored: String
    /// When the backup was made with which the gap begins, RFC 3339: an earlier one than `backup` where that was made of a
    /// restored vault which nobody had released.
    public var gapSince: String
    /// Seconds from then to the restore, of which this vault knows nothing; left out where a clock was behind, and nobody
    /// knows how many.
    public var gapSeconds: Int64?
    /// Number of the backup's newest event.
    public var newestEvent: UInt64
    /// When the quarantine was ended, RFC 3339; left out while it lasts.
    public var released: String?
    /// Events of that time that could not be read: what they said is not known.
    public var unreadable: Int
    /// How many secrets there are of each degree of probability, those on other pages too.
    public var counts: Counts
    /// A page of them, most probably outdated first.
    public var secrets: [Secret]
    /// By name.
    public var servers: [Server]

    enum CodingKeys: String, CodingKey {
        case backup, restored, released, counts, secrets, servers
        case gapSince = "gap_since"
        case gapSeconds = "gap_seconds"
        case newestEvent = "newest_event"
        case unreadable = "unreadable_events"
    }

    /// Puts it together.
    public init(
        backup: String,
        restored: String,
        gapSince: String,
        gapSeconds: Int64?,
        newestEvent: UInt64,
        released: String?,
        unreadable: Int,
        counts: Counts,
        secrets: [Secret],
        servers: [Server]
    ) {
        self.backup = backup
        self.restored = restored
        self.gapSince = gapSince
        self.gapSeconds = gapSeconds
        self.newestEvent = newestEvent
        self.released = released
        self.unreadable = unreadable
        self.counts = counts
        self.secrets = secrets
        self.servers = servers
    }
}
