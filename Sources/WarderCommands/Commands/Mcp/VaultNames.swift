import ClientConfigurations
import WarderModel
import WarderWire

/// What the vault has already, as far as an import must know it.
struct VaultNames {
    /// Current versions by name; zero for one without, deleted ones included.
    private(set) var secrets: [SecretName: UInt32] = [:]
    private var labels: [SecretName: [String: String]] = [:]
    private(set) var servers: [ServerName: SelectorFields] = [:]
    private(set) var tools: Set<String> = []
    private(set) var grants: [String: Set<String>] = [:]
    /// Tools that are granted each secret.
    private var users: [String: Set<String>] = [:]

    /// What imports write down at a secret, in the vault: a record of the user's own could say anything.
    private static let importLabel = "mcp-import"

    /// What a vault has that nobody could ask.
    static let none = VaultNames()

    private init() {}

    init(_ vault: Vault) throws(CommandFailure) {
        let listed: SecretList = try vault.ask(VaultRequest("GET", "/v1/secrets")).value
        for secret in listed.secrets {
            guard let name = try? SecretName(secret.name) else { throw .malformedAnswer }
            secrets[name] = secret.deleted ? 0 : secret.current ?? 0
            labels[name] = secret.labels
        }
        let known: ServerList = try vault.ask(VaultRequest("GET", "/v1/servers")).value
        for server in known.servers {
            guard let name = try? ServerName(server.name) else { throw .malformedAnswer }
            servers[name] = server.selectors
        }
        let registered: ToolList = try vault.ask(VaultRequest("GET", "/v1/tools")).value
        tools = Set(registered.tools.map(\.name))
        let given: GrantList = try vault.ask(VaultRequest("GET", "/v1/grants")).value
        for grant in given.grants {
            grants["\(grant.tool) \(grant.secret)"] = Set(grant.fields)
            users[grant.secret, default: []].insert(grant.tool)
        }
    }

    /// The version of a secret that an import stored; `nil` where it was no import that stored the secret.
    func imported(_ secret: SecretName) -> UInt32? { labels[secret]?[Self.importLabel].flatMap { UInt32($0) } }

    /// The labels of a secret once an import has stored this version of it.
    func labels(of secret: SecretName, imported version: UInt32) -> [String: String] {
        labels[secret, default: [:]].merging([Self.importLabel: String(version)]) { $1 }
    }

    /// Whether nobody but these servers is granted the secret, and they for their start alone.
    func isUsedOnly(_ secret: SecretName, by servers: some Collection<ServerName>) -> Bool {
        users[secret.text, default: []].isSubset(of: servers.map { "\($0.text)/@launch" })
    }
}

/// Names that earlier imports of the same files gave, and that nothing stands for any more: of an import that was cut
/// off, and of one that was undone. They are used again, so that a repeated import changes as little as possible.
///
/// Records and files could have been written by any program of the user, to have the value of somebody else's secret
/// replaced. So the vault decides: an import stored that value, and only servers that the user starts get it.
struct ReusableNames {
    /// The version that the value is to be the current one of.
    private(set) var secrets: [SecretName: UInt32] = [:]
    private(set) var servers: Set<ServerName> = []

    /// - Parameters:
    ///   - abandoned: records of the files of this import that are not as an import left them.
    ///   - others: all other records, whose names are in use.
    ///   - names: of the vault.
    ///   - selectors: what an import registers a server with.
    init(abandoned: [ImportRecord], others: [ImportRecord], in names: VaultNames, selectors: SelectorFields) {
        let used = others.flatMap(\.layers)
        let usedSecrets = Set(used.flatMap(\.moved).map(\.secret))
        let usedServers = Set(used.flatMap(\.servers))
        for layer in abandoned.flatMap(\.layers) {
            let ownServers = layer.servers.filter { names.servers[$0] == selectors }
            for moved in layer.moved where !usedSecrets.contains(moved.secret) {
                // Whoever was cut off before the vault had answered has stored the first version, or none.
                let expected = moved.version ?? 1
                guard names.secrets[moved.secret] == expected, names.imported(moved.secret) == expected,
                    names.isUsedOnly(moved.secret, by: ownServers)
                else { continue }
                secrets[moved.secret] = expected
            }
            for server in layer.servers where !usedServers.contains(server) && names.servers[server] == selectors {
                servers.insert(server)
            }
        }
    }
}
