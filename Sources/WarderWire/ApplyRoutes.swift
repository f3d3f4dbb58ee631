/// The answer to `GET /v1/inventory`: everything that a file can declare, as it stands at one moment, in the words of
/// the requests that would make it.
package struct Inventory: Codable, Sendable {
    /// One tool with all that somebody said of it.
    package struct Tool: Codable, Sendable {
        /// `server/tool`.
        package var name: String
        /// Words of a person; left out where they are those of the definition.
        package var description: String?
        package var risk: String
        package var category: String
        /// Why somebody set the class.
        package var reason: String?
        package var owner: String?
        package var expectedOutputs: String?
        /// Left out where nobody stated any.
        package var permissions: [String]?
        /// SHA-256 of the accepted definition.
        package var definitionDigest: String?
        /// `always` or `when-presented`; left out where nothing is pinned.
        package var pin: String?
        /// Why somebody accepted the definition.
        package var acceptedReason: String?
        /// SHA-256 of the definition that waits to be accepted.
        package var offeredDigest: String?

        enum CodingKeys: String, CodingKey {
            case name, description, risk, category, reason, owner, permissions, pin
            case expectedOutputs = "expected_outputs"
            case definitionDigest = "definition_digest"
            case acceptedReason = "accepted_reason"
            case offeredDigest = "offered_digest"
        }

        package init(name: String, risk: String, category: String) {
            self.name = name
            self.risk = risk
            self.category = category
        }
    }

    /// How one secret is rotated.
    package struct Rotation: Codable, Sendable {
        package var secret: String
        package var plan: RotationRequest

        package init(secret: String, plan: RotationRequest) {
            self.secret = secret
            self.plan = plan
        }
    }

    /// A secret that grants and rotations can name.
    package struct Secret: Codable, Sendable {
        package var name: String
        /// Of the current version; empty where there is none.
        package var fields: [String]

        package init(name: String, fields: [String]) {
            self.name = name
            self.fields = fields
        }
    }

    /// Names this state; a request to apply says which it was planned against.
    package var mark: String
    /// `single-user` or `team`: what is standard where no rule says anything else.
    package var profile: String
    /// Whether records of the vault cannot be read, so that something may be missing here.
    package var damaged: Bool
    package var servers: [ServerRequest] = []
    package var tools: [Tool] = []
    package var grants: [GrantRequest] = []
    package var rotations: [Rotation] = []
    /// Those that somebody set.
    package var limits: [LimitRequest] = []
    /// Those that somebody set.
    package var approvalRules: [ApprovalRuleRequest] = []
    /// Every rule, as it holds.
    package var alertRules: [NamedAlertRule] = []
    /// Those that can be used, by name.
    package var secrets: [Secret] = []

    enum CodingKeys: String, CodingKey {
        case mark, profile, damaged, servers, tools, grants, rotations, limits, secrets
        case approvalRules = "approval_rules"
        case alertRules = "alert_rules"
    }

    package init(mark: String, profile: String, damaged: Bool) {
        self.mark = mark
        self.profile = profile
        self.damaged = damaged
    }
}

/// A rule of alerts and what is set about it.
package struct NamedAlertRule: Codable, Sendable {
    package var rule: String
    package var settings: AlertRuleRequest

    package init(rule: String, settings: AlertRuleRequest) {
        self.rule = rule
        self.settings = settings
    }
}

/// One change of the inventory: what several requests would do, in the order in which they stand here. Members are called
/// as the events are that they leave; one at least is there.
package struct InventoryChange: Codable, Sendable {
    /// A change of a server.
    package struct Server: Codable, Sendable {
        package var name: String
        package var update: ServerUpdate

        package init(name: String, update: ServerUpdate) {
            self.name = name
            self.update = update
        }
    }

    /// A change of a tool.
    package struct Tool: Codable, Sendable {
        package var name: String
        package var update: ToolUpdate

        package init(name: String, update: ToolUpdate) {
            self.name = name
            self.update = update
        }
    }

    /// A grant, by what it joins.
    package struct Grant: Codable, Sendable {
        package var tool: String
        package var secret: String

        package init(tool: String, secret: String) {
            self.tool = tool
            self.secret = secret
        }
    }

    /// The calls that a rule is about.
    package struct Scope: Codable, Sendable {
        package var server: String?
        package var risk: String
        package var category: String

        package init(server: String?, risk: String, category: String) {
            self.server = server
            self.risk = risk
            self.category = category
        }
    }

    package var serverAdd: ServerRequest?
    package var serverUpdate: Server?
    package var toolAdd: ToolRequest?
    package var toolAccept: ToolAcceptRequest?
    package var toolSet: Tool?
    package var grantRemove: Grant?
    package var grantAdd: GrantRequest?
    package var rotationSet: Inventory.Rotation?
    package var limitSet: LimitRequest?
    package var ruleSet: ApprovalRuleRequest?
    package var alertSet: NamedAlertRule?
    package var rotationRemove: String?
    package var ruleRemove: Scope?
    package var toolRemove: String?
    package var serverRemove: String?

    enum CodingKeys: String, CodingKey {
        case serverAdd = "server.add"
        case serverUpdate = "server.update"
        case toolAdd = "tool.add"
        case toolAccept = "tool.accept"
        case toolSet = "tool.set"
        case grantRemove = "grant.remove"
        case grantAdd = "grant.add"
        case rotationSet = "rotation.set"
        case limitSet = "limit.set"
        case ruleSet = "rule.set"
        case alertSet = "alert.set"
        case rotationRemove = "rotation.remove"
        case ruleRemove = "rule.remove"
        case toolRemove = "tool.remove"
        case serverRemove = "server.remove"
    }

    package init() {}
}

/// `POST /v1/apply`: all of it is done, or nothing.
package struct ApplyRequest: Codable, Sendable {
    /// Changes of one apply. Others wait while they are decided.
    package static let mostChanges = 1000

    /// Of the inventory that the changes were planned against.
    package var mark: String
    package var changes: [InventoryChange]

    package init(mark: String, changes: [InventoryChange]) {
        self.mark = mark
        self.changes = changes
    }
}

/// The answer to an apply.
package struct Applied: Codable, Sendable {
    /// How many changes were made.
    package var changes: Int

    package init(changes: Int) { self.changes = changes }
}
