import FoundationEssentials
import HashTreeCollections
import WarderCore
import WarderModel
import WarderWire

/// Nouns as operators see them.
extension SecretSummary {
    init(_ secret: Secret) {
        self.init(
            name: secret.name.text,
            current: secret.current?.number,
            fields: secret.current?.fields.map(\.text) ?? [],
            owner: secret.owner?.text,
            labels: secret.labels.mapValues(\.text),
            expires: secret.expires?.description,
            updated: (secret.current?.created ?? secret.created).description,
            deleted: secret.deleted != nil,
            honeytoken: secret.honeytoken
        )
    }
}

extension SecretDetail {
    init(_ secret: Secret, tools: [ToolID]) {
        self.init(
            summary: SecretSummary(secret),
            versions: secret.versions.reversed().map(VersionSummary.init),
            tools: tools.map(\.text)
        )
    }
}

extension VersionSummary {
    init(_ version: SecretVersion) {
        self.init(
            version: version.number,
            state: version.state.rawValue,
            created: version.created.description,
            createdBy: version.createdBy.text,
            fields: version.fields.map(\.text),
            destroyed: version.destroyed?.description
        )
    }
}

extension SecretChanged {
    init(_ change: Secrets.Change) {
        self.init(
            name: change.name.text,
            version: change.version?.number,
            state: change.state,
            destroyed: change.destroyed,
            dropped: change.dropped.isEmpty ? nil : change.dropped.map(\.text),
            affected: change.affected.isEmpty ? nil : change.affected.map(\.text)
        )
    }
}

extension ServerSummary {
    init(_ overview: Servers.Overview) {
        let server = overview.server
        self.init(
            name: server.name.text,
            owner: server.owner?.text,
            selectors: SelectorFields(server.selectors),
            state: server.quarantine == nil ? "active" : "quarantined",
            quarantineReason: server.quarantine?.reason?.text,
            tools: overview.tools.map(\.name.text),
            tokens: overview.liveTokens,
            created: server.created.description
        )
    }
}

extension SelectorFields {
    init(_ selectors: Selectors) {
        self.init(
            uid: selectors.uid,
            gid: selectors.gid,
            group: selectors.group,
            unit: selectors.unit,
            executable: selectors.executable,
            executableSHA256: selectors.executableSHA256,
            launch: selectors.isLaunched ? true : nil
        )
    }
}

extension ToolSummary {
    init(_ overview: Tools.Overview) {
        let tool = overview.tool
        self.init(
            name: tool.name.text,
            description: tool.text?.text,
            risk: tool.risk.rawValue,
            category: tool.category.rawValue,
            owner: tool.owner?.text,
            expectedOutputs: tool.expectedOutputs?.text,
            definitionDigest: tool.definitionDigest,
            needsApproval: overview.needsApproval,
            secrets: overview.secrets.map(\.text)
        )
        addInventory(overview)
    }
}

extension GrantSummary {
    init(_ grant: Grant) {
        self.init(
            tool: grant.tool.text,
            secret: grant.secret.text,
            fields: grant.fields.map(\.text),
            ttl: grant.lifetime,
            uses: grant.uses,
            approval: grant.approval.rawValue,
            maxStale: grant.maxStale,
            attestation: grant.minimumAttestation.rawValue,
            expires: grant.expires?.description,
            created: grant.created.description,
            createdBy: grant.createdBy.text
        )
    }
}

extension TokenSummary {
    init(_ token: Token) {
        self.init(
            accessor: token.accessor.text,
            tool: token.tool.text,
            pid: token.process.pid,
            uid: token.process.uid,
            issued: token.issued.wall.description,
            expires: token.expires.wall.description,
            uses: token.used.values.reduce(0, +)
        )
    }
}

extension OperatorSummary {
    init(_ person: Operator) {
        self.init(
            name: person.name.text,
            uid: person.uid,
            roles: person.roles.sorted().map(\.rawValue),
            groups: person.groups,
            presence: person.presence != nil,
            created: person.created.description
        )
    }
}

extension WhoAmI {
    init(_ peer: Peer, in state: VaultState?) {
        let servers = state?.servers(matching: peer) ?? []
        let launchable =
            peer.isBelowLauncher ? [] : state?.servers.values.filter { $0.selectors.admitLauncher(peer) } ?? []
        self.init(
            pid: peer.pid,
            uid: peer.uid,
            gid: peer.gid,
            groups: peer.groups,
            unit: peer.unit,
            executable: peer.executable?.path,
            executableSHA256: peer.executable?.sha256,
            attestation: peer.attestation.rawValue,
            servers: servers.map(\.name.text),
            launch: peer.launch?.id.text,
            launchable: launchable.map(\.name.text).sorted(),
            tools: servers.flatMap { state?.tools(of: $0.name) ?? [] }.map(\.name.text)
        )
    }
}

extension Answer {
    /// A body that is encoded by its type.
    static func json(_ body: some Encodable, _ status: Status = .ok) -> Answer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(body) else {
            return Problem(.internalServerError, .internalError, "The answer could not be written.").answer(
                requestID: ""
            )
        }
        return Answer(status, body: Array(data))
    }
}
