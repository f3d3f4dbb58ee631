public import SecretMemory

/// One line of `GET /v1/secrets`. Has no value, and no room for one.
public struct SecretSummary: Codable, Sendable {
    /// The secret's name.
    public var name: String
    /// Number of the current version, if there is one.
    public var current: UInt32?
    /// Fields of the current version.
    public var fields: [String]
    /// Who answers for it.
    public var owner: String?
    /// Free labels.
    public var labels: [String: String]
    /// When the upstream stops accepting it, RFC 3339.
    public var expires: String?
    /// When the current version was stored (or the secret, without one), RFC 3339.
    public var updated: String
    /// Whether it is deleted and can be undeleted.
    public var deleted: Bool
    /// Whether it is a decoy, which nothing uses; left out where it is none.
    public var honeytoken: Bool?

    /// Puts a summary together.
    public init(
        name: String,
        current: UInt32?,
        fields: [String],
        owner: String?,
        labels: [String: String],
        expires: String?,
        updated: String,
        deleted: Bool,
        honeytoken: Bool? = nil
    ) {
        self.name = name
        self.current = current
        self.fields = fields
        self.owner = owner
        self.labels = labels
        self.expires = expires
        self.updated = updated
        self.deleted = deleted
        self.honeytoken = honeytoken
    }
}

/// `GET /v1/secrets`.
public struct SecretList: Codable, Sendable {
    /// By name.
    public var secrets: [SecretSummary]

    /// Wraps summaries.
    public init(secrets: [SecretSummary]) { self.secrets = secrets }
}

/// One version in `GET /v1/secrets/{name}`.
public struct VersionSummary: Codable, Sendable {
    /// Its number, never used again.
    public var version: UInt32
    /// `pending`, `current`, `previous`, `retired` or `destroyed`.
    public var state: String
    /// When it was stored, RFC 3339.
    public var created: String
    /// Who stored it.
    public var createdBy: String
    /// Its fields.
    public var fields: [String]
    /// When its values were destroyed, RFC 3339.
    public var destroyed: String?

    enum CodingKeys: String, CodingKey {
        case version, state, created, fields, destroyed
        case createdBy = "created_by"
    }

    /// Puts a summary together.
    public init(
        version: UInt32,
        state: String,
        created: String,
        createdBy: String,
        fields: [String],
        destroyed: String?
    ) {
        self.version = version
        self.state = state
        self.created = created
        self.createdBy = createdBy
        self.fields = fields
        self.destroyed = destroyed
    }
}

/// `GET /v1/secrets/{name}` on the operator socket.
public struct SecretDetail: Codable, Sendable {
    /// The same as in the list.
    public var summary: SecretSummary
    /// Newest first.
    public var versions: [VersionSummary]
    /// Tools that a grant lets use it.
    public var tools: [String]

    /// Puts the answer together.
    public init(summary: SecretSummary, versions: [VersionSummary], tools: [String]) {
        self.summary = summary
        self.versions = versions
        self.tools = tools
    }
}

/// `PUT /v1/secrets/{name}`: stores a new version.
public struct PutSecretRequest: Sendable {
    /// Values by field, 1 to 32 of them, 1 MiB together. Text and bytes alike.
    public var fields: [String: SecretBytes]
    /// Store only if the current version has this number; 0 means that the secret must not exist.
    public var checkVersion: UInt32?
    /// RFC 3339 moment or date; an empty text takes an earlier date away.
    public var expires: String?
    /// Who answers for it; an empty text takes an earlier one away.
    public var owner: String?
    /// Replaces all labels.
    public var labels: [String: String]?
    /// Store it without making it current.
    public var pending: Bool?

    /// A request; the vault checks it.
    public init(
        fields: [String: SecretBytes],
        checkVersion: UInt32? = nil,
        expires: String? = nil,
        owner: String? = nil,
        labels: [String: String]? = nil,
        pending: Bool? = nil
    ) {
        self.fields = fields
        self.checkVersion = checkVersion
        self.expires = expires
        self.owner = owner
        self.labels = labels
        self.pending = pending
    }
}

/// `PATCH /v1/secrets/{name}`: what describes a secret. What is left out stays as it is; one at least is needed.
public struct SetSecretRequest: Codable, Sendable {
    /// Who answers for it; an empty text takes an earlier one away.
    public var owner: String?
    /// Replaces all labels.
    public var labels: [String: String]?
    /// When the upstream stops accepting it, RFC 3339 moment or date; an empty text takes an earlier one away.
    public var expires: String?
    /// Whether it is a decoy, which nothing uses.
    public var honeytoken: Bool?

    /// A request; the vault checks it.
    public init(
        owner: String? = nil,
        labels: [String: String]? = nil,
        expires: String? = nil,
        honeytoken: Bool? = nil
    ) {
        self.owner = owner
        self.labels = labels
        self.expires = expires
        self.honeytoken = honeytoken
    }
}

/// The answer to every change of a secret's versions.
public struct SecretChanged: Codable, Sendable {
    /// The secret's name.
    public var name: String
    /// The version that the change was about.
    public var version: UInt32?
    /// What the version is now.
    public var state: String
    /// Versions whose values are gone now.
    public var destroyed: [UInt32]
    /// Fields of the version that was current which the new one does not have; left out where there are none.
    public var dropped: [String]?
    /// Tools whose grants name such a field; left out where there are none.
    public var affected: [String]?

    /// Puts the answer together.
    public init(
        name: String,
        version: UInt32?,
        state: String,
        destroyed: [UInt32],
        dropped: [String]? = nil,
        affected: [String]? = nil
    ) {
        self.name = name
        self.version = version
        self.state = state
        self.destroyed = destroyed
        self.dropped = dropped
        self.affected = affected
    }
}

/// `POST /v1/reveal/{name}`, `POST /v1/promote/{name}` and `POST /v1/destroy/{name}`.
public struct VersionRequest: Codable, Sendable {
    /// Which version; the current one (reveal) or all (destroy) where it is left out.
    public var version: UInt32?
    /// Which field; reveal only, `value` where it is left out.
    public var field: String?

    /// A request.
    public init(version: UInt32? = nil, field: String? = nil) {
        self.version = version
        self.field = field
    }
}
