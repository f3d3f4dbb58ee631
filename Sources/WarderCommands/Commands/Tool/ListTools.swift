import ArgumentParser
import WarderModel
import WarderWire

/// `warder tool list`
struct ListTools: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List tools with their class, their definition, and the secrets that they may use.",
        discussion: """
            EXAMPLE
              warder tool list
              warder tool list --server github
            """
    )

    @Option(help: ArgumentHelp("Only the tools of one server.", valueName: "name"), transform: NameArgument.server)
    var server: ServerName?

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let answer: Answer<WarderWire.ToolList> = try session.vault().ask(VaultRequest("GET", "/v1/tools"))
        guard let server else {
            return try session.output.show(answer) { list throws(CommandFailure) in
                try show(list.tools, session)
            }
        }
        var list = answer.value
        list.tools.removeAll { !$0.name.hasPrefix(server.text + "/") }
        let body = try JSONBody.bytes(list)
        try session.output.show(Answer(value: list, body: body)) { list throws(CommandFailure) in
            try show(list.tools, session)
        }
    }

    private func show(_ tools: [ToolSummary], _ session: Session) throws(CommandFailure) {
        var table = Table([
            .init("TOOL", canShrink: false), .init("RISK", canShrink: false), .init("CATEGORY"), .init("APPROVAL"),
            .init("DEFINITION", canShrink: false), .init("OWNER"), .init("USED"), .init("SECRETS"),
            .init("DESCRIPTION"),
        ])
        for tool in tools {
            let state = tool.definitionState ?? (tool.definitionDigest == nil ? "none" : "accepted")
            table.add([
                .init(tool.name), .init(tool.risk, tool.riskStyle), .init(tool.category),
                .init(tool.needsApproval ? "needed" : "none"), .init(state, state == "changed" ? .bad : nil),
                .init(tool.owner), .init(session.moment.short(tool.lastUse)),
                .init(tool.secrets.joined(separator: ", ")), .init(tool.description),
            ])
        }
        try session.output.print(
            table,
            ifEmpty: "there are no tools yet",
            hints: ["Take a server's list over: warder tool import tools-list FILE --server NAME"]
        )
    }
}
