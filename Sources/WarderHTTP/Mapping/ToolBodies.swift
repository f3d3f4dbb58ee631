import StrictJSON
import ToolDefinitions
import WarderCore
import WarderModel
import WarderWire

/// What an import sends: definitions, read one by one, because no type has their shape.
struct ToolImportBody {
    /// Shape of the whole body; its length is bounded before it is read.
    static let limits = JSONLimits(maxBytes: 64 << 20, maxDepth: 136, maxMembers: 4096, maxTokens: 8_000_000)

    let server: ServerName
    let pin: Tool.Pin
    let offers: [OfferedTool]

    /// - Throws: 400 for a body of another shape, and for a definition that cannot be read; it is named by its place.
    init(_ document: JSONDocument) throws(Problem) {
        let root = document.root
        guard root.kind == .object else { throw .invalid("The body is an object with server and tools.") }
        for (key, _) in root.members where !["server", "tools", "pin"].contains(where: { key.isText($0) }) {
            throw .invalid("The body does not fit: only server, tools and pin are known.")
        }
        guard let name = root.member("server"), let text = try? name.string() else {
            throw .invalid("Name the server.")
        }
        server = try Exchange.parse(text, what: "The server")
        let pinText = root.member("pin").flatMap { try? $0.string() }
        guard pinText != nil || root.member("pin") == nil else { throw .invalid("pin is a text.") }
        pin = try Exchange.choice(pinText, Tool.Pin.self, default: .whenPresented, what: "pin")
        guard let list = root.member("tools"), list.kind == .array else {
            throw .invalid("tools is the array of definitions.")
        }
        var offers: [OfferedTool] = []
        var names: Set<ToolName> = []
        for node in list.elements {
            guard offers.count < ToolLimits.tools else {
                throw .invalid("A server has at most \(ToolLimits.tools) tools.")
            }
            let definition: ToolDefinition
            do throws(ToolDefinitionError) { definition = try ToolDefinition(canonical: node) } catch {
                throw .invalid("Tool \(offers.count + 1) \(error).")
            }
            guard names.insert(definition.name).inserted else {
                throw .invalid("Tool \(offers.count + 1) has the name of an earlier one.")
            }
            offers.append(OfferedTool(definition))
        }
        guard !offers.isEmpty else { throw .invalid("There is no tool in it.") }
        self.offers = offers
    }
}

extension Tools.Changes {
    /// An empty text takes an earlier one away.
    init(_ request: ToolUpdate) throws(Problem) {
        self.init()
        risk = try request.risk.map { text throws(Problem) in
            try Exchange.choice(text, Tool.Risk.self, default: .sideEffect, what: "The risk")
        }
        category = try request.category.map { text throws(Problem) in
            try Exchange.choice(text, Tool.Category.self, default: .standard, what: "The category")
        }
        pin = try request.pin.map { text throws(Problem) in
            try Exchange.choice(text, Tool.Pin.self, default: .always, what: "The pin")
        }
        owner = try Self.optional(request.owner, what: "The owner")
        expectedOutputs = try Self.optional(request.expectedOutputs, what: "The expected outputs")
        if request.forgetPermissions == true {
            guard request.permissions == nil else { throw .invalid("Permissions are stated or forgotten, not both.") }
            permissions = .some(nil)
        } else if let stated = request.permissions {
            permissions = .some(try Self.words(stated))
        }
        text = try Self.optional(request.description, what: "The description")
        definitionDigest = try Exchange.digest(request.definitionDigest, what: "The definition's digest")
        reason = try Exchange.text(request.reason, what: "The reason")
        let changesClass = risk != nil || category != nil
        guard
            changesClass || pin != nil || owner != nil || expectedOutputs != nil || permissions != nil || text != nil
                || definitionDigest != nil
        else {
            throw .invalid(
                "Say what to change: risk, category, owner, description, expected_outputs, permissions, pin or definition_digest."
            )
        }
        guard !changesClass || reason != nil else { throw .invalid("Say why the class is another one: reason.") }
    }

    private static func optional(_ text: String?, what: String) throws(Problem) -> PlainText?? {
        guard let text else { return .none }
        return .some(text.isEmpty ? nil : try Exchange.text(text, what: what))
    }

    private static func words(_ texts: [String]) throws(Problem) -> [PlainText] {
        guard texts.count <= 50 else { throw .invalid("A tool has at most 50 permissions.") }
        return try texts.map { text throws(Problem) in try Exchange.words(text, what: "A permission") }
    }
}

extension ToolSummary {
    /// What only an inventory has of it.
    mutating func addInventory(_ overview: Tools.Overview) {
        let tool = overview.tool
        let state =
            if tool.offer != nil { "changed" } else if tool.gone != nil { "gone" } else if tool.definitionDigest != nil
            {
                "accepted"
            } else { "none" }
        definitionState = state
        pin = tool.definitionDigest == nil ? nil : (tool.pin ?? .always).rawValue
        accepted = tool.acceptance.map(ToolDecision.init)
        offeredDigest = tool.offer?.digest
        offeredSince = tool.offer?.since.description
        goneSince = tool.gone?.description
        proposal = overview.definition?.accepted.map { ToolProposal($0.proposal) }
        decided = tool.decision.map(ToolDecision.init)
        permissions = tool.permissions?.map(\.text)
        scopes = overview.definition?.accepted?.scopes?.map { $0.map(\.text) }
        lastUse = tool.lastUse?.description
        created = tool.created.description
    }

    /// With the definitions whole.
    static func whole(_ overview: Tools.Overview) -> ToolSummary {
        var summary = ToolSummary(overview)
        summary.acceptedDefinition = overview.definition?.accepted.map(ToolDefinitionText.init)
        summary.offeredDefinition = overview.definition?.offered.map(ToolDefinitionText.init)
        return summary
    }
}

extension ToolDecision {
    fileprivate init(_ decision: Tool.Decision) {
        self.init(by: decision.by.text, at: decision.at.description, reason: decision.reason?.text)
    }
}

extension ToolProposal {
    fileprivate init(_ proposal: Definition.Proposal) {
        self.init(
            risk: proposal.risk.rawValue,
            category: proposal.category.rawValue,
            reasons: proposal.reasons.map(\.text)
        )
    }
}

extension ToolDefinitionText {
    fileprivate init(_ form: Definition.Form) {
        self.init(
            digest: form.digest,
            canonical: form.canonical,
            seen: form.seen.description,
            proposal: ToolProposal(form.proposal)
        )
    }
}

extension ToolImportAnswer {
    init(_ imported: ImportedTools) {
        self.init(
            server: imported.server.text,
            tools: imported.lines.map { line in
                Line(
                    name: line.tool.name.text,
                    outcome: line.outcome.rawValue,
                    risk: line.tool.risk.rawValue,
                    category: line.tool.category.rawValue,
                    definitionDigest: line.tool.definitionDigest,
                    offeredDigest: line.tool.offer?.digest
                )
            },
            unchanged: imported.unchanged,
            revoked: imported.revoked
        )
    }
}
