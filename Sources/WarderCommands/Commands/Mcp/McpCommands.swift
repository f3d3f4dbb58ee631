import ArgumentParser

/// `warder mcp …`
struct McpCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mcp",
        abstract: "Move secrets out of the configurations of MCP clients, and back; reach remote servers.",
        discussion: """
            Claude Desktop, Claude Code, VS Code and Cursor keep the secrets of MCP servers in plain text. An import \
            moves them into the vault, and lets the client start each server through `warder run`. A remote server is \
            reached through `warder mcp connect`, which such a client can start.

            EXAMPLE
              warder mcp import --dry-run
              warder mcp import ~/.cursor/mcp.json
              warder mcp undo ~/.cursor/mcp.json
            """,
        subcommands: [ImportConfigurations.self, ListImports.self, UndoImports.self, ConnectCommand.self]
    )
}
