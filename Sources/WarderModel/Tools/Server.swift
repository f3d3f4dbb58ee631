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
        package let by: OperatorName
        package let reason: PlainText?

        package init(since: Timestamp, by: OperatorName, reason: PlainText?) {
            self.since = since
            self.by = by
            self.reason = reason
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

    package init(
        uid: UInt32? = nil,
        gid: UInt32? = nil,
        group: UInt32? = nil,
        unit: String? = nil,
        executable: String? = nil,
        executableSHA256: String? = nil
    ) {
        self.uid = uid
        self.gid = gid
        self.group = group
        self.unit = unit
        self.executable = executable
        self.executableSHA256 = executableSHA256
    }

    package var isEmpty: Bool { self == Selectors() }

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
        Selectors(uid: uid, gid: gid, group: group, unit: unit)
    }

    /// Whether a process of this user could satisfy the conditions: then the user and the server are no boundary to
    /// each other.
    package func couldMatch(uid other: UInt32) -> Bool { uid == nil || uid == other }

    /// Whether one process could satisfy both. A process can be in several groups, and has one of everything else.
    package func couldMatch(sameProcessAs other: Selectors) -> Bool {
        Self.agree(uid, other.uid) && Self.agree(gid, other.gid) && Self.agree(unit, other.unit)
            && Self.agree(executable, other.executable) && Self.agree(executableSHA256, other.executableSHA256)
    }

    private static func agree<Value: Equatable>(_ one: Value?, _ other: Value?) -> Bool {
        one == nil || other == nil || one == other
    }
}
