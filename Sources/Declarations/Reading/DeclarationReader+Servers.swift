import WarderModel
import Yams

/// Servers, their tools, and what those may use.
extension DeclarationReader {
    private static let serverKeys = [
        "owner", "uid", "gid", "group", "unit", "executable", "executable_sha256", "launch", "limits", "approvals",
        "tools",
    ]
    private static let toolKeys = [
        "risk", "category", "reason", "owner", "description", "expected_outputs", "permissions", "definition", "pin",
        "grants",
    ]
    private static let grantKeys = ["fields", "ttl", "uses", "approval", "max_stale", "attestation", "expires"]
    private static let mostPermissions = 50

    mutating func readServers(_ section: Entry) {
        for entry in entries(of: section.value, of: "servers", known: nil) {
            guard let name = key(entry, as: ServerName.self, like: "github") else { continue }
            note(.server(name), at: entry)
            readServer(name, entry)
        }
    }

    private mutating func readServer(_ name: ServerName, _ server: Entry) {
        var terms = ServerTerms()
        var selectors = Selectors()
        var names: [Entry] = []
        var isReadable = true
        for entry in entries(of: server.value, of: "a server", known: Self.serverKeys) {
            switch entry.name {
            case "owner": terms.owner = words(entry)
            case "limits": readLimits(entry, of: name)
            case "approvals": readApprovals(entry, of: name)
            case "tools": readTools(entry, of: name)
            default:
                names.append(entry)
                let before = faultCount
                readCondition(entry, &selectors)
                isReadable = isReadable && faultCount == before
            }
        }
        if let first = names.first {
            if isReadable, selectors.withoutExecutable.isEmpty {
                fault(
                    first.key,
                    "a server needs a uid, gid, group or unit; an executable counts only beside one",
                    "add the user that it runs as: uid: 1001"
                )
            }
            terms.selectors = selectors
        }
        take { $0.servers[name] = terms }
    }

    private mutating func readCondition(_ entry: Entry, _ selectors: inout Selectors) {
        let numbers = Int64(0)...Int64(UInt32.max)
        switch entry.name {
        case "uid": selectors.uid = number(entry, in: numbers).map { UInt32(truncatingIfNeeded: $0) }
        case "gid": selectors.gid = number(entry, in: numbers).map { UInt32(truncatingIfNeeded: $0) }
        case "group": selectors.group = number(entry, in: numbers).map { UInt32(truncatingIfNeeded: $0) }
        case "unit": selectors.unit = unit(entry)
        case "executable": selectors.executable = path(entry)
        case "executable_sha256": selectors.executableSHA256 = digest(entry)
        default: selectors.isLaunched = truth(entry) ?? false
        }
    }

    private mutating func unit(_ entry: Entry) -> String? {
        guard let text = text(entry) else { return nil }
        guard (1...256).contains(text.utf8.count), text.hasSuffix(".service") || text.hasSuffix(".scope"),
            text.utf8.allSatisfy({ (33...126).contains($0) && $0 != UInt8(ascii: "/") })
        else {
            fault(entry.value, "a unit is the name of a service or a scope", "write a name such as mcp-github.service")
            return nil
        }
        return text
    }

    private mutating func path(_ entry: Entry) -> String? {
        guard let text = text(entry) else { return nil }
        guard text.hasPrefix("/"), text.utf8.count <= 4096,
            !text.unicodeScalars.contains(where: HiddenCharacter.contains)
        else {
            fault(entry.value, "the executable is an absolute path", "write a path such as /usr/bin/github-mcp")
            return nil
        }
        return text
    }

    // MARK: Tools

    private mutating func readTools(_ section: Entry, of server: ServerName) {
        for entry in entries(of: section.value, of: "tools", known: nil) {
            guard let tool = key(entry, as: ToolName.self, like: "create_issue") else { continue }
            let name = ToolID(server: server, tool: tool)
            note(.tool(name), at: entry)
            // `list_issues: read-only` says all that there is to say of a harmless tool.
            if entry.value.scalar != nil, !Self.isNothing(entry.value) {
                let risk = text(entry).flatMap { choice($0, entry.value, "the risk", as: Tool.Risk.self) }
                if let risk { take { $0.tools[name] = ToolTerms(risk: risk) } }
            } else {
                readTool(name, entry)
            }
        }
    }

    private mutating func readTool(_ name: ToolID, _ tool: Entry) {
        var terms = ToolTerms(risk: .sideEffect)
        var saysRisk = false
        for entry in entries(of: tool.value, of: "a tool", known: Self.toolKeys) {
            switch entry.name {
            case "risk":
                saysRisk = true
                terms.risk = choice(entry) ?? terms.risk
            case "category": terms.category = choice(entry) ?? terms.category
            case "reason": terms.reason = words(entry)
            case "owner": terms.owner = words(entry)
            case "description": terms.text = words(entry)
            case "expected_outputs": terms.expectedOutputs = words(entry)
            case "permissions": terms.permissions = permissions(entry)
            case "definition": terms.definition = digest(entry)
            case "pin": terms.pin = choice(entry)
            default: readGrants(entry, of: name)
            }
        }
        if !saysRisk {
            fault(tool.key, "the risk of this tool is not said", "add a line: risk: read-only, side-effect or critical")
        }
        take { $0.tools[name] = terms }
    }

    private mutating func permissions(_ entry: Entry) -> [PlainText]? {
        guard let elements = list(entry) else { return nil }
        guard elements.count <= Self.mostPermissions else {
            fault(entry.key, "a tool has at most \(Self.mostPermissions) permissions", "take some out")
            return nil
        }
        var permissions: [PlainText] = []
        for element in elements {
            if let permission = words(element) { permissions.append(permission) }
        }
        return permissions
    }

    // MARK: Grants

    private mutating func readGrants(_ section: Entry, of tool: ToolID) {
        for entry in entries(of: section.value, of: "grants", known: nil) {
            guard let secret = key(entry, as: SecretName.self, like: "github/pat") else { continue }
            let place = GrantPlace(tool: tool, secret: secret)
            note(.grant(place), at: entry)
            let terms = grant(entry)
            take { $0.grants[place] = terms }
        }
    }

    private mutating func grant(_ grant: Entry) -> GrantTerms {
        var terms = GrantTerms()
        for entry in entries(of: grant.value, of: "a grant", known: Self.grantKeys) {
            switch entry.name {
            case "fields": terms.fields = fields(entry) ?? terms.fields
            case "ttl": terms.lifetime = duration(entry, in: 1...Token.maximumLifetime) ?? terms.lifetime
            case "uses": terms.uses = number(entry, in: 1...1_000_000)
            case "approval": terms.approval = choice(entry) ?? terms.approval
            case "max_stale": terms.maxStale = duration(entry, in: 1...Grant.longestStaleness)
            case "attestation": terms.attestation = choice(entry) ?? terms.attestation
            default: terms.expires = moment(entry)
            }
        }
        return terms
    }

    private mutating func fields(_ entry: Entry) -> [FieldName]? {
        guard let elements = list(entry) else { return nil }
        var fields: [FieldName] = []
        for element in elements {
            if let field = name(element, as: FieldName.self, like: "value") { fields.append(field) }
        }
        guard !elements.isEmpty, Set(fields).count == fields.count else {
            fault(entry.value, "a grant names each of its fields once, and one at least", "write: fields: [value]")
            return nil
        }
        return fields.sorted()
    }
}
