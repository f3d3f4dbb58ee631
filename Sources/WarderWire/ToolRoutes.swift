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
