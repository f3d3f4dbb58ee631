/// What the kernel must confirm about a server's process. All that are set must hold.
public struct SelectorFields: Codable, Sendable, Equatable {
    /// User id.
    public var uid: UInt32?
    /// Primary group id.
    public var gid: UInt32?
    /// Supplementary group id.
    public var group: UInt32?
    /// systemd unit.
    public var unit: String?
    /// Absolute path of the executable.
    public var executable: String?
    /// SHA-256 of the executable, lowercase hex.
    public var executableSHA256: String?
    /// Whether all this is said of whoever starts the server (`warder run`), and the server is what that starts.
    public var launch: Bool?

    enum CodingKeys: String, CodingKey {
        case uid, gid, group, unit, executable, launch
        case executableSHA256 = "executable_sha256"
    }

    /// Selectors; at least one must be set.
    public init(
        uid: UInt32? = nil,
        gid: UInt32? = nil,
        group: UInt32? = nil,
        unit: String? = nil,
        executable: String? = nil,
        executableSHA256: String? = nil,
        launch: Bool? = nil
    ) {
        self.uid = uid
        self.gid = gid
        self.group = group
        self.unit = unit
        self.executable = executable
        self.executableSHA256 = executableSHA256
        self.launch = launch
    }
}

/// `POST /v1/servers`.
public struct ServerRequest: Codable, Sendable {
    /// One segment of a secret name.
    public var name: String
    /// Who answers for it.
    public var owner: String?
    /// How the kernel recognises it.
    public var selectors: SelectorFields

    /// A request; the vault checks it.
    public init(name: String, owner: String?, selectors: SelectorFields) {
        self.name = name
        self.owner = owner
        self.selectors = selectors
    }
}

/// `PATCH /v1/servers/{server}`.
public struct ServerUpdate: Codable, Sendable {
    /// How the kernel recognises it from now on; replaces all earlier conditions.
    public var selectors: SelectorFields
    /// Who answers for it; an empty text takes an earlier one away, nothing leaves it.
    public var owner: String?

    /// A request; the vault checks it.
    public init(selectors: SelectorFields, owner: String?) {
        self.selectors = selectors
        self.owner = owner
    }
}

/// The answer to an update of a server.
public struct ServerUpdated: Codable, Sendable {
    /// The server as it is now.
    public var server: ServerSummary
    /// Tokens that ended.
    public var revoked: Int

    /// Puts the answer together.
    public init(server: ServerSummary, revoked: Int) {
        self.server = server
        self.revoked = revoked
    }
}

/// One registered server.
public struct ServerSummary: Codable, Sendable {
    /// Its name.
    public var name: String
    /// Who answers for it.
    public var owner: String?
    /// How the kernel recognises it.
    public var selectors: SelectorFields
    /// `active` or `quarantined`.
    public var state: String
    /// Why it is quarantined.
    public var quarantineReason: String?
    /// Its tools.
    public var tools: [String]
    /// Live tokens.
    public var tokens: Int
    /// RFC 3339.
    public var created: String

    enum CodingKeys: String, CodingKey {
        case name, owner, selectors, state, tools, tokens, created
        case quarantineReason = "quarantine_reason"
    }

    /// Puts a summary together.
    public init(
        name: String,
        owner: String?,
        selectors: SelectorFields,
        state: String,
        quarantineReason: String?,
        tools: [String],
        tokens: Int,
        created: String
    ) {
        self.name = name
        self.owner = owner
        self.selectors = selectors
        self.state = state
        self.quarantineReason = quarantineReason
        self.tools = tools
        self.tokens = tokens
        self.created = created
    }
}

/// `GET /v1/servers`.
public struct ServerList: Codable, Sendable {
    /// By name.
    public var servers: [ServerSummary]

    /// Wraps summaries.
    public init(servers: [ServerSummary]) { self.servers = servers }
}

/// `POST /v1/servers/{server}/quarantine`.
public struct QuarantineRequest: Codable, Sendable {
    /// Why.
    public var reason: String?

    /// A request.
    public init(reason: String?) { self.reason = reason }
}

/// The answer to a quarantine: what the server holds or held.
public struct QuarantineAnswer: Codable, Sendable {
    /// The server.
    public var name: String
    /// Tokens that were revoked.
    public var revoked: Int
    /// Secrets that its tools can reach: rotate those that it may have read.
    public var reachable: [String]
    /// Since when it was quarantined already, RFC 3339; left out where it was not.
    public var alreadySince: String?

    enum CodingKeys: String, CodingKey {
        case name, revoked, reachable
        case alreadySince = "already_since"
    }

    /// Puts the answer together.
    public init(name: String, revoked: Int, reachable: [String], alreadySince: String? = nil) {
        self.name = name
        self.revoked = revoked
        self.reachable = reachable
        self.alreadySince = alreadySince
    }
}

/// `POST /v1/tools`.
public struct ToolRequest: Codable, Sendable {
    /// `server/tool`.
    public var name: String
    /// What it does.
    public var description: String?
    /// `read-only`, `side-effect` or `critical`; `side-effect` where it is left out.
    public var risk: String?
    /// `standard`, `financial` or `administrative`; `standard` where it is left out.
    public var category: String?
    /// Who answers for it.
    public var owner: String?
    /// What it returns.
    public var expectedOutputs: String?
    /// SHA-256 of the accepted definition, lowercase hex: pins the tool.
    public var definitionDigest: String?

    enum CodingKeys: String, CodingKey {
        case name, description, risk, category, owner
        case expectedOutputs = "expected_outputs"
        case definitionDigest = "definition_digest"
    }

    /// A request; the vault checks it.
    public init(
        name: String,
        description: String? = nil,
        risk: String? = nil,
        category: String? = nil,
        owner: String? = nil,
        expectedOutputs: String? = nil,
        definitionDigest: String? = nil
    ) {
        self.name = name
        self.description = description
        self.risk = risk
        self.category = category
        self.owner = owner
        self.expectedOutputs = expectedOutputs
        self.definitionDigest = definitionDigest
    }
}

/// One tool.
public struct ToolSummary: Codable, Sendable {
    /// `server/tool`.
    public var name: String
    /// What it does.
    public var description: String?
    /// `read-only`, `side-effect` or `critical`.
    public var risk: String
    /// `standard`, `financial` or `administrative`.
    public var category: String
    /// Who answers for it.
    public var owner: String?
    /// What it returns.
    public var expectedOutputs: String?
    /// SHA-256 of the accepted definition.
    public var definitionDigest: String?
    /// Whether its class needs approval.
    public var needsApproval: Bool
    /// Secrets that a grant lets it use.
    public var secrets: [String]
    /// `none`, `accepted`, `changed` (nothing is given until somebody accepts it) or `gone` (no longer offered).
    public var definitionState: String?
    /// `always` or `when-presented`: whether a token request must present the digest.
    public var pin: String?
    /// Who accepted the definition.
    public var accepted: ToolDecision?
    /// SHA-256 of the definition that waits to be accepted.
    public var offeredDigest: String?
    /// Since when, RFC 3339.
    public var offeredSince: String?
    /// Since when its server's list does not have it, RFC 3339.
    public var goneSince: String?
    /// What the rules make of the accepted definition.
    public var proposal: ToolProposal?
    /// Who chose another class.
    public var decided: ToolDecision?
    /// What it needs at the upstream, as somebody stated.
    public var permissions: [String]?
    /// OAuth scopes of the accepted definition: any one of the inner lists suffices.
    public var scopes: [[String]]?
    /// When a token was issued for it last, to within a minute, RFC 3339.
    public var lastUse: String?
    /// RFC 3339.
    public var created: String?
    /// The accepted definition whole, where one tool is asked for.
    public var acceptedDefinition: ToolDefinitionText?
    /// The definition that waits, whole, where one tool is asked for.
    public var offeredDefinition: ToolDefinitionText?

    enum CodingKeys: String, CodingKey {
        case name, description, risk, category, owner, secrets, pin, accepted, proposal, decided, permissions, scopes,
            created
        case expectedOutputs = "expected_outputs"
        case definitionDigest = "definition_digest"
        case needsApproval = "needs_approval"
        case definitionState = "definition_state"
        case offeredDigest = "offered_digest"
        case offeredSince = "offered_since"
        case goneSince = "gone_since"
        case lastUse = "last_use"
        case acceptedDefinition = "accepted_definition"
        case offeredDefinition = "offered_definition"
    }

    /// Puts a summary together.
    public init(
        name: String,
        description: String?,
        risk: String,
        category: String,
        owner: String?,
        expectedOutputs: String?,
        definitionDigest: String?,
        needsApproval: Bool,
        secrets: [String]
    ) {
        self.name = name
        self.description = description
        self.risk = risk
        self.category = category
        self.owner = owner
        self.expectedOutputs = expectedOutputs
        self.definitionDigest = definitionDigest
        self.needsApproval = needsApproval
        self.secrets = secrets
    }
}

/// `GET /v1/tools`.
public struct ToolList: Codable, Sendable {
    /// By name.
    public var tools: [ToolSummary]

    /// Wraps summaries.
    public init(tools: [ToolSummary]) { self.tools = tools }
}

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
    /// Weakest acceptable attestation: `uid`, `starttime` or `pidfd`; `uid` where it is left out.
    public var attestation: String?
    /// When the grant ends, RFC 3339 moment or date.
    public var expires: String?

    /// A request; the vault checks it.
    public init(
        tool: String,
        secret: String,
        fields: [String]? = nil,
        ttl: Int64? = nil,
        uses: Int64? = nil,
        approval: String? = nil,
        attestation: String? = nil,
        expires: String? = nil
    ) {
        self.tool = tool
        self.secret = secret
        self.fields = fields
        self.ttl = ttl
        self.uses = uses
        self.approval = approval
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

/// One live token, by its public name.
public struct TokenSummary: Codable, Sendable {
    /// `tok_…`.
    public var accessor: String
    /// `server/tool`.
    public var tool: String
    /// Process it works from.
    public var pid: Int32
    /// User of that process.
    public var uid: UInt32
    /// RFC 3339.
    public var issued: String
    /// RFC 3339.
    public var expires: String
    /// Resolves so far.
    public var uses: Int64

    /// Puts a summary together.
    public init(
        accessor: String,
        tool: String,
        pid: Int32,
        uid: UInt32,
        issued: String,
        expires: String,
        uses: Int64
    ) {
        self.accessor = accessor
        self.tool = tool
        self.pid = pid
        self.uid = uid
        self.issued = issued
        self.expires = expires
        self.uses = uses
    }
}

/// `GET /v1/tokens`.
public struct TokenList: Codable, Sendable {
    /// Newest first.
    public var tokens: [TokenSummary]

    /// Wraps summaries.
    public init(tokens: [TokenSummary]) { self.tokens = tokens }
}

/// `POST /v1/operators`.
public struct OperatorRequest: Codable, Sendable {
    /// The name the log shows.
    public var name: String
    /// Their Unix user id.
    public var uid: UInt32
    /// `admin`, `rotator`, `reader`, `approver`, `auditor`.
    public var roles: [String]
    /// Approver groups.
    public var groups: [String]?

    /// A request; the vault checks it.
    public init(name: String, uid: UInt32, roles: [String], groups: [String]? = nil) {
        self.name = name
        self.uid = uid
        self.roles = roles
        self.groups = groups
    }
}

/// One operator.
public struct OperatorSummary: Codable, Sendable {
    /// The name the log shows.
    public var name: String
    /// Their Unix user id.
    public var uid: UInt32
    /// What they may do.
    public var roles: [String]
    /// Approver groups.
    public var groups: [String]
    /// Whether they have set a presence passphrase.
    public var presence: Bool
    /// RFC 3339.
    public var created: String

    /// Puts a summary together.
    public init(name: String, uid: UInt32, roles: [String], groups: [String], presence: Bool, created: String) {
        self.name = name
        self.uid = uid
        self.roles = roles
        self.groups = groups
        self.presence = presence
        self.created = created
    }
}

/// `GET /v1/operators`.
public struct OperatorList: Codable, Sendable {
    /// By name.
    public var operators: [OperatorSummary]

    /// Wraps summaries.
    public init(operators: [OperatorSummary]) { self.operators = operators }
}

/// The answer to a change that has nothing more to say.
public struct Done: Codable, Sendable {
    /// What was changed.
    public var name: String

    /// Names what was changed.
    public init(name: String) { self.name = name }
}
