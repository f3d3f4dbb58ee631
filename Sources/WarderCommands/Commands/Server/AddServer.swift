import ArgumentParser
import WarderModel
import WarderWire

/// `warder server add`
struct AddServer: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Register an MCP server by what the kernel must confirm about it.",
        discussion: """
            Every condition that is given must hold, and one that the daemon cannot read never holds. User, group and \
            unit can always be read; the executable often only by root.

            EXAMPLE
              warder server add github --uid 1001 --unit mcp-github.service --owner team
              warder server add github --launch
              warder server add notes --uid ada --executable /usr/local/bin/notes-mcp
            """
    )

    @Argument(help: "Name of the server, such as github.", transform: NameArgument.server)
    var name: ServerName

    @OptionGroup var conditions: ServerConditions

    @Option(help: ArgumentHelp("Who answers for it.", valueName: "who"))
    var owner: String?

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let selectors = try conditions.selectors()
        let request = ServerRequest(name: name.text, owner: owner, selectors: selectors)
        let answer: Answer<ServerSummary> = try session.vault().ask(
            VaultRequest("POST", "/v1/servers", about: name.text, body: JSONBody.encode(request))
        )
        try session.output.show(answer) { server throws(CommandFailure) in
            try session.console.print("\(name.text): registered (\(TerminalText.escaped(server.selectors.text)))")
        }
        if answer.value.state == "quarantined" {
            session.console.message(
                "\(name.text) is quarantined: a damaged record may be of a server of this name that was",
                hints: ["Let it in: warder server release \(name.text)"]
            )
        }
        session.warnOfSharedUser(name, selectors)
    }
}
