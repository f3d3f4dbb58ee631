/// `GET /v1/audit/retention`.
public struct RetentionStatus: Codable, Sendable {
    /// What a prune would take.
    public struct Prunable: Codable, Sendable {
        /// How many events.
        public var events: UInt64
        /// Number of the first, and of the last.
        public var firstEvent: UInt64
        /// Number of the last.
        public var lastEvent: UInt64
        /// When the first happened, RFC 3339.
        public var first: String
        /// When the last happened, RFC 3339.
        public var last: String

        enum CodingKeys: String, CodingKey {
            case events, first, last
            case firstEvent = "first_event"
            case lastEvent = "last_event"
        }

        /// Puts it together.
        public init(events: UInt64, firstEvent: UInt64, lastEvent: UInt64, first: String, last: String) {
            self.events = events
            self.firstEvent = firstEvent
            self.lastEvent = lastEvent
            self.first = first
            self.last = last
        }
    }

    /// Days after which contents go by themselves; 0 for never.
    public var keepDays: Int
    /// Whether the configuration forbids every prune.
    public var legalHold: Bool
    /// Number of the last pruned event; left out where nothing was pruned.
    public var prunedThrough: UInt64?
    /// Every pruned event happened before this, RFC 3339.
    public var prunedBefore: String?
    /// Damaged events up to there, which stay as they are; left out where there are none.
    public var damaged: UInt64?
    /// Whether rows of pruned events still wait to be deleted; left out where nothing was pruned.
    public var deleting: Bool?
    /// What a prune before the moment of the request would take; left out where that is nothing.
    public var prunable: Prunable?

    enum CodingKeys: String, CodingKey {
        case damaged, deleting, prunable
        case keepDays = "keep_days"
        case legalHold = "legal_hold"
        case prunedThrough = "pruned_through"
        case prunedBefore = "pruned_before"
    }

    /// Puts the answer together.
    public init(
        keepDays: Int,
        legalHold: Bool,
        prunedThrough: UInt64?,
        prunedBefore: String?,
        damaged: UInt64?,
        deleting: Bool?,
        prunable: Prunable?
    ) {
        self.keepDays = keepDays
        self.legalHold = legalHold
        self.prunedThrough = prunedThrough
        self.prunedBefore = prunedBefore
        self.damaged = damaged
        self.deleting = deleting
        self.prunable = prunable
    }
}

/// `POST /v1/audit/prune`.
public struct PruneRequest: Codable, Sendable {
    /// What happened from this moment on stays: RFC 3339 or a date.
    public var before: String
    /// No event with a greater number goes.
    public var through: UInt64?

    /// A request.
    public init(before: String, through: UInt64? = nil) {
        self.before = before
        self.through = through
    }
}
