import StrictJSON
import WarderCore
import WarderModel
import WarderWire

/// What operators send, checked and turned into the core's words.
extension Exchange {
    static func text(_ text: String?, what: String) throws(Problem) -> PlainText? {
        try text.map { text throws(Problem) in try words(text, what: what) }
    }

    static func words(_ text: String, what: String) throws(Problem) -> PlainText {
        do { return try PlainText(text) } catch { throw .invalid("\(what) cannot be taken: \(error.words)") }
    }

    static func moment(_ text: String?, what: String) throws(Problem) -> Timestamp? {
        guard let text else { return nil }
        guard let moment = Timestamp(rfc3339: text) else {
            throw .invalid("\(what) is not a date: write 2027-01-31 or 2027-01-31T12:00:00Z.")
        }
        return moment
    }

    static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ text: String?,
        _ type: Choice.Type,
        default fallback: Choice,
        what: String
    ) throws(Problem) -> Choice {
        guard let text else { return fallback }
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalid("\(what) is one of: \(known).")
        }
        return choice
    }

    /// Lowercase hex of a SHA-256.
    static func digest(_ text: String?, what: String) throws(Problem) -> String? {
        guard let text else { return nil }
        guard text.utf8.count == 64, Hex.decode(text) != nil else {
            throw .invalid("\(what) is not a SHA-256 in lowercase hexadecimal.")
        }
        return text
    }
}

extension Secrets.Draft {
    init(_ body: SecretBodies.Put) throws(Problem) {
        self.init(
            fields: try body.values(),
            checkVersion: body.checkVersion,
            properties: try Secrets.Properties(owner: body.owner, labels: body.labels, expires: body.expires),
            pending: body.pending ?? false
        )
    }
}

extension Secrets.Properties {
    /// An empty text takes an earlier owner or expiry away.
    init(owner: String?, labels: [String: String]?, expires: String?) throws(Problem) {
        self.init()
        if let owner {
            self.owner = .some(owner.isEmpty ? nil : try Exchange.text(owner, what: "The owner"))
        }
        if let expires {
            self.expires = .some(expires.isEmpty ? nil : try Exchange.moment(expires, what: "The expiry"))
        }
        guard let labels else { return }
        guard labels.count <= 32 else { throw .invalid("A secret has at most 32 labels.") }
        var checked: [String: PlainText] = [:]
        for (name, value) in labels {
            let name: FieldName = try Exchange.parse(name, what: "A label")
            checked[name.text] = try Exchange.text(value, what: "A label's value")
        }
        self.labels = checked
    }

    init(_ request: SetSecretRequest) throws(Problem) {
        guard request.owner != nil || request.labels != nil || request.expires != nil || request.honeytoken != nil
        else {
            throw .invalid("Say what to change: the owner, the labels, the expiry, or whether it is a decoy.")
        }
        try self.init(owner: request.owner, labels: request.labels, expires: request.expires)
        honeytoken = request.honeytoken
    }
}

extension Selectors {
    init(_ fields: SelectorFields) throws(Problem) {
        if let unit = fields.unit {
            guard (1...256).contains(unit.utf8.count), unit.hasSuffix(".service") || unit.hasSuffix(".scope"),
                unit.utf8.allSatisfy({ (33...126).contains($0) && $0 != UInt8(ascii: "/") })
            else { throw .invalid("A unit is a name such as mcp-github.service.") }
        }
        if let path = fields.executable {
            guard path.hasPrefix("/"), path.utf8.count <= 4096,
                !path.unicodeScalars.contains(where: HiddenCharacter.contains)
            else { throw .invalid("The executable is an absolute path without characters that show nothing.") }
        }
        self.init(
            uid: fields.uid,
            gid: fields.gid,
            group: fields.group,
            unit: fields.unit,
            executable: fields.executable,
            executableSHA256: try Exchange.digest(fields.executableSHA256, what: "The executable's hash"),
            isLaunched: fields.launch ?? false
        )
    }
}

extension Tools.Description {
    init(_ request: ToolRequest) throws(Problem) {
        self.init(
            text: try Exchange.text(request.description, what: "The description"),
            risk: try Exchange.choice(request.risk, Tool.Risk.self, default: .sideEffect, what: "The risk"),
            category: try Exchange.choice(
                request.category,
                Tool.Category.self,
                default: .standard,
                what: "The category"
            ),
            owner: try Exchange.text(request.owner, what: "The owner"),
            expectedOutputs: try Exchange.text(request.expectedOutputs, what: "The expected outputs"),
            definitionDigest: try Exchange.digest(request.definitionDigest, what: "The definition's digest")
        )
    }
}

extension Grants.Terms {
    init(_ request: GrantRequest) throws(Problem) {
        var fields: [FieldName] = []
        for field in request.fields ?? [FieldName.value.text] {
            fields.append(try Exchange.parse(field, what: "A field"))
        }
        guard !fields.isEmpty, Set(fields).count == fields.count else {
            throw .invalid("A grant names each of its fields once, and one at least.")
        }
        let lifetime = request.ttl ?? Token.defaultLifetime
        guard (1...Token.maximumLifetime).contains(lifetime) else {
            throw .invalid("A token lives 1 to \(Token.maximumLifetime) seconds.")
        }
        if let uses = request.uses, !(1...1_000_000).contains(uses) {
            throw .invalid("Uses are 1 to 1000000, or left out for no limit.")
        }
        if let maxStale = request.maxStale, !(1...Grant.longestStaleness).contains(maxStale) {
            throw .invalid("A value gets 1 to \(Grant.longestStaleness) seconds old, or, left out, is not used again.")
        }
        self.init(
            fields: fields,
            lifetime: lifetime,
            uses: request.uses,
            approval: try Exchange.choice(
                request.approval,
                Grant.Approval.self,
                default: .byClass,
                what: "The approval"
            ),
            maxStale: request.maxStale,
            minimumAttestation: try Exchange.choice(
                request.attestation,
                Peer.Attestation.self,
                default: .uid,
                what: "The attestation"
            ),
            expires: try Exchange.moment(request.expires, what: "The end")
        )
    }
}

extension Tokens.Demand {
    /// Longest arguments in bytes of canonical JSON.
    private static let maximumArguments = 16 << 10

    init(_ request: TokenRequest) throws(Problem) {
        self.init(
            tool: try Self.name(request.tool),
            toolDigest: try Exchange.digest(request.toolDigest, what: "The tool's digest"),
            arguments: try Self.arguments(request.arguments?.bytes),
            claims: try Self.claims(request.onBehalfOf, request.agent, request.session, request.purpose),
            lifetime: request.ttl
        )
        if let ttl = request.ttl, !(1...Token.maximumLifetime).contains(ttl) {
            throw .invalid("A token lives 1 to \(Token.maximumLifetime) seconds.")
        }
    }

    init(_ request: ResolveRequest) throws(Problem) {
        self.init(
            tool: try Self.name(request.tool),
            toolDigest: try Exchange.digest(request.toolDigest, what: "The tool's digest"),
            arguments: try Self.arguments(request.arguments?.bytes),
            claims: try Self.claims(request.onBehalfOf, request.agent, request.session, request.purpose)
        )
    }

    private static func name(_ text: String) throws(Problem) -> Name {
        text.utf8.contains(UInt8(ascii: "/"))
            ? .whole(try Exchange.parse(text, what: "The tool")) : .bare(try Exchange.parse(text, what: "The tool"))
    }

    private static func arguments(_ bytes: [UInt8]?) throws(Problem) -> [UInt8]? {
        guard (bytes?.count ?? 0) <= maximumArguments else {
            throw Problem(.contentTooLarge, .tooLarge, "Arguments are at most \(maximumArguments) bytes.")
        }
        return bytes
    }

    private static func claims(
        _ onBehalfOf: String?,
        _ agent: String?,
        _ session: String?,
        _ purpose: String?
    ) throws(Problem) -> Claims {
        Claims(
            onBehalfOf: try claim(onBehalfOf, "on_behalf_of"),
            agent: try claim(agent, "agent"),
            session: try claim(session, "session"),
            purpose: try claim(purpose, "purpose")
        )
    }

    private static func claim(_ text: String?, _ what: String) throws(Problem) -> PlainText? {
        guard (text?.utf8.count ?? 0) <= 200 else { throw .overLimit("\(what) is at most 200 bytes.") }
        return try Exchange.text(text, what: what)
    }
}
