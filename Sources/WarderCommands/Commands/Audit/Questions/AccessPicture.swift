import WarderModel
import WarderWire

/// Servers, tools, grants and operators at one moment: from the vault's lists, or from the events that made them.
struct AccessPicture {
    struct ServerState {
        /// `uid=1001 unit=mcp-github.service`.
        var selectors: String
        var isQuarantined = false
    }

    struct GrantState {
        var tool: String
        var secret: String
        var fields: [String]
        /// Whether the tool's class decides about approval, and not the grant.
        var approvalByClass: Bool
        /// When it ends, RFC 3339.
        var expires: String?
        /// Who made it, and when.
        var author: String?
        var created: String?
    }

    struct SecretState {
        var isDeleted = false
        /// Whether there is a version that can be read.
        var hasValue = true
    }

    var servers: [String: ServerState] = [:]
    /// Whether a tool's class asks for an approval, by its name with its server's.
    var tools: [String: Bool] = [:]
    /// By tool and secret.
    var grants: [String: GrantState] = [:]
    /// Roles by name.
    var operators: [String: [String]] = [:]
    /// The one secret that is asked about; `nil` where there is none of that name.
    var secret: SecretState?
    /// Events that may have changed any of this.
    var unreadable = UnreadableEvents()

    static func key(_ tool: String, _ secret: String) -> String { "\(tool) \(secret)" }
}

extension AccessPicture {
    /// As it is now. Each list is an event of the vault.
    init(of name: SecretName, in vault: Vault) throws(CommandFailure) {
        let detail: SecretDetail = try vault.ask(VaultRequest("GET", "/v1/secrets/\(name.text)")).value
        secret = SecretState(isDeleted: detail.summary.deleted, hasValue: detail.summary.current != nil)
        let serverList: ServerList = try vault.ask(VaultRequest("GET", "/v1/servers")).value
        for server in serverList.servers {
            servers[server.name] = ServerState(
                selectors: server.selectors.text,
                isQuarantined: server.state == "quarantined"
            )
        }
        let toolList: ToolList = try vault.ask(VaultRequest("GET", "/v1/tools")).value
        for tool in toolList.tools { tools[tool.name] = tool.needsApproval }
        let grantList: GrantList = try vault.ask(VaultRequest("GET", "/v1/grants")).value
        for grant in grantList.grants where grant.secret == name.text {
            grants[Self.key(grant.tool, grant.secret)] = GrantState(
                tool: grant.tool,
                secret: grant.secret,
                fields: grant.fields,
                approvalByClass: grant.approval == Grant.Approval.byClass.rawValue,
                expires: grant.expires,
                author: grant.createdBy,
                created: grant.created
            )
        }
        let operatorList: OperatorList = try vault.ask(VaultRequest("GET", "/v1/operators")).value
        for person in operatorList.operators { operators[person.name] = person.roles }
    }

    /// An event that changes a noun begins with one of these; most of a log is read past without parsing.
    private static let openings = [Effect.create, .update, .delete].map { Array("{\"action\":\"\($0.rawValue)\"".utf8) }

    /// Whether the line may say something here.
    static func concerns(_ line: [UInt8]) -> Bool {
        openings.contains { line.starts(with: $0) } || MissingContent.isOpening(line)
    }

    /// Takes over what an event changed. Grows with the nouns, not with the events.
    mutating func take(_ event: EventLine, about name: SecretName, in profile: Profile) {
        guard !unreadable.take(event), !event.isRefused, let action = event.action else { return }
        takeSecret(event, action, about: name)
        switch action {
        case .serverAdd: take(server: event) { $0 = ServerState(selectors: Self.selectors(event)) }
        case .serverUpdate: take(server: event) { $0.selectors = Self.selectors(event) }
        case .serverQuarantine: take(server: event) { $0.isQuarantined = true }
        case .serverRelease: take(server: event) { $0.isQuarantined = false }
        case .serverRemove: if let server = event.text("server") { servers[server] = nil }
        // An event that sums up an import or several acceptances names no tool.
        case .toolAdd, .toolSet, .toolImport, .toolAccept:
            guard let tool = event.tool else { return }
            let risk = event.change("risk").flatMap(Tool.Risk.init(rawValue:)) ?? .critical
            let category = event.change("category").flatMap(Tool.Category.init(rawValue:)) ?? .standard
            tools[tool] = Tool.needsApproval(risk, category, in: profile)
        case .toolRemove: if let tool = event.tool { tools[tool] = nil }
        case .grantAdd: takeGrant(event, about: name)
        case .grantRemove:
            if let tool = event.tool, let secret = event.text("secret") { grants[Self.key(tool, secret)] = nil }
        case .operatorAdd, .vaultInit: if let name = event.change("name") { operators[name] = event.changes("role") }
        case .operatorRemove: if let name = event.change("name") { operators[name] = nil }
        default: break
        }
    }

    private mutating func takeSecret(_ event: EventLine, _ action: Action, about name: SecretName) {
        guard event.text("secret") == name.text else { return }
        switch action {
        case .secretPut: secret = SecretState()
        case .secretDelete: secret?.isDeleted = true
        case .secretUndelete: secret?.isDeleted = false
        // Without a number, all versions.
        case .secretDestroy: if event.int("version") == nil { secret?.hasValue = false }
        default: break
        }
    }

    private mutating func take(server event: EventLine, _ change: (inout ServerState) -> Void) {
        guard let name = event.text("server") else { return }
        change(&servers[name, default: ServerState(selectors: "")])
    }

    private mutating func takeGrant(_ event: EventLine, about name: SecretName) {
        guard let tool = event.tool, event.text("secret") == name.text else { return }
        grants[Self.key(tool, name.text)] = GrantState(
            tool: tool,
            secret: name.text,
            fields: event.texts("fields"),
            approvalByClass: event.change("approval") != Grant.Approval.none.rawValue,
            expires: event.change("expires"),
            author: event.text("actor").map { $0.hasPrefix("operator:") ? String($0.dropFirst(9)) : $0 },
            created: event.text("time")
        )
    }

    private static func selectors(_ event: EventLine) -> String {
        let words = ["uid=", "gid=", "group=", "unit=", "executable=", "executable_sha256="]
        return event.texts("changes").filter { text in words.contains { text.hasPrefix($0) } }.joined(separator: " ")
    }
}
