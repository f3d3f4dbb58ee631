import ArgumentParser
import WarderModel
import WarderWire

/// `warder tool set`
struct SetTool: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Change what the vault says of a tool: its class, its owner, what it needs and returns.",
        discussion: """
            Another risk or category needs a reason, which is kept; tokens that were given under the old class end. \
            An empty text takes an owner or outputs away.

            EXAMPLE
              warder tool set github/create_issue --owner platform --outputs "its number"
              warder tool set github/get_file --risk critical --reason "private data"
              warder tool set github/get_file --permissions repo:read
            """
    )

    @Argument(help: "SERVER/TOOL.", transform: NameArgument.tool)
    var name: ToolID

    @Option(help: ArgumentHelp("How much harm a call can do.", valueName: "risk"))
    var risk: Tool.Risk?

    @Option(help: ArgumentHelp("What it deals with.", valueName: "category"))
    var category: Tool.Category?

    @Option(help: ArgumentHelp("Who answers for it.", valueName: "who"))
    var owner: String?

    @Option(help: ArgumentHelp("What it returns.", valueName: "text"))
    var outputs: String?

    @Option(
        help: ArgumentHelp(
            "What it needs at the upstream, such as OAuth scopes, separated by commas; empty where it needs nothing.",
            valueName: "list"
        )
    )
    var permissions: String?

    @Flag(help: "Take the stated permissions away: those of the definition count again.")
    var forgetPermissions = false

    @Option(
        name: .customLong("digest"),
        help: ArgumentHelp(
            "Whether a token request must present the definition's digest: always, or when-presented.",
            valueName: "when"
        )
    )
    var pin: Tool.Pin?

    @Option(help: ArgumentHelp("Why; needed for another class.", valueName: "text"))
    var reason: String?

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        guard
            risk != nil || category != nil || owner != nil || outputs != nil || permissions != nil || pin != nil
                || forgetPermissions
        else {
            throw .usage(
                "say what to change: --risk, --category, --owner, --outputs, --permissions or --digest",
                hints: ["See what there is: warder tool show \(name.text)"]
            )
        }
        guard risk == nil && category == nil || reason != nil else {
            throw .usage("say why the class is another one: --reason TEXT")
        }
        var request = ToolUpdate()
        request.risk = risk?.rawValue
        request.category = category?.rawValue
        request.owner = owner
        request.expectedOutputs = outputs
        request.permissions = permissions.map { text in
            text.split(separator: ",").map { String($0.trimmingSpaces) }.filter { !$0.isEmpty }
        }
        request.forgetPermissions = forgetPermissions ? true : nil
        request.pin = pin?.rawValue
        request.reason = reason
        let answer: Answer<ToolSummary> = try session.vault().ask(
            VaultRequest("PATCH", "/v1/tools/\(name.text)", body: JSONBody.encode(request))
        )
        try session.output.show(answer) { tool throws(CommandFailure) in
            try session.console.print("\(name.text): changed (\(tool.classText))")
        }
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        let start = firstIndex { $0 != " " } ?? endIndex
        let end = lastIndex { $0 != " " }.map { index(after: $0) } ?? start
        return self[start..<end]
    }
}

extension Tool.Pin: ExpressibleByArgument {}
