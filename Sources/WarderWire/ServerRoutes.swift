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
