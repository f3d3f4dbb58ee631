/// `PUT /v1/limits`.
public struct LimitRequest: Codable, Sendable {
    /// Left out for every server without a limit of its own.
    public var server: String?
    /// `read-only`, `side-effect` or `critical`.
    public var risk: String
    /// `20/min`, `off`, or `inherit`.
    public var limit: String

    /// A request; the vault checks it.
    public init(server: String?, risk: String, limit: String) {
        self.server = server
        self.risk = risk
        self.limit = limit
    }
}

/// How many tokens a minute may be asked for.
public struct LimitSummary: Codable, Sendable {
    /// Left out for every server without a limit of its own.
    public var server: String?
    /// `read-only`, `side-effect` or `critical`.
    public var risk: String
    /// Left out where there is no limit.
    public var perMinute: Int?
    /// `usual` where nobody set one, else `set`.
    public var source: String

    enum CodingKeys: String, CodingKey {
        case server, risk, source
        case perMinute = "per_minute"
    }

    /// Puts a summary together.
    public init(server: String?, risk: String, perMinute: Int?, source: String) {
        self.server = server
        self.risk = risk
        self.perMinute = perMinute
        self.source = source
    }
}

/// `GET /v1/limits`.
public struct LimitList: Codable, Sendable {
    /// The general ones first.
    public var limits: [LimitSummary]

    /// Wraps summaries.
    public init(limits: [LimitSummary]) { self.limits = limits }
}
