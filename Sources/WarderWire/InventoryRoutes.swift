/// Somebody's word on a tool.
public struct ToolDecision: Codable, Sendable, Equatable {
    /// Who.
    public var by: String
    /// RFC 3339.
    public var at: String
    /// Why.
    public var reason: String?

    /// Puts it together.
    public init(by: String, at: String, reason: String?) {
        self.by = by
        self.at = at
        self.reason = reason
    }
}

/// What the rules make of a definition, and why.
public struct ToolProposal: Codable, Sendable, Equatable {
    /// `read-only`, `side-effect` or `critical`.
    public var risk: String
    /// `standard`, `financial` or `administrative`.
    public var category: String
    /// One sentence each, the one that weighs most first.
    public var reasons: [String]

    /// Puts it together.
    public init(risk: String, category: String, reasons: [String]) {
        self.risk = risk
        self.category = category
        self.reasons = reasons
    }
}

/// A definition whole.
public struct ToolDefinitionText: Codable, Sendable, Equatable {
    /// SHA-256 of the canonical text, lowercase hex.
    public var digest: String
    /// The definition in canonical JSON: what the digest is over.
    public var canonical: String
    /// When an import saw it first, RFC 3339.
    public var seen: String
    /// What the rules make of it.
    public var proposal: ToolProposal

    /// Puts it together.
    public init(digest: String, canonical: String, seen: String, proposal: ToolProposal) {
        self.digest = digest
        self.canonical = canonical
        self.seen = seen
        self.proposal = proposal
    }
}

/// `PATCH /v1/tools/{server}/{tool}`. What is left out stays; an empty text takes an earlier one away.
public struct ToolUpdate: Codable, Sendable {
    /// `read-only`, `side-effect` or `critical`.
    public var risk: String?
    /// `standard`, `financial` or `administrative`.
    public var category: String?
    /// Who answers for it.
    public var owner: String?
    /// What it returns.
    public var expectedOutputs: String?
    /// What it needs at the upstream; empty where it needs nothing.
    public var permissions: [String]?
    /// Takes the stated permissions away.
    public var forgetPermissions: Bool?
    /// `always` or `when-presented`.
    public var pin: String?
    /// Words in the place of the definition's; an empty text goes back to those.
    public var description: String?
    /// SHA-256 of the definition, lowercase hex: pins a tool that is not pinned.
    public var definitionDigest: String?
    /// Why; needed for another risk or category.
    public var reason: String?

    enum CodingKeys: String, CodingKey {
        case risk, category, owner, permissions, pin, description, reason
        case definitionDigest = "definition_digest"
        case expectedOutputs = "expected_outputs"
        case forgetPermissions = "forget_permissions"
    }

    /// A request that changes nothing yet.
    public init() {}
}

/// The answer to an import: what became of each tool of which there is something to say.
public struct ToolImportAnswer: Codable, Sendable {
    /// One tool.
    public struct Line: Codable, Sendable {
        /// `server/tool`.
        public var name: String
        /// `added`, `defined`, `changed`, `waiting`, `returned` or `gone`.
        public var outcome: String
        /// `read-only`, `side-effect` or `critical`.
        public var risk: String
        /// `standard`, `financial` or `administrative`.
        public var category: String
        /// SHA-256 of the accepted definition.
        public var definitionDigest: String?
        /// SHA-256 of the one that waits to be accepted.
        public var offeredDigest: String?

        enum CodingKeys: String, CodingKey {
            case name, outcome, risk, category
            case definitionDigest = "definition_digest"
            case offeredDigest = "offered_digest"
        }

        /// Puts a line together.
        public init(
            name: String,
            outcome: String,
            risk: String,
            category: String,
            definitionDigest: String?,
            offeredDigest: String?
        ) {
            self.name = name
            self.outcome = outcome
            self.risk = risk
            self.category = category
            self.definitionDigest = definitionDigest
            self.offeredDigest = offeredDigest
        }
    }

    /// The server.
    public var server: String
    /// By name.
    public var tools: [Line]
    /// Tools whose definition is the accepted one.
    public var unchanged: Int
    /// Tokens that ended.
    public var revoked: Int

    /// Puts the answer together.
    public init(server: String, tools: [Line], unchanged: Int, revoked: Int) {
        self.server = server
        self.tools = tools
        self.unchanged = unchanged
        self.revoked = revoked
    }
}

/// `POST /v1/tools/accept`.
public struct ToolAcceptRequest: Codable, Sendable {
    /// One definition, by what its reader saw.
    public struct Definition: Codable, Sendable {
        /// `server/tool`.
        public var name: String
        /// SHA-256, lowercase hex.
        public var digest: String

        /// Names it.
        public init(name: String, digest: String) {
            self.name = name
            self.digest = digest
        }
    }

    /// At least one; all of them are accepted, or none.
    public var tools: [Definition]
    /// Why.
    public var reason: String

    /// A request.
    public init(tools: [Definition], reason: String) {
        self.tools = tools
        self.reason = reason
    }
}
