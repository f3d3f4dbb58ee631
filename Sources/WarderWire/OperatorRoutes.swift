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
