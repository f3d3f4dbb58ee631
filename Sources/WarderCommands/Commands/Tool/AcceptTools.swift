import ArgumentParser
import WarderModel
import WarderWire

/// `warder tool accept`
struct AcceptTools: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept",
        abstract: "Accept definitions that changed, after showing what changed.",
        discussion: """
            What is accepted is what was shown: a definition that comes meanwhile is not. What the new definition is \
            proposed to be worse in is taken over into the tool's class; what looks better is not, and is for you to \
            set: warder tool set.

            EXAMPLE
              warder tool accept github/create_issue --reason "release 1.4, reviewed"
              warder tool accept github/create_issue github/get_file --reason "release 1.4"
            """
    )

    @Argument(help: "SERVER/TOOL.", transform: NameArgument.tool)
    var names: [ToolID]

    @Option(help: ArgumentHelp("Why it is all right; kept with the tool and in the log.", valueName: "text"))
    var reason: String

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let vault = try session.vault()
        let changed = try ChangedTool.all(names, vault)
        guard changed.count == Set(names.map(\.text)).count else {
            let waiting = Set(changed.map(\.summary.name))
            let others = names.map(\.text).filter { !waiting.contains($0) }.joined(separator: ", ")
            throw CommandFailure(
                .conflict,
                "no definition of \(others) waits to be accepted, and nothing was changed",
                hints: ["See what waits: warder tool diff"]
            )
        }
        if session.output.format == .table {
            for tool in changed { try tool.show(session) }
        }
        let word = changed.count == 1 ? changed[0].summary.name : "accept"
        let what = changed.count == 1 ? "the definition above" : "the \(changed.count) definitions above"
        try session.confirm("This accepts \(what).", byTyping: TerminalText.escaped(word))
        let request = ToolAcceptRequest(
            tools: changed.map { .init(name: $0.summary.name, digest: $0.offered.digest) },
            reason: reason
        )
        let subject = changed.count == 1 ? changed[0].summary.name : nil
        let answer: Answer<WarderWire.ToolList> = try vault.ask(
            VaultRequest("POST", "/v1/tools/accept", about: subject, body: JSONBody.encode(request))
        )
        try session.output.show(answer) { list throws(CommandFailure) in
            for tool in list.tools {
                try session.console.print("\(TerminalText.escaped(tool.name)): accepted (\(tool.classText))")
            }
        }
    }
}
