import ArgumentParser

/// `warder server …`
struct ServerCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "server",
        abstract: "Register MCP servers, and block them.",
        discussion: """
            A server is known by what the kernel says about its process, not by a password.

            EXAMPLE
              warder server add github --uid 1001 --unit mcp-github.service --owner team
              warder server quarantine github --reason "odd calls at night"
            """,
        subcommands: [
            AddServer.self, UpdateServer.self, ListServers.self, ShowServer.self, QuarantineServer.self,
            ReleaseServer.self, RemoveServer.self,
        ]
    )
}
