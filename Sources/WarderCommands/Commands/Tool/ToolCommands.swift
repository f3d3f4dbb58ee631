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
            Most tools come from their server's own list, with a class that the vault proposes: warder tool import. A \
            tool whose definition changes afterwards gets no credential until somebody accepts it.

            EXAMPLE
              warder tool import tools-list --server github --command github-mcp stdio
              warder tool list --server github
              warder tool set github/create_issue --risk critical --reason "it pays"
            """,
        subcommands: [
            ImportTools.self, AddTool.self, ListTools.self, ShowTool.self, SetTool.self, DiffTools.self,
            AcceptTools.self, ClassifyTools.self, RemoveTool.self,
        ]
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
    var classText: String { TerminalText.escaped("\(risk), \(category)") }

    var riskStyle: Style? { Style(risk: risk) }
}

extension Style {
    /// How much a risk stands out.
    init?(risk: String) {
        switch risk {
        case "critical": self = .bad
        case "side-effect": self = .caution
        default: return nil
        }
    }
}
