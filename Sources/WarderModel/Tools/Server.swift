/// A registered MCP server: what the kernel must confirm about a process before the vault listens to it.
package struct Server: Sendable, Codable, Identifiable {
    package let id: RecordID
    package let name: ServerName
    package var owner: PlainText?
    package var selectors: Selectors
    package let created: Timestamp
    /// Set while the server is blocked.
    package var quarantine: Quarantine?

    package init(id: RecordID, name: ServerName, owner: PlainText?, selectors: Selectors, created: Timestamp) {
        self.id = id
        self.name = name
        self.owner = owner
        self.selectors = selectors
        self.created = created
    }

    package struct Quarantine: Sendable, Codable {
        package let since: Timestamp
        /// `nil` where the vault did it by itself.
        package let by: OperatorName?
        package let reason: PlainText?
        /// The alert for which the vault did it by itself.
        package let alert: RecordID?

        package init(since: Timestamp, by: OperatorName?, reason: PlainText?, alert: RecordID? = nil) {
            self.since = since
            self.by = by
            self.reason = reason
            self.alert = alert
        }
    }
}

/// Conditions on a peer; all that are set must hold, and one that the daemon cannot read never holds.
package struct Selectors: Hashable, Sendable, Codable {
    package var uid: UInt32?
    package var gid: UInt32?
    /// A supplementary (or primary) group.
    package var group: UInt32?
    /// systemd unit, such as `mcp-github.service`.
    package var unit: String?
    /// Absolute path of the executable.
    package var executable: String?
    /// Lowercase hex of the executable's SHA-256.
    package var executableSHA256: String?
    /// Absent in records of servers that are recognised by themselves.
    private var launch: Bool?

    package init(
        uid: UInt32? = nil,
        gid: UInt32? = nil,
        group: UInt32? = nil,
        unit: String? = nil,
        executable: String? = nil,
        executableSHA256: String? = nil,
        isLaunched: Bool = false
    ) {
        self.uid = uid
        self.gid = gid
        self.group = group
        self.unit = unit
        self.executable = executable
        self.executableSHA256 = executableSHA256
        launch = isLaunched ? true : nil
    }

    /// Whether the conditions are on whoever starts the server (`warder run`), and the server is what that started.
    package var isLaunched: Bool {
        get { launch ?? false }
        set { launch = newValue ? true : nil }
    }

    package var isEmpty: Bool { self == Selectors() || self == Selectors(isLaunched: true) }

    /// Whether a process speaks for a server of these conditions: by what it is, or by the launch that it belongs to.
    /// A launch that began under other conditions counts no more.
    package func recognise(_ peer: Peer, as server: ServerName) -> Bool {
        guard isLaunched else { return match(peer) }
        guard let launch = peer.launch, launch.part != .outsider else { return false }
        return launch.server == server && launch.conditions == self
    }

    /// Whether the conditions of a launched server name this process as its launcher. Who belongs to a launch is asked of `/proc`, so that a launcher has to
    /// be seen there.
    package func admitLauncher(_ peer: Peer) -> Bool {
        isLaunched && peer.attestation >= .starttime && match(peer)
    }

    /// Whether the kernel confirms every condition. No condition at all matches nobody.
    package func match(_ peer: Peer) -> Bool {
        guard !isEmpty else { return false }
        if let uid, uid != peer.uid { return false }
        if let gid, gid != peer.gid { return false }
        if let group, group != peer.gid, !peer.groups.contains(group) { return false }
        if let unit, unit != peer.unit { return false }
        if let executable, executable != peer.executable?.path { return false }
        if let executableSHA256, executableSHA256 != peer.executable?.sha256 { return false }
        return true
    }

    /// The conditions that cost nothing to check.
    package var withoutExecutable: Selectors {
        Selectors(uid: uid, gid: gid, group: group, unit: unit, isLaunched: isLaunched)
    }

    /// Whether a process of this user could satisfy the conditions: then the user and the server are no boundary to
    /// each other.
    package func couldMatch(uid other: UInt32) -> Bool { uid == nil || uid == other }

    /// Whether one process could satisfy both. A process can be in several groups, and has one of everything else.
    package func couldMatch(sameProcessAs other: Selectors) -> Bool {
        // A process belongs to one launch at a time.
        if isLaunched && other.isLaunched { return false }
        return Self.agree(uid, other.uid) && Self.agree(gid, other.gid) && Self.agree(unit, other.unit)
            && Self.agree(executable, other.executable) && Self.agree(executableSHA256, other.executableSHA256)
    }

    private static func agree<Value: Equatable>(_ one: Value?, _ other: Value?) -> Bool {
        one == nil || other == nil || one == other
    }
}
