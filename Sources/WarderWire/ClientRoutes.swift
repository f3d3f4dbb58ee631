package import StrictJSON

/// `GET /v1/health`.
public struct Health: Codable, Sendable {
    /// `unsealed`, `sealed` or `not_initialised`.
    public var state: String

    /// Names the state.
    public init(state: String) { self.state = state }
}

/// `GET /v1/whoami`: what the kernel tells the vault about the caller.
public struct WhoAmI: Codable, Sendable {
    /// Process id.
    public var pid: Int32
    /// User id.
    public var uid: UInt32
    /// Primary group id.
    public var gid: UInt32
    /// Supplementary group ids.
    public var groups: [UInt32]
    /// systemd unit, where the kernel names one that can be trusted.
    public var unit: String?
    /// Path of the executable, where the vault can read and confirm it.
    public var executable: String?
    /// SHA-256 of the executable, lowercase hex, where a registered server asks for it.
    public var executableSHA256: String?
    /// `uid`, `starttime` or `pidfd`.
    public var attestation: String
    /// The registered servers that the caller matches.
    public var servers: [String]
    /// The launch that the caller belongs to.
    public var launch: String?
    /// Servers that the caller may start.
    public var launchable: [String]
    /// The tools of those servers.
    public var tools: [String]

    enum CodingKeys: String, CodingKey {
        case pid, uid, gid, groups, unit, executable, attestation, servers, launch, launchable, tools
        case executableSHA256 = "executable_sha256"
    }

    /// Takes the answer of a daemon that knows no launches as one of a daemon that has none.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        pid = try values.decode(Int32.self, forKey: .pid)
        uid = try values.decode(UInt32.self, forKey: .uid)
        gid = try values.decode(UInt32.self, forKey: .gid)
        groups = try values.decode([UInt32].self, forKey: .groups)
        unit = try values.decodeIfPresent(String.self, forKey: .unit)
        executable = try values.decodeIfPresent(String.self, forKey: .executable)
        executableSHA256 = try values.decodeIfPresent(String.self, forKey: .executableSHA256)
        attestation = try values.decode(String.self, forKey: .attestation)
        servers = try values.decode([String].self, forKey: .servers)
        launch = try values.decodeIfPresent(String.self, forKey: .launch)
        launchable = try values.decodeIfPresent([String].self, forKey: .launchable) ?? []
        tools = try values.decode([String].self, forKey: .tools)
    }

    /// Puts the answer together.
    public init(
        pid: Int32,
        uid: UInt32,
        gid: UInt32,
        groups: [UInt32],
        unit: String?,
        executable: String?,
        executableSHA256: String?,
        attestation: String,
        servers: [String],
        launch: String?,
        launchable: [String],
        tools: [String]
    ) {
        self.pid = pid
        self.uid = uid
        self.gid = gid
        self.groups = groups
        self.unit = unit
        self.executable = executable
        self.executableSHA256 = executableSHA256
        self.attestation = attestation
        self.servers = servers
        self.launch = launch
        self.launchable = launchable
        self.tools = tools
    }
}

/// What a server says about the call that it needs a credential for. Claims: recorded, shown to approvers, never a
/// reason to allow.
public struct CallContext: Codable, Sendable {
    /// The user on whose behalf the agent acts.
    public var onBehalfOf: String?
    /// The agent.
    public var agent: String?
    /// The agent's session.
    public var session: String?
    /// Why.
    public var purpose: String?
    /// W3C `traceparent` of the call.
    public var traceparent: String?

    enum CodingKeys: String, CodingKey {
        case agent, session, purpose, traceparent
        case onBehalfOf = "on_behalf_of"
    }

    /// A context; all of it can be left out.
    public init(
        onBehalfOf: String? = nil,
        agent: String? = nil,
        session: String? = nil,
        purpose: String? = nil,
        traceparent: String? = nil
    ) {
        self.onBehalfOf = onBehalfOf
        self.agent = agent
        self.session = session
        self.purpose = purpose
        self.traceparent = traceparent
    }
}

/// `POST /v1/tokens`.
package struct TokenRequest: Decodable, Sendable {
    /// `server/tool`, or the tool alone where the caller matches one server only.
    package var tool: String
    /// The call's arguments as canonical JSON, at most 16 KiB.
    package var arguments: RawJSON?
    /// SHA-256 of the tool's definition, lowercase hex; needed for pinned tools.
    package var toolDigest: String?
    /// Seconds the token should live, 1 to 3600.
    package var ttl: Int64?
    /// The user on whose behalf the agent acts; a claim.
    package var onBehalfOf: String?
    /// The agent; a claim.
    package var agent: String?
    /// The agent's session; a claim.
    package var session: String?
    /// Why; a claim.
    package var purpose: String?

    enum CodingKeys: String, CodingKey {
        case tool, arguments, ttl, agent, session, purpose
        case toolDigest = "tool_digest"
        case onBehalfOf = "on_behalf_of"
    }
}

/// `POST /v1/resolve`: a token request and a secret in one.
package struct ResolveRequest: Decodable, Sendable {
    /// As in `TokenRequest`.
    package var tool: String
    /// The secret's name.
    package var secret: String
    /// The secret's field; `value` unless named.
    package var field: String?
    /// Several fields, all of one version, instead of one.
    package var fields: [String]?
    /// As in `TokenRequest`.
    package var arguments: RawJSON?
    /// As in `TokenRequest`.
    package var toolDigest: String?
    /// As in `TokenRequest`.
    package var onBehalfOf: String?
    /// As in `TokenRequest`.
    package var agent: String?
    /// As in `TokenRequest`.
    package var session: String?
    /// As in `TokenRequest`.
    package var purpose: String?

    enum CodingKeys: String, CodingKey {
        case tool, secret, field, fields, arguments, agent, session, purpose
        case toolDigest = "tool_digest"
        case onBehalfOf = "on_behalf_of"
    }
}

/// `POST /v1/calls`: how the tool call went, as the server tells it.
public struct CallReport: Codable, Sendable {
    /// `ok`, `error` or `refused`.
    public var outcome: String
    /// Duration in milliseconds.
    public var durationMilliseconds: Int64?
    /// SHA-256 of what the tool returned, lowercase hex.
    public var outputsDigest: String?
    /// What the call changed, in the server's words, at most 500 bytes.
    public var changed: String?
    /// The request that was made with the credential, where the report is about one of a call's.
    public var upstream: UpstreamRequest?

    enum CodingKeys: String, CodingKey {
        case outcome, changed, upstream
        case durationMilliseconds = "duration_ms"
        case outputsDigest = "outputs_digest"
    }

    /// A report.
    public init(
        outcome: String,
        durationMilliseconds: Int64? = nil,
        outputsDigest: String? = nil,
        changed: String? = nil,
        upstream: UpstreamRequest? = nil
    ) {
        self.outcome = outcome
        self.durationMilliseconds = durationMilliseconds
        self.outputsDigest = outputsDigest
        self.changed = changed
        self.upstream = upstream
    }
}

/// One request that a credential was used for.
public struct UpstreamRequest: Codable, Sendable {
    /// The method, at most 32 letters.
    public var method: String
    /// Where it went: `HOST` or `HOST:PORT`.
    public var host: String
    /// The answer's status, 100 to 599; `nil` where none came.
    public var status: Int?

    /// A request.
    public init(method: String, host: String, status: Int?) {
        self.method = method
        self.host = host
        self.status = status
    }
}

/// `GET /v1/changes`: what has changed since the caller asked last.
public struct ChangeList: Codable, Sendable {
    /// One secret; each is in the list once.
    public struct Entry: Codable, Sendable {
        /// Its name.
        public var secret: String
        /// What it resolves to now; `nil` where it was revoked.
        public var version: UInt32?
        /// `true` where the caller gets nothing any more.
        public var revoked: Bool?

        /// `version`: `nil` where it was revoked.
        public init(secret: String, version: UInt32?) {
            self.secret = secret
            self.version = version
            revoked = version == nil ? true : nil
        }
    }

    /// Where to go on: the next question's `since`. Works for the process that asked, until the vault is sealed.
    public var next: String
    /// By name.
    public var changes: [Entry]
    /// Whether anything may have changed: the vault does not know `since` (any more).
    public var reset: Bool

    /// Puts the answer together.
    public init(next: String, changes: [Entry], reset: Bool) {
        self.next = next
        self.changes = changes
        self.reset = reset
    }
}
