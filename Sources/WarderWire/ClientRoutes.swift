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
    /// The tools of those servers.
    public var tools: [String]

    enum CodingKeys: String, CodingKey {
        case pid, uid, gid, groups, unit, executable, attestation, servers, tools
        case executableSHA256 = "executable_sha256"
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
        case tool, secret, field, arguments, agent, session, purpose
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

    enum CodingKeys: String, CodingKey {
        case outcome, changed
        case durationMilliseconds = "duration_ms"
        case outputsDigest = "outputs_digest"
    }

    /// A report.
    public init(
        outcome: String,
        durationMilliseconds: Int64? = nil,
        outputsDigest: String? = nil,
        changed: String? = nil
    ) {
        self.outcome = outcome
        self.durationMilliseconds = durationMilliseconds
        self.outputsDigest = outputsDigest
        self.changed = changed
    }
}
