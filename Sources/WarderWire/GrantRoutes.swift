/// `POST /v1/grants`.
public struct GrantRequest: Codable, Sendable {
    /// `server/tool`.
    public var tool: String
    /// The secret's name.
    public var secret: String
    /// Fields; `value` where it is left out.
    public var fields: [String]?
    /// Longest life of a token in seconds, 1 to 3600; 300 where it is left out.
    public var ttl: Int64?
    /// Resolves a token; without limit where it is left out, one for critical tools in any case.
    public var uses: Int64?
    /// `by-class` or `none`; `by-class` where it is left out.
    public var approval: String?
    /// How old a value may get that a server goes on with while nobody can ask the vault, in seconds, 1 to 3600; never
    /// where it is left out, and for critical tools in any case.
    public var maxStale: Int64?
    /// Weakest acceptable attestation: `uid`, `starttime` or `pidfd`; `uid` where it is left out.
    public var attestation: String?
    /// When the grant ends, RFC 3339 moment or date.
    public var expires: String?

    enum CodingKeys: String, CodingKey {
        case tool, secret, fields, ttl, uses, approval, attestation, expires
        case maxStale = "max_stale"
    }

    /// A request; the vault checks it.
    public init(
        tool: String,
        secret: String,
        fields: [String]? = nil,
        ttl: Int64? = nil,
        uses: Int64? = nil,
        approval: String? = nil,
        maxStale: Int64? = nil,
        attestation: String? = nil,
        expires: String? = nil
    ) {
        self.tool = tool
        self.secret = secret
        self.fields = fields
        self.ttl = ttl
        self.uses = uses
        self.approval = approval
        self.maxStale = maxStale
        self.attestation = attestation
        self.expires = expires
    }
}

/// One grant.
public struct GrantSummary: Codable, Sendable {
    /// `server/tool`.
    public var tool: String
    /// The secret's name.
    public var secret: String
    /// Fields.
    public var fields: [String]
    /// Longest life of a token in seconds.
    public var ttl: Int64
    /// Resolves a token, if limited.
    public var uses: Int64?
    /// `by-class` or `none`.
    public var approval: String
    /// How old a value may get while nobody can ask the vault, in seconds; left out for never.
    public var maxStale: Int64?
    /// Weakest acceptable attestation.
    public var attestation: String
    /// When the grant ends, RFC 3339.
    public var expires: String?
    /// RFC 3339.
    public var created: String
    /// Who made it.
    public var createdBy: String

    enum CodingKeys: String, CodingKey {
        case tool, secret, fields, ttl, uses, approval, attestation, expires, created
        case maxStale = "max_stale"
        case createdBy = "created_by"
    }

    /// Puts a summary together.
    public init(
        tool: String,
        secret: String,
        fields: [String],
        ttl: Int64,
        uses: Int64?,
        approval: String,
        maxStale: Int64?,
        attestation: String,
        expires: String?,
        created: String,
        createdBy: String
    ) {
        self.tool = tool
        self.secret = secret
        self.fields = fields
        self.ttl = ttl
        self.uses = uses
        self.approval = approval
        self.maxStale = maxStale
        self.attestation = attestation
        self.expires = expires
        self.created = created
        self.createdBy = createdBy
    }
}

/// The answer to a new grant: the grant, and why it releases nothing yet or not all that it names.
public struct GrantAdded: Codable, Sendable {
    /// The grant.
    public var grant: GrantSummary
    /// As `GET /v1/sys/findings` will say them; none is good news.
    public var warnings: [Findings.Finding]

    /// Puts the answer together.
    public init(grant: GrantSummary, warnings: [Findings.Finding]) {
        self.grant = grant
        self.warnings = warnings
    }
}

/// `GET /v1/grants`.
public struct GrantList: Codable, Sendable {
    /// By tool, then secret.
    public var grants: [GrantSummary]

    /// Wraps summaries.
    public init(grants: [GrantSummary]) { self.grants = grants }
}
