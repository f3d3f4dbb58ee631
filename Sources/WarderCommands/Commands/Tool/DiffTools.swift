import ArgumentParser
import StrictJSON
import ToolDefinitions
import WarderModel
import WarderWire

/// `warder tool diff`
struct DiffTools: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show what changed in definitions that wait to be accepted.",
        discussion: """
            Everything that differs is shown whole, with everything written out that could hide something. In JSON \
            the answer has both definitions.

            EXAMPLE
              warder tool diff
              warder tool diff github/create_issue
            """
    )

    @Argument(help: "SERVER/TOOL; all that wait, if none is named.", transform: NameArgument.tool)
    var names: [ToolID] = []

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let vault = try session.vault()
        let changed = try ChangedTool.all(names, vault)
        guard session.output.format == .table else {
            var buffer = JSONBuffer()
            buffer.beginObject()
            buffer.key("tools")
            buffer.beginArray()
            for tool in changed { buffer.raw(tool.body) }
            buffer.endArray()
            buffer.endObject()
            return try session.output.show(buffer.bytes)
        }
        for (index, tool) in changed.enumerated() {
            if index > 0 { try session.console.print("") }
            try tool.show(session)
        }
        if changed.isEmpty { return session.console.message("no definition waits to be accepted") }
        let first = changed[0].summary.name
        session.console.message(
            "no credential is given for \(changed.count == 1 ? "it" : "these tools") until somebody accepts",
            hints: ["To accept: warder tool accept \(TerminalText.escaped(first)) --reason REASON"]
        )
    }
}

/// A tool of which the vault saw another definition than the accepted one.
struct ChangedTool {
    let summary: ToolSummary
    let offered: ToolDefinitionText
    /// The vault's own answer.
    let body: [UInt8]

    /// The named ones of which something waits, or all of them.
    static func all(_ names: [ToolID], _ vault: Vault) throws(CommandFailure) -> [ChangedTool] {
        var texts = names.map(\.text)
        if texts.isEmpty {
            let list: WarderWire.ToolList = try vault.ask(VaultRequest("GET", "/v1/tools")).value
            texts = list.tools.filter { $0.offeredDigest != nil }.map(\.name)
        }
        var changed: [ChangedTool] = []
        for text in texts {
            // The names of a list become part of a path.
            guard let name = try? ToolID(text) else { throw .malformedAnswer }
            let answer: Answer<ToolSummary> = try vault.ask(VaultRequest("GET", "/v1/tools/\(name.text)"))
            guard let offered = answer.value.offeredDefinition else { continue }
            changed.append(ChangedTool(summary: answer.value, offered: offered, body: answer.body))
        }
        return changed
    }

    /// The differences, for a person who is to decide.
    func show(_ session: Session) throws(CommandFailure) {
        var details = Details()
        details.add("Tool", summary.name)
        details.add("Class", summary.classText, summary.riskStyle)
        details.add("Accepted", summary.definitionDigest)
        details.add("Offered", "\(offered.digest), \(session.moment.long(offered.seen) ?? "")")
        let before = summary.acceptedDefinition?.proposal
        if let before, before != offered.proposal {
            details.add("Was proposed", "\(before.risk), \(before.category)", Style(risk: before.risk))
        }
        let now = offered.proposal
        details.add("Is proposed", "\(now.risk), \(now.category)", Style(risk: now.risk))
        for reason in now.reasons { details.add("  because", reason) }
        try session.output.print(details)
        let hasColour = session.console.hasColour
        let lines = try differences().map { hasColour ? $0.style.applied(to: $0.text) : $0.text }
        try session.output.printLines(lines)
    }

    private func differences() throws(CommandFailure) -> [(text: String, style: Style)] {
        let new = try Self.parse(offered.canonical)
        guard let accepted = summary.acceptedDefinition else {
            let text = String(decoding: IndentedJSON.line(new.root).dropLast(), as: UTF8.self)
            return [("+ \(TerminalText.escaped(text))", .good)]
        }
        return DefinitionDiff(from: try Self.parse(accepted.canonical).root, to: new.root).lines
    }

    private static func parse(_ text: String) throws(CommandFailure) -> JSONDocument {
        let bytes = Array(text.utf8)
        do throws(JSONError) {
            return try JSONDocument(parsing: bytes, limits: ToolLimits.page)
        } catch {
            throw .malformedAnswer
        }
    }
}
