import ArgumentParser
import WarderModel
import WarderWire

/// `warder tool show`
struct ShowTool: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one tool: its class and why, its definition, and who accepted it.",
        discussion: """
            In JSON the definition stands whole, as the text that its digest is over.

            EXAMPLE
              warder tool show github/create_issue
              warder tool show github/list -o json | jq -rj .accepted_definition.canonical
            """
    )

    @Argument(help: "SERVER/TOOL.", transform: NameArgument.tool)
    var name: ToolID

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let answer: Answer<ToolSummary> = try session.vault().ask(VaultRequest("GET", "/v1/tools/\(name.text)"))
        try session.output.show(answer) { tool throws(CommandFailure) in try show(tool, session) }
        guard answer.value.definitionState == "changed" else { return }
        session.console.message(
            "its definition changed: it gets no credential until somebody accepts it",
            hints: ["Look what changed: warder tool diff \(name.text)"]
        )
    }

    private func show(_ tool: ToolSummary, _ session: Session) throws(CommandFailure) {
        let moment = session.moment
        var details = Details()
        details.add("Tool", tool.name)
        details.add("Description", tool.description)
        details.add("Risk", tool.risk, tool.riskStyle)
        details.add("Category", tool.category)
        details.add("Class set by", tool.decided?.text(moment))
        if let proposal = tool.proposal {
            details.add("Proposed", "\(proposal.risk), \(proposal.category)", Style(risk: proposal.risk))
            for reason in proposal.reasons { details.add("  because", reason) }
        }
        details.add("Approval", tool.needsApproval ? "needed by class" : "none needed")
        details.add("Owner", tool.owner)
        details.add("Outputs", tool.expectedOutputs)
        details.add("Permissions", tool.permissionText)
        details.add("Definition", tool.definitionDigest ?? "none")
        details.add("  accepted by", tool.accepted?.text(moment))
        details.add("  offered", tool.offeredDigest.map { "\($0), \(moment.long(tool.offeredSince) ?? "")" }, .bad)
        details.add("  gone since", moment.long(tool.goneSince), .caution)
        details.add("  presented", tool.pin.map { $0 == "always" ? "with every request" : "or left out" })
        details.add("Secrets", tool.secrets.isEmpty ? "none" : tool.secrets.joined(separator: ", "))
        details.add("Last use", moment.long(tool.lastUse))
        try session.output.print(details)
    }
}

extension ToolDecision {
    /// `ada, 2026-11-21 09:30:00Z (5m ago): because it reads the payroll`
    fileprivate func text(_ moment: Moment) -> String {
        "\(by), \(moment.long(at) ?? at)" + (reason.map { ": \($0)" } ?? "")
    }
}

extension ToolSummary {
    /// What somebody stated, or else the scopes of the definition.
    fileprivate var permissionText: String? {
        if let permissions { return permissions.isEmpty ? "needs none" : permissions.joined(separator: ", ") }
        return scopes.map { $0.map { $0.joined(separator: " and ") }.joined(separator: ", or ") }
    }
}
