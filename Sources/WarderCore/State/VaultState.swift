package import Alerting
package import HashTreeCollections
package import Rotating
package import WarderModel

/// Everything the vault decides by, as one value. The dictionaries share structure between copies, so that a copy costs
/// nothing: a transaction works on its own and becomes the vault's when its events are on disk.
package struct VaultState: Sendable {
    package let profile: Profile
    package internal(set) var secrets: TreeDictionary<SecretName, Secret> = [:]
    package internal(set) var servers: TreeDictionary<ServerName, Server> = [:]
    package internal(set) var tools: TreeDictionary<ToolID, Tool> = [:]
    package internal(set) var definitions: TreeDictionary<ToolID, Definition> = [:]
    package internal(set) var grants = Shelf<GrantKey, Grant>()
    package internal(set) var operators: TreeDictionary<UInt32, Operator> = [:]
    /// Restores that this vault went through, by the number of the log's origin.
    package internal(set) var origins: TreeDictionary<UInt32, LogOrigin> = [:]
    package internal(set) var rotations: TreeDictionary<SecretName, Rotation> = [:]
    package internal(set) var consumers: TreeDictionary<SecretName, [ServerName: Consumer]> = [:]
    package internal(set) var approvals = Shelf<ApprovalID, Approval>()
    /// The processes that asked for them, as long as the vault is open.
    package internal(set) var askers: TreeDictionary<ApprovalID, ProcessIdentity> = [:]
    /// Who asks again for what they were told already.
    var askedAgain = AskedAgain()
    package internal(set) var approvalRules: TreeDictionary<ApprovalRule.Scope, ApprovalRule> = [:]
    package internal(set) var standingApprovals = Shelf<RecordID, StandingApproval>()
    package internal(set) var limits: TreeDictionary<RateLimit.Scope, RateLimit> = [:]
    package internal(set) var alerts: TreeDictionary<RecordID, Alert> = [:]
    /// Those of which nobody has taken note: one for each rule and subject.
    package internal(set) var openAlerts: TreeDictionary<Alert.Key, RecordID> = [:]
    package internal(set) var policies: TreeDictionary<AlertRule, AlertPolicy> = [:]
    package internal(set) var habits: TreeDictionary<ServerName, KeptHabit> = [:]
    package internal(set) var tokens = TokenTable()
    package internal(set) var revisions: TreeDictionary<RecordID, UInt64> = [:]
    /// What lies in the store and is not gone by.
    package internal(set) var lost = LostRecords()
    /// Grows with every change of a server: says whether an earlier match of a peer still holds.
    package internal(set) var registryGeneration: UInt64 = 0
    /// Grows with every change of what an inventory says.
    var inventoryGeneration: UInt64 = 0
    /// Tells this opening of the vault from all others, so that a count of another one means nothing here.
    private let opening = RecordID.random()
    /// Records and values that are sealed under keys before the newest.
    package internal(set) var rowsUnderOldKeys = 0
    /// Whether all of these rows were tried and did not open: a rotation of the keys goes no further then.
    package internal(set) var rotationStandsStill = false
    /// Grows with every transaction that changed records or values.
    package internal(set) var writes: UInt64 = 0
    /// How far the log was pruned.
    package internal(set) var prunedLog: PrunedLog?
    /// How many values each user may still look for in the log.
    var leakAllowance = LeakAllowance()
    /// Set by the seal command: everything after it in the same transaction meets a sealed vault.
    package internal(set) var isSealing = false

    package init(profile: Profile) { self.profile = profile }
}

/// At most one grant joins a tool and a secret.
package struct GrantKey: Hashable, Sendable, Comparable {
    package let tool: ToolID
    package let secret: SecretName

    package init(tool: ToolID, secret: SecretName) {
        self.tool = tool
        self.secret = secret
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.tool == right.tool ? left.secret < right.secret : left.tool < right.tool
    }
}

/// One server's use of one secret.
package struct ConsumerKey: Hashable, Sendable {
    package let secret: SecretName
    package let server: ServerName

    package init(secret: SecretName, server: ServerName) {
        self.secret = secret
        self.server = server
    }
}

extension VaultState {
    /// Names the inventory as it is now: another text as soon as it says something else, and in another opening.
    package var inventoryMark: String { "\(opening)-\(inventoryGeneration)" }

    /// The newest restore; `nil` in a vault that never came from a backup.
    package var newestOrigin: LogOrigin? { origins.values.max { $0.number < $1.number } }

    /// Whether the vault came from a backup and was not released: servers get nothing.
    package var isQuarantined: Bool { hasUnreleasedOrigin || lost.mayHideOrigin }

    /// Whether it is known to be in quarantine, and not only held for it because of damage.
    package var hasUnreleasedOrigin: Bool { origins.values.contains { $0.released == nil } }

    /// Whether nobody is left who could give anybody a role: no admin can be removed who is the last.
    var hasLostAdmins: Bool { !lost.isEmpty && !operators.values.contains { $0.roles.contains(.admin) } }

    /// Servers that a peer may speak for, by name.
    package func servers(matching peer: Peer) -> [Server] {
        servers.values.filter { $0.selectors.recognise(peer, as: $0.name) }.sorted { $0.name < $1.name }
    }

    /// Whether a peer may start any server.
    package func admitsLauncher(_ peer: Peer) -> Bool { servers.values.contains { $0.selectors.admitLauncher(peer) } }

    package func tools(of server: ServerName) -> [Tool] {
        tools.values.filter { $0.name.server == server }.sorted { $0.name < $1.name }
    }

    /// The definitions of a tool; `nil` where none was accepted or seen of it. What the vault has by its name may be of one
    /// that was removed.
    package func definition(of tool: Tool) -> Definition? {
        tool.definitionDigest == nil && tool.offer == nil ? nil : definitions[tool.name]
    }

    package func grants(of tool: ToolID) -> [Grant] {
        grants[at: tool].sorted { $0.secret < $1.secret }
    }

    package func grants(for secret: SecretName) -> [Grant] {
        grants.values.filter { $0.secret == secret }.sorted { $0.tool < $1.tool }
    }

    /// Whether a server could run as this user: then only the person's presence tells the operator from a program. One
    /// whose record cannot be read could.
    package func sharesUserWithServer(_ uid: UInt32) -> Bool {
        lost.mayHideServer || servers.values.contains { $0.selectors.couldMatch(uid: uid) }
    }
}
