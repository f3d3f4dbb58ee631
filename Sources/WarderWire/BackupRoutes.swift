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
        /// When it was last served within the 90 days before the backup, RFC 3339.
        public var served: String?
        /// How often it changed in these 90 days.
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

    /// A server that was given tokens in the hour before the backup.
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

    /// When the backup was made, RFC 3339.
    public var backup: String
    /// When it was restored, RFC 3339.
    public var restored: String
    /// Seconds between the two, of which this vault knows nothing.
    public var gapSeconds: Int64
    /// Number of the backup's newest event.
    public var newestEvent: UInt64
    /// When the quarantine was ended, RFC 3339; left out while it lasts.
    public var released: String?
    /// Most probably outdated first.
    public var secrets: [Secret]
    /// By name.
    public var servers: [Server]

    enum CodingKeys: String, CodingKey {
        case backup, restored, released, secrets, servers
        case gapSeconds = "gap_seconds"
        case newestEvent = "newest_event"
    }

    /// Puts it together.
    public init(
        backup: String,
        restored: String,
        gapSeconds: Int64,
        newestEvent: UInt64,
        released: String?,
        secrets: [Secret],
        servers: [Server]
    ) {
        self.backup = backup
        self.restored = restored
        self.gapSeconds = gapSeconds
        self.newestEvent = newestEvent
        self.released = released
        self.secrets = secrets
        self.servers = servers
    }
}
