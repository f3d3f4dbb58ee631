import ClientConfigurations
import SecretMemory
import WarderModel
import WarderWire

/// Carries a plan out in the vault: values first, then who may have them. Each step can be repeated.
struct VaultImport {
    let vault: Vault
    let names: VaultNames
    let reusable: ReusableNames
    let selectors: SelectorFields
    let console: Console

    /// - Returns: the version that each value was stored as.
    func run(_ plan: ImportPlan) throws(CommandFailure) -> [SecretName: UInt32] {
        var versions: [SecretName: UInt32] = [:]
        for secret in plan.secrets { versions[secret.name] = try store(secret) }
        for server in plan.servers where names.servers[server.name] == nil { try register(server.name) }
        let tools = Set(plan.grants.map(\.tool))
        for tool in tools.sorted(by: { $0.text < $1.text }) where !names.tools.contains(tool.text) {
            try register(tool)
        }
        for grant in plan.grants where names.grants["\(grant.tool.text) \(grant.secret.text)"] == nil {
            try give(grant)
        }
        return versions
    }

    private func store(_ secret: PlannedSecret) throws(CommandFailure) -> UInt32 {
        let value: SecretBytes
        do throws(SecretMemoryError) { value = try secret.value() } catch { throw CommandFailure(error) }
        // Nobody's value is written over: a name is new, or the value is the one that an import stored.
        let replaced = reusable.secrets[secret.name] ?? 0
        let request = PutSecretRequest(
            fields: [secret.field.text: value],
            checkVersion: replaced,
            expires: nil,
            owner: nil,
            labels: names.labels(of: secret.name, imported: replaced + 1),
            pending: nil
        )
        let answer: Answer<SecretChanged> = try vault.ask(
            VaultRequest("PUT", "/v1/secrets/\(secret.name.text)", body: try PutSecretBody.encode(request))
        )
        guard let version = answer.value.version else { throw .malformedAnswer }
        return version
    }

    private func register(_ server: ServerName) throws(CommandFailure) {
        let request = ServerRequest(name: server.text, owner: nil, selectors: selectors)
        let _: Answer<ServerSummary> = try vault.ask(
            VaultRequest("POST", "/v1/servers", about: server.text, body: JSONBody.encode(request))
        )
    }

    /// What a server needs to start is never asked for by a call, so that nobody could approve it: its class is the
    /// one without approvals.
    private func register(_ launch: ToolID) throws(CommandFailure) {
        let request = ToolRequest(
            name: launch.text,
            description: "What the server needs to start",
            risk: Tool.Risk.readOnly.rawValue,
            category: nil,
            owner: nil,
            expectedOutputs: nil,
            definitionDigest: nil
        )
        let _: Answer<ToolSummary> = try vault.ask(
            VaultRequest("POST", "/v1/tools", about: launch.text, body: JSONBody.encode(request))
        )
    }

    private func give(_ grant: PlannedGrant) throws(CommandFailure) {
        let request = GrantRequest(
            tool: grant.tool.text,
            secret: grant.secret.text,
            fields: [grant.field.text],
            ttl: nil,
            uses: nil,
            approval: nil,
            attestation: nil,
            expires: nil
        )
        let about = "\(grant.tool.text) \(grant.secret.text)"
        let answer: Answer<GrantAdded> = try vault.ask(
            VaultRequest("POST", "/v1/grants", about: about, body: JSONBody.encode(request))
        )
        for warning in answer.value.warnings {
            console.message(
                TerminalText.escaped(warning.message),
                hints: [TerminalText.escaped(warning.remedy)]
            )
        }
    }
}
