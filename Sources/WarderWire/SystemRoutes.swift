/// `GET /v1/sys/status`.
public struct VaultStatus: Codable, Sendable {
    /// `unsealed`, `sealed` or `not_initialised`.
    public var state: String
    /// The vault's id, once it is initialised.
    public var vault: String?
    /// `single-user` or `team`.
    public var profile: String
    /// Version of the daemon.
    public var version: String
    /// Process id of the daemon.
    public var pid: Int32
    /// When the daemon started, RFC 3339.
    public var started: String
    /// Kinds of the key slots: `passphrase`, `credential`, `shares`.
    public var slots: [String]
    /// How many of how many shares open each slot of shares; as `secrets`.
    public var shareSets: [ShareSetSummary]?
    /// Shares that were brought so far; only while somebody is unsealing with shares.
    public var unsealing: UnsealingProgress?
    /// Shares that were brought so far for an operator's code; only while that is under way, and as `secrets`.
    public var enrolling: EnrolmentProgress?
    /// Number of secrets; only while unsealed, and only for a registered operator.
    public var secrets: Int?
    /// Number of registered servers; as `secrets`.
    public var servers: Int?
    /// Number of events in the log; as `secrets`.
    public var events: Int64?
    /// Whether keys and values lie in locked memory.
    public var memoryLocked: Bool
    /// Whether the daemon has given up executing programs, connecting to others and looking into their processes; daemons
    /// before this said nothing of it.
    public var confined: Bool?
    /// The log's public key (`name+id+base64`); only while unsealed.
    public var logKey: String?
    /// Whether what lies in the log contradicts what was signed, so that nothing is signed any more; as `secrets`.
    public var logBroken: Bool?
    /// Path of the client socket.
    public var clientSocket: String
    /// Whoever does what rotators are asked to do; as `secrets`.
    public var worker: WorkerStatus?
    /// Only while unsealed, and in quarantine after a restore.
    public var quarantine: QuarantineStatus?

    enum CodingKeys: String, CodingKey {
        case state, vault, profile, version, pid, started, slots, unsealing, enrolling, secrets, servers, events, worker
        case quarantine, confined
        case shareSets = "share_sets"
        case memoryLocked = "memory_locked"
        case logKey = "log_key"
        case logBroken = "log_broken"
        case clientSocket = "client_socket"
    }

    /// Puts the answer together.
    public init(
        state: String,
        vault: String?,
        profile: String,
        version: String,
        pid: Int32,
        started: String,
        slots: [String],
        shareSets: [ShareSetSummary]? = nil,
        unsealing: UnsealingProgress?,
        enrolling: EnrolmentProgress? = nil,
        secrets: Int?,
        servers: Int?,
        events: Int64?,
        memoryLocked: Bool,
        confined: Bool? = nil,
        logKey: String?,
        logBroken: Bool? = nil,
        clientSocket: String,
        worker: WorkerStatus? = nil,
        quarantine: QuarantineStatus? = nil
    ) {
        self.state = state
        self.vault = vault
        self.profile = profile
        self.version = version
        self.pid = pid
        self.started = started
        self.slots = slots
        self.shareSets = shareSets
        self.unsealing = unsealing
        self.enrolling = enrolling
        self.secrets = secrets
        self.servers = servers
        self.events = events
        self.memoryLocked = memoryLocked
        self.confined = confined
        self.logKey = logKey
        self.logBroken = logBroken
        self.clientSocket = clientSocket
        self.worker = worker
        self.quarantine = quarantine
    }
}

/// Whether warder-worker asks for work, and who starts it.
public struct WorkerStatus: Codable, Sendable, Equatable {
    /// Connections over which it has asked.
    public var connections: Int
    /// What the daemon started to keep it running: `running`, `ended` or `missing`; left out where a service manager
    /// does that.
    public var keeper: String?

    /// Puts it together.
    public init(connections: Int, keeper: String?) {
        self.connections = connections
        self.keeper = keeper
    }
}

/// A slot that shares open, without its name.
public struct ShareSetSummary: Codable, Sendable, Equatable {
    /// How many shares open it.
    public var threshold: Int
    /// How many were made.
    public var shares: Int

    /// Puts it together.
    public init(threshold: Int, shares: Int) {
        self.threshold = threshold
        self.shares = shares
    }
}

/// The answer to `POST /v1/sys/init`.
public struct InitAnswer: Codable, Sendable {
    /// The vault's id.
    public var vault: String
    /// The log's public key: the auditor's only anchor of trust.
    public var logKey: String
    /// The caller's name in the log.
    public var operatorName: String
    /// The caller's roles.
    public var roles: [String]

    enum CodingKeys: String, CodingKey {
        case vault, roles
        case logKey = "log_key"
        case operatorName = "operator"
    }

    /// Puts the answer together.
    public init(vault: String, logKey: String, operatorName: String, roles: [String]) {
        self.vault = vault
        self.logKey = logKey
        self.operatorName = operatorName
        self.roles = roles
    }
}

/// The answer to `POST /v1/presence`: a proof for one command, sent in the `Warder-Presence` header by the same
/// process.
public struct PresenceProof: Codable, Sendable {
    /// Works once, from the process that asked, for a minute.
    public var proof: String

    /// Wraps a proof.
    public init(proof: String) { self.proof = proof }
}

/// `GET /v1/sys/findings`: what is wrong or risky, worst first, each with its remedy.
public struct Findings: Codable, Sendable {
    /// One line of `warder doctor`.
    public struct Finding: Codable, Sendable {
        /// `error`, `warning` or `note`.
        public var severity: String
        /// Stable name of the kind of finding.
        public var code: String
        /// What is wrong, for people.
        public var message: String
        /// The command (or deed) that mends it.
        public var remedy: String

        /// Puts a finding together.
        public init(severity: String, code: String, message: String, remedy: String) {
            self.severity = severity
            self.code = code
            self.message = message
            self.remedy = remedy
        }
    }

    /// Worst first.
    public var findings: [Finding]

    /// Wraps findings.
    public init(findings: [Finding]) { self.findings = findings }
}
