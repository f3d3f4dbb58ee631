import ArgumentParser
import WarderModel
import WarderWire

/// `warder server list`
struct ListServers: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List all registered servers.",
        discussion: """
            EXAMPLE
              warder server list
            """
    )

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let answer: Answer<ServerList> = try session.vault().ask(VaultRequest("GET", "/v1/servers"))
        try session.output.show(answer) { list throws(CommandFailure) in
            var table = Table([
                .init("NAME", canShrink: false), .init("STATE", canShrink: false), .init("RECOGNISED BY", wraps: true),
                .init("OWNER"), .init("TOOLS", isNumber: true), .init("TOKENS", isNumber: true), .init("SINCE"),
            ])
            for server in list.servers {
                table.add([
                    .init(server.name), .init(server.state, server.state == "active" ? .good : .bad),
                    .init(server.selectors.text), .init(server.owner), .init(String(server.tools.count)),
                    .init(String(server.tokens)), .init(session.moment.short(server.created)),
                ])
            }
            try session.output.print(
                table,
                ifEmpty: "there are no servers yet",
                hints: ["Register one: warder server add github --uid USER"]
            )
        }
    }
}

/// `warder server show`
struct ShowServer: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one server.",
        discussion: """
            EXAMPLE
              warder server show github
            """
    )

    @Argument(help: "Name of the server.", transform: NameArgument.server)
    var name: ServerName

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let answer: Answer<ServerSummary> = try session.vault().ask(VaultRequest("GET", "/v1/servers/\(name.text)"))
        try session.output.show(answer) { server throws(CommandFailure) in
            var details = Details()
            details.add("Name", server.name)
            details.add("State", server.state, server.state == "active" ? .good : .bad)
            details.add("Reason", server.quarantineReason)
            details.add("Owner", server.owner)
            details.add("User", server.selectors.uid.map(String.init))
            details.add("Primary group", server.selectors.gid.map(String.init))
            details.add("Group", server.selectors.group.map(String.init))
            details.add("Unit", server.selectors.unit)
            details.add("Executable", server.selectors.executable)
            details.add("SHA-256", server.selectors.executableSHA256)
            details.add("Tools", server.tools.isEmpty ? "none" : server.tools.joined(separator: ", "))
            details.add("Live tokens", String(server.tokens))
            details.add("Registered", session.moment.long(server.created))
            try session.output.print(details)
        }
    }
}
