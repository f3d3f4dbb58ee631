package import WarderModel

/// How a server is recognised.
package struct ServerFacts: Codable, Hashable, Sendable {
    package var name: String
    package var owner: String?
    /// What the kernel must confirm, each where it is set.
    package var uid: UInt32?
    package var gid: UInt32?
    package var group: UInt32?
    package var unit: String?
    package var executable: String?
    package var sha256: String?
    /// Whether those are conditions on whoever starts it with `warder run`; `nil` where an earlier version wrote the
    /// facts.
    package var launched: Bool?
    package var quarantined: Bool
    /// Other servers that one process could be as well.
    package var overlaps: [String]
    /// Operators under whose uid it could run.
    package var operators: [String]

    package init(
        name: String,
        owner: String?,
        selectors: Selectors,
        quarantined: Bool,
        overlaps: [String],
        operators: [String]
    ) {
        self.name = name
        self.owner = owner
        uid = selectors.uid
        gid = selectors.gid
        group = selectors.group
        unit = selectors.unit
        executable = selectors.executable
        sha256 = selectors.executableSHA256
        launched = selectors.isLaunched
        self.quarantined = quarantined
        self.overlaps = overlaps
        self.operators = operators
    }
}

/// How well the kernel knows a server's process by its selectors.
package enum IdentityStrength: Int, Codable, Comparable, Sendable {
    /// Neither a user nor a unit: a program that anybody can start.
    case program = 0
    /// A user: everything that runs under it.
    case user
    /// A unit of systemd, or an executable of one user.
    case unit
    /// A user or unit, and the digest of its executable.
    case digest

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    package init(_ server: ServerFacts) {
        guard server.uid != nil || server.unit != nil else {
            self = .program
            return
        }
        if server.sha256 != nil {
            self = .digest
        } else if server.unit != nil || server.executable != nil {
            self = .unit
        } else {
            self = .user
        }
    }

    package var words: String {
        switch self {
        case .program: "a program, whoever runs it"
        case .user: "a user id"
        case .unit: "a unit, or a user's program"
        case .digest: "a user or unit and the digest of the program"
        }
    }
}

/// Which tool may use which secret, and how far that goes.
package struct GrantFacts: Codable, Hashable, Sendable {
    package var tool: String
    package var secret: String
    package var fields: [String]
    /// Longest life of a token, in seconds.
    package var lifetime: Int
    /// How often a token may be used; `nil` is without limit.
    package var uses: Int?
    package var waived: Bool
    /// How old a value may get while nobody can ask the vault, in seconds; `nil` is never.
    package var maxStale: Int?
    package var attestation: Peer.Attestation
    package var expires: Instant?
    package var created: Instant
    package var author: String
    /// The latest that the tool can have got this secret: when it was last used, or when its server last got the secret,
    /// whichever was earlier. `nil` is never.
    package var used: Fact<Instant?>

    package init(
        tool: String,
        secret: String,
        fields: [String],
        lifetime: Int,
        uses: Int?,
        waived: Bool,
        maxStale: Int? = nil,
        attestation: Peer.Attestation,
        expires: Instant?,
        created: Instant,
        author: String,
        used: Fact<Instant?>
    ) {
        self.tool = tool
        self.secret = secret
        self.fields = fields
        self.lifetime = lifetime
        self.uses = uses
        self.waived = waived
        self.maxStale = maxStale
        self.attestation = attestation
        self.expires = expires
        self.created = created
        self.author = author
        self.used = used
    }
}

/// What is known of a secret without opening it.
package struct SecretFacts: Codable, Hashable, Sendable {
    package var name: String
    package var owner: String?
    package var created: Instant
    /// When the current version came; `nil` where there is none.
    package var changed: Instant?
    /// Versions that it had so far.
    package var versions: Int
    /// When it changes by itself; `nil` where it does not.
    package var schedule: String?
    /// Whether it would, had somebody not paused that; `nil` where an earlier version wrote the facts.
    package var paused: Bool?
    package var expires: Instant?
    package var honeytoken: Fact<Bool>
    /// When a server last got a value of it; `nil` where none did, and where an earlier version wrote the facts.
    package var used: Instant?

    package init(
        name: String,
        owner: String?,
        created: Instant,
        changed: Instant?,
        versions: Int,
        schedule: String?,
        paused: Bool,
        expires: Instant?,
        honeytoken: Fact<Bool>,
        used: Instant?
    ) {
        self.name = name
        self.owner = owner
        self.created = created
        self.changed = changed
        self.versions = versions
        self.schedule = schedule
        self.paused = paused
        self.expires = expires
        self.honeytoken = honeytoken
        self.used = used
    }
}

package struct OperatorFacts: Codable, Hashable, Sendable {
    package var name: String
    package var uid: UInt32
    package var roles: [Role]
    package var groups: [String]
    /// Whether a passphrase tells the person from a program.
    package var presence: Bool
    /// Whether one is needed: a server could run under the same uid, or the vault is a single user's.
    package var needed: Bool

    package init(name: String, uid: UInt32, roles: [Role], groups: [String], presence: Bool, needed: Bool) {
        self.name = name
        self.uid = uid
        self.roles = roles
        self.groups = groups
        self.presence = presence
        self.needed = needed
    }
}
