/// `GET /v1/explain`: why a request for a value would be let through now, or would not.
public struct RequestExplanation: Codable, Sendable {
    /// One rule that the request meets.
    public struct Step: Codable, Sendable {
        /// `vault`, `limit`, `server`, `quarantine`, `launch`, `tool`, `definition`, `grant`, `expiry`, `attestation`,
        /// `fields`, `secret`, `version`, `approval` or `content`.
        public var rule: String
        /// `passes`; `depends` where the request has to come as the fact says; `refuses`; `waits` where people would be
        /// asked; `unknown` where the rule goes by something that is missing.
        public var outcome: String
        /// What a refused request's event would say; left out unless the rule refuses.
        public var reason: String?
        /// For people: what the rule goes by.
        public var fact: String
        /// For people: the command that mends it; left out unless the request ends here.
        public var remedy: String?

        /// Puts a step together.
        public init(rule: String, outcome: String, reason: String?, fact: String, remedy: String?) {
            self.rule = rule
            self.outcome = outcome
            self.reason = reason
            self.fact = fact
            self.remedy = remedy
        }
    }

    /// What a token could do.
    public struct Bounds: Codable, Sendable {
        /// Seconds.
        public var ttl: Int64
        /// How often one token resolves the secret; left out without limit.
        public var uses: Int64?
        /// Fields that the grant gives.
        public var fields: [String]
        /// When the grant ends, RFC 3339; left out where it does not.
        public var expires: String?

        /// Puts bounds together.
        public init(ttl: Int64, uses: Int64?, fields: [String], expires: String?) {
            self.ttl = ttl
            self.uses = uses
            self.fields = fields
            self.expires = expires
        }
    }

    /// `server/tool`.
    public var tool: String
    /// The secret's name.
    public var secret: String
    /// `allowed`, `waits` or `refused`.
    public var verdict: String
    /// The rule that the request ends at; left out where it is allowed.
    public var decidedBy: String?
    /// What a refused request's event would say; `approval_pending` where it waits, left out where it is allowed.
    public var reason: String?
    /// Every rule, in the order in which a request meets them.
    public var rules: [Step]
    /// For people: commands that let it through, in an order in which they can be run.
    public var remedies: [String]
    /// Left out unless it is allowed.
    public var bounds: Bounds?

    enum CodingKeys: String, CodingKey {
        case tool, secret, verdict, reason, rules, remedies, bounds
        case decidedBy = "decided_by"
    }

    /// Puts an explanation together.
    public init(
        tool: String,
        secret: String,
        verdict: String,
        decidedBy: String?,
        reason: String?,
        rules: [Step],
        remedies: [String],
        bounds: Bounds?
    ) {
        self.tool = tool
        self.secret = secret
        self.verdict = verdict
        self.decidedBy = decidedBy
        self.reason = reason
        self.rules = rules
        self.remedies = remedies
        self.bounds = bounds
    }
}
