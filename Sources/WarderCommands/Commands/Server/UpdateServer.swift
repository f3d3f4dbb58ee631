import ArgumentParser
import WarderModel
import WarderWire

/// `warder server update`
struct UpdateServer: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Recognise a server by other conditions.",
        discussion: """
            The conditions that are given replace all earlier ones; tools and grants stay. The server's tokens end, and \
            its processes are looked at anew with their next request. Without --owner the owner stays.

            EXAMPLE
              warder server update github --uid mcp-github --unit mcp-github.service
              warder server update github --uid mcp-github --owner platform
            """
    )

    @Argument(help: "Name of the server.", transform: NameArgument.server)
    var name: ServerName

    @OptionGroup var conditions: ServerConditions

    @Option(help: ArgumentHelp("Who answers for it; an empty text takes it away.", valueName: "who"))
    var owner: String?

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let selectors = try conditions.selectors()
        let answer: Answer<ServerUpdated> = try session.vault().ask(
            VaultRequest(
                "PATCH",
                "/v1/servers/\(name.text)",
                body: JSONBody.encode(ServerUpdate(selectors: selectors, owner: owner))
            )
        )
        try session.output.show(answer) { updated throws(CommandFailure) in
            let text = TerminalText.escaped(updated.server.selectors.text)
            let tokens = "\(updated.revoked) live token\(updated.revoked == 1 ? "" : "s")"
            try session.console.print("\(name.text): recognised by \(text), \(tokens) revoked")
        }
        session.warnOfSharedUser(name, selectors)
    }
}
