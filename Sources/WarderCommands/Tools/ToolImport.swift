import StrictJSON
import ToolDefinitions
import WarderModel
import WarderWire

/// Takes definitions over into the vault, after a person saw what that does.
struct ToolImport {
    /// The vault takes no longer list, in bytes.
    private static let maximumBytes = 32 << 20

    let server: ServerName
    let pin: Tool.Pin
    let isDryRun: Bool

    func run(_ tools: ToolSource.Tools, in session: Session) throws(CommandFailure) {
        let definitions = tools.definitions
        guard !definitions.isEmpty else { throw .usage("there is no tool in it") }
        guard definitions.count <= ToolLimits.tools else {
            throw .usage("there are more than \(ToolLimits.tools) tools in it, as many as a server can have")
        }
        let vault = try session.vault()
        // A server that is not there is said before anything else.
        let _: ServerSummary = try vault.ask(VaultRequest("GET", "/v1/servers/\(server.text)")).value
        let known: WarderWire.ToolList = try vault.ask(VaultRequest("GET", "/v1/tools")).value
        let plan = ToolPlan(tools, of: server, known: known.tools)
        if isDryRun { return try plan.show(session) }
        if session.output.format == .table {
            guard plan.changesAnything else { return try sayNothingChanged(plan, session) }
            try plan.show(session)
        }
        try session.confirm(question(plan), byTyping: server.text)
        let request = VaultRequest("POST", "/v1/tools/import", about: server.text, body: try body(definitions))
        let answer: Answer<ToolImportAnswer> = try vault.ask(request)
        try session.output.show(answer) { done throws(CommandFailure) in try show(done, session) }
    }

    private func question(_ plan: ToolPlan) -> String {
        var deeds: [String] = []
        let added = plan.count(.added)
        if added > 0 { deeds.append("adds \(added) tool\(added == 1 ? "" : "s")") }
        let changed = plan.count(.changed)
        if changed > 0 { deeds.append("blocks \(changed) until somebody accepts what changed") }
        let others = plan.count(.defined) + plan.count(.returned) + plan.count(.gone)
        if others > 0 { deeds.append("notes \(others) other change\(others == 1 ? "" : "s")") }
        return "This \(deeds.isEmpty ? "changes nothing" : deeds.joined(separator: ", ")) in \(server.text)."
    }

    private func body(_ definitions: [ToolDefinition]) throws(CommandFailure) -> RequestBody {
        var json = JSONBuffer(capacity: definitions.reduce(1000) { $0 + $1.canonicalBytes.count + 1 })
        json.beginObject()
        json.field("pin", pin.rawValue)
        json.field("server", server.text)
        json.key("tools")
        json.beginArray()
        for definition in definitions { json.raw(definition.canonicalBytes) }
        json.endArray()
        json.endObject()
        let body = RequestBody(json)
        guard body.count <= Self.maximumBytes else {
            throw .usage("the definitions are longer than 32 MiB, the most that the vault takes of one server")
        }
        return body
    }

    private func sayNothingChanged(_ plan: ToolPlan, _ session: Session) throws(CommandFailure) {
        let waiting = plan.count(.waiting)
        try session.console.print("\(server.text): nothing changed, \(plan.count(.unchanged)) tools are as accepted")
        if waiting > 0 { sayWaiting(waiting, session) }
    }

    private func show(_ answer: ToolImportAnswer, _ session: Session) throws(CommandFailure) {
        let counts = Dictionary(grouping: answer.tools, by: \.outcome).mapValues(\.count)
        let words = ["added", "defined", "changed", "waiting", "returned", "gone"].compactMap { word in
            counts[word].map { "\($0) \(word)" }
        }
        let all = words + ["\(answer.unchanged) unchanged"]
        try session.console.print("\(server.text): \(all.joined(separator: ", "))")
        if answer.revoked > 0 { try session.console.print("\(answer.revoked) live tokens revoked") }
        let waiting = (counts["changed"] ?? 0) + (counts["waiting"] ?? 0)
        if waiting > 0 { sayWaiting(waiting, session) }
    }

    private func sayWaiting(_ count: Int, _ session: Session) {
        session.console.message(
            "\(count) changed definition\(count == 1 ? " waits" : "s wait"): no credential is given until somebody accepts",
            hints: ["Look what changed: warder tool diff; then: warder tool accept SERVER/TOOL --reason REASON"]
        )
    }
}
