/// `GET /v1/keys`.
public struct KeysAnswer: Codable, Sendable {
    /// Ways to open the vault, oldest first.
    public var slots: [KeySlotSummary]
    /// When the root key was made, RFC 3339.
    public var rootCreated: String
    /// The keys in use, and old ones that something is still sealed under.
    public var keys: [KeySummary]
    /// Rows that still have to be sealed under the newest keys; 0 when no rotation is under way.
    public var rowsUnderOldKeys: Int
    /// Whether these rows do not open: then the rotation stands still, and goes on when they are gone. Left out where it
    /// does not.
    public var standsStill: Bool?

    enum CodingKeys: String, CodingKey {
        case slots, keys
        case rootCreated = "root_created"
        case rowsUnderOldKeys = "rows_under_old_keys"
        case standsStill = "stands_still"
    }

    /// Puts the answer together.
    public init(
        slots: [KeySlotSummary],
        rootCreated: String,
        keys: [KeySummary],
        rowsUnderOldKeys: Int,
        standsStill: Bool?
    ) {
        self.slots = slots
        self.rootCreated = rootCreated
        self.keys = keys
        self.rowsUnderOldKeys = rowsUnderOldKeys
        self.standsStill = standsStill
    }
}

/// One way to open the vault.
public struct KeySlotSummary: Codable, Sendable {
    /// 32 hexadecimal digits.
    public var id: String
    /// `passphrase`, `credential` or `shares`.
    public var kind: String
    /// RFC 3339.
    public var created: String
    /// Shares that are needed; for `shares` only.
    public var threshold: Int?
    /// Shares that were made; for `shares` only.
    public var shares: Int?

    /// Puts the answer together.
    public init(id: String, kind: String, created: String, threshold: Int?, shares: Int?) {
        self.id = id
        self.kind = kind
        self.created = created
        self.threshold = threshold
        self.shares = shares
    }
}

/// A key of the vault, without the key.
public struct KeySummary: Codable, Sendable {
    /// What it is for, such as `key-encryption`.
    public var purpose: String
    /// Counts the keys of this purpose from 1.
    public var epoch: UInt32
    /// RFC 3339.
    public var created: String
    /// Whether new things are sealed under it.
    public var current: Bool

    /// Puts the answer together.
    public init(purpose: String, epoch: UInt32, created: String, current: Bool) {
        self.purpose = purpose
        self.epoch = epoch
        self.created = created
        self.current = current
    }
}

/// The answer to `POST /v1/keys/rotate`.
public struct KeysRotated: Codable, Sendable {
    /// Rows that are sealed anew in the background.
    public var rows: Int

    /// Puts the answer together.
    public init(rows: Int) { self.rows = rows }
}

/// The answer to `POST /v1/keys/log`.
public struct LogKeyRotated: Codable, Sendable {
    /// Number of the new key; the first has 1.
    public var epoch: UInt32
    /// The new public key, as auditors keep it.
    public var logKey: String
    /// Events of the log that the key before may have signed.
    public var events: UInt64

    enum CodingKeys: String, CodingKey {
        case epoch, events
        case logKey = "log_key"
    }

    /// Puts the answer together.
    public init(epoch: UInt32, logKey: String, events: UInt64) {
        self.epoch = epoch
        self.logKey = logKey
        self.events = events
    }
}

/// The answer to `POST /v1/keys/root`.
public struct RootRotated: Codable, Sendable {
    /// The slots that open the vault now.
    public var slots: [KeySlotSummary]
    /// Rows that are sealed anew in the background, under the keys that came with the root key.
    public var rows: Int
    /// The log's new key; left out where the log is not signed, so that its key stays.
    public var log: LogKeyRotated?

    /// Puts the answer together.
    public init(slots: [KeySlotSummary], rows: Int, log: LogKeyRotated?) {
        self.slots = slots
        self.rows = rows
        self.log = log
    }
}

/// Shares that were brought so far to open the vault; part of `GET /v1/sys/status`.
public struct UnsealingProgress: Codable, Sendable {
    /// The attempt's name, which later shares have to give.
    public var attempt: String
    /// Which shares are there, by their number in the set.
    public var have: [Int]
    /// How many are needed.
    public var need: Int
    /// Seconds until the attempt ends by itself.
    public var secondsLeft: Int64

    enum CodingKeys: String, CodingKey {
        case attempt, have, need
        case secondsLeft = "seconds_left"
    }

    /// Puts the answer together.
    public init(attempt: String, have: [Int], need: Int, secondsLeft: Int64) {
        self.attempt = attempt
        self.have = have
        self.need = need
        self.secondsLeft = secondsLeft
    }
}

/// Shares that were brought so far for an operator's code; part of `GET /v1/sys/status`, and the answer to
/// `POST /v1/operators/{operator}/enrol/share` while more are needed.
public struct EnrolmentProgress: Codable, Sendable {
    /// Whose code it will be.
    public var operatorName: String
    /// The attempt's name, which later shares have to give.
    public var attempt: String
    /// Which shares are there, by their number in the set.
    public var have: [Int]
    /// How many are needed.
    public var need: Int
    /// Seconds until the attempt ends by itself.
    public var secondsLeft: Int64

    enum CodingKeys: String, CodingKey {
        case attempt, have, need
        case operatorName = "operator"
        case secondsLeft = "seconds_left"
    }

    /// Puts the answer together.
    public init(operatorName: String, attempt: String, have: [Int], need: Int, secondsLeft: Int64) {
        self.operatorName = operatorName
        self.attempt = attempt
        self.have = have
        self.need = need
        self.secondsLeft = secondsLeft
    }
}
