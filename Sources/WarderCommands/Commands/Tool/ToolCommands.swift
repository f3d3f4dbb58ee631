import ArgumentParser
import StrictJSON
import WarderModel
import WarderWire

/// `warder tool …`
struct ToolCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tool",
        abstract: "Register the tools of a server, with the harm that they can do.",
        discussion: """
            EXAMPLE
              warder tool add github/create_issue --risk side-effect --owner platform
              warder tool list
            """,
        subcommands: [AddTool.self, ListTools.self, ShowTool.self, RemoveTool.self]
    )
}

/// `warder tool add`
struct AddTool: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Register a tool.",
        discussion: """
            Say side-effect when in doubt: it is what the vault assumes. With --definition-digest the tool is pinned: \
            no credential leaves for another definition of it. SERVER/@launch stands for what a server needs to start.

            EXAMPLE
              warder tool add github/create_issue --owner platform --risk side-effect
              warder tool add github/list --risk read-only --description "Lists issues"
              warder tool add bank/transfer --risk critical --category financial
            """
    )

    @Argument(help: "SERVER/TOOL, such as github/create_issue.", transform: NameArgument.tool)
    var name: ToolID

    @Option(help: ArgumentHelp("How much harm a call can do. (default: side-effect)", valueName: "risk"))
    var risk: Tool.Risk?

    @Option(help: ArgumentHelp("What it deals with. (default: standard)", valueName: "category"))
    var category: Tool.Category?

    @Option(help: ArgumentHelp("Who answers for it.", valueName: "who"))
    var owner: String?

    @Option(help: ArgumentHelp("What it does.", valueName: "text"))
    var description: String?

    @Option(help: ArgumentHelp("What it returns.", valueName: "text"))
    var expectedOutputs: String?

    @Option(help: ArgumentHelp("SHA-256 of the accepted definition.", valueName: "hex"), transform: DigestText.parse)
    var definitionDigest: String?

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let request = ToolRequest(
            name: name.text,
            description: description,
            risk: risk?.rawValue,
            category: category?.rawValue,
            owner: owner,
            expectedOutputs: expectedOutputs,
            definitionDigest: definitionDigest
        )
        let answer: Answer<ToolSummary> = try session.vault().ask(
            VaultRequest("POST", "/v1/tools", about: name.text, body: JSONBody.encode(request))
        )
        try session.output.show(answer) { tool throws(CommandFailure) in
            try session.console.print("\(name.text): registered (\(tool.classText))")
        }
        if answer.value.needsApproval {
            session.console.message(
                "calls of this class need an approval, unless the grant says otherwise",
                hints: ["To take that on yourself: warder grant add \(name.text) SECRET --approval none"]
            )
        }
    }
}

/// `warder tool list`
struct ListTools: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List all tools with their class and the secrets that they may use.",
        discussion: """
            EXAMPLE
              warder tool list
            """
    )

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let answer: Answer<ToolList> = try session.vault().ask(VaultRequest("GET", "/v1/tools"))
        try session.output.show(answer) { list throws(CommandFailure) in
            var table = Table([
                .init("TOOL", canShrink: false), .init("RISK", canShrink: false), .init("CATEGORY"), .init("APPROVAL"),
                .init("OWNER"), .init("SECRETS"), .init("DESCRIPTION"),
            ])
            for tool in list.tools {
                table.add([
                    .init(tool.name), .init(tool.risk, tool.riskStyle), .init(tool.category),
                    .init(tool.needsApproval ? "needed" : "none"), .init(tool.owner),
                    .init(tool.secrets.joined(separator: ", ")), .init(tool.description),
                ])
            }
            try session.output.print(
                table,
                ifEmpty: "there are no tools yet",
                hints: ["Register one: warder tool add SERVER/TOOL --risk read-only"]
            )
        }
    }
}

/// `warder tool show`
struct ShowTool: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one tool.",
        discussion: """
            EXAMPLE
              warder tool show github/create_issue
            """
    )

    @Argument(help: "SERVER/TOOL.", transform: NameArgument.tool)
    var name: ToolID

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let document = try session.vault().askForDocument(VaultRequest("GET", "/v1/tools"))
        guard let list = document.root.member("tools") else { throw .malformedAnswer }
        for node in list.elements where node.member("name")?.isText(name.text) == true {
            let body = node.rawBytes
            let answer = Answer<ToolSummary>(value: try Vault.decode(body), body: body)
            return try session.output.show(answer) { tool throws(CommandFailure) in try show(tool, session) }
        }
        throw CommandFailure(.notFound, "there is no tool \(name.text)", hints: ["See what there is: warder tool list"])
    }

    private func show(_ tool: ToolSummary, _ session: Session) throws(CommandFailure) {
        var details = Details()
        details.add("Tool", tool.name)
        details.add("Description", tool.description)
        details.add("Risk", tool.risk, tool.riskStyle)
        details.add("Category", tool.category)
        details.add("Approval", tool.needsApproval ? "needed by class" : "none needed")
        details.add("Owner", tool.owner)
        details.add("Outputs", tool.expectedOutputs)
        details.add("Pinned to", tool.definitionDigest)
        details.add("Secrets", tool.secrets.isEmpty ? "none" : tool.secrets.joined(separator: ", "))
        try session.output.print(details)
    }
}

/// `warder tool remove`
struct RemoveTool: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Forget a tool. Its grants must be gone before.",
        discussion: """
            EXAMPLE
              warder tool remove github/create_issue
            """
    )

    @Argument(help: "SERVER/TOOL.", transform: NameArgument.tool)
    var name: ToolID

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        try session.confirm("This forgets the tool \(name.text).", byTyping: name.text)
        try session.ask(VaultRequest("DELETE", "/v1/tools/\(name.text)"), then: "\(name.text): removed")
    }
}

extension ToolSummary {
    /// `side-effect, standard`.
    fileprivate var classText: String { TerminalText.escaped("\(risk), \(category)") }

    fileprivate var riskStyle: Style? {
        switch risk {
        case "critical": .bad
        case "side-effect": .caution
        default: nil
        }
    }
}
