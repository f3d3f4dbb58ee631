import Testing

/// Configurations as people have them, with invented secrets.
struct FixtureFile: Sendable, CustomTestStringConvertible {
    let path: String
    let text: String
    /// What must not be there any more, and must be in the vault.
    let moved: [String]
    /// What stays, and must be named.
    let left: [String]

    var testDescription: String { path }

    static let all = [
        claudeDesktop, claudeCodeUser, claudeCodeProject, plugin, vsCode, vsCodeSettings, workspace, cursor, oneLine,
    ]

    static let claudeDesktop = FixtureFile(
        path: "/home/ada/.config/Claude/claude_desktop_config.json",
        text: """
            {
              "globalShortcut": "Ctrl+Space",
              "mcpServers": {
                "github": {
                  "command": "npx",
                  "args": ["-y", "@modelcontextprotocol/server-github"],
                  "env": {
                    "GITHUB_PERSONAL_ACCESS_TOKEN": "\(Invented.github)"
                  }
                },
                "filesystem": {
                  "command": "npx",
                  "args": ["-y", "@modelcontextprotocol/server-filesystem", "/home/ada/work"]
                },
                "Brave Search": {
                  "command": "docker",
                  "args": [
                    "run",
                    "-i",
                    "--rm",
                    "-e",
                    "BRAVE_API_KEY=\(Invented.brave)",
                    "-e", "LOG_LEVEL=debug",
                    "mcp/brave-search"
                  ]
                },
                "postgres": {
                  "command": "/usr/local/bin/postgres-mcp",
                  "env": { "LOG_LEVEL": "info", "DATABASE_URL": "\(Invented.databaseURL)", "POOL_SIZE": 4 }
                }
              }
            }

            """,
        moved: [Invented.github, Invented.brave, Invented.database],
        left: []
    )

    /// The user's own file, with two projects and much else.
    static let claudeCodeUser = FixtureFile(
        path: "/home/ada/.claude.json",
        text: """
            {"numStartups": 42, "history": [{"display": "use \(Invented.slack) please \\ud83d"}],
            "mcpServers": {"grafana": {"type": "stdio", "command": "uvx", "args": ["mcp-grafana"],
            "env": {"GRAFANA_URL": "http://localhost:3000", "GRAFANA_SERVICE_ACCOUNT_TOKEN": "\(Invented.grafana)"}}},
            "projects": {"/home/ada/shop": {"allowedTools": [], "mcpServers": {"github": {"command": "github-mcp-server",
            "args": ["stdio"], "env": {"GITHUB_PERSONAL_ACCESS_TOKEN": "\(Invented.github)"}}}},
            "/home/ada/blog": {"mcpServers": {"github": {"command": "github-mcp-server", "args": ["stdio"],
            "env": {"GITHUB_PERSONAL_ACCESS_TOKEN": "\(Invented.github)"}},
            "remote": {"type": "http", "url": "https://mcp.example.net/mcp", "headers": {"Authorization": "Bearer \(Invented.hex)"}}}},
            "/home/ada/empty": {}}}
            """,
        moved: [Invented.github, Invented.grafana, Invented.hex],
        left: [Invented.slack]
    )

    static let claudeCodeProject = FixtureFile(
        path: "shop/.mcp.json",
        text: """
            {
            \t"mcpServers": {
            \t\t"slack": {
            \t\t\t"env": {
            \t\t\t\t"SLACK_BOT_TOKEN": "\(Invented.slack)",
            \t\t\t\t"SLACK_TEAM_ID": "T024BE7LD",
            \t\t\t\t"OTHER_TOKEN": "${OTHER_TOKEN:-}"
            \t\t\t},
            \t\t\t"command": "npx",
            \t\t\t"args": []
            \t\t},
            \t\t"reports": {
            \t\t\t"command": "npx",
            \t\t\t"args": ["-y", "mcp-reports", "--password", "\(Invented.password)", "Server=db;Password=\(Invented.sqlPassword)"]
            \t\t}
            \t}
            }
            """,
        moved: [Invented.slack, Invented.password, Invented.sqlPassword],
        left: []
    )

    /// A plugin's file names servers without anything around them.
    static let plugin = FixtureFile(
        path: "plugins/notes/.mcp.json",
        text:
            #"{"notes": {"command": "node", "args": ["index.js"], "env": {"NOTES_PASSWORD": "\#(Invented.password)"}}}"#,
        moved: [Invented.password],
        left: []
    )

    static let vsCode = FixtureFile(
        path: "shop/.vscode/mcp.json",
        text: "\u{FEFF}"
            + """
            // Servers of the shop.
            {
                "inputs": [
                    { "type": "promptString", "id": "key", "description": "Key", "password": true },
                ],
                "servers": {
                    "ai": {
                        "type": "stdio",
                        "command": "uvx", // from PyPI
                        "args": [
                            // the server itself
                            "mcp-ai",
                            "--key", "${input:key}",
                        ],
                        "env": {
                            // paid by the shop
                            "ANTHROPIC_API_KEY": "\(Invented.anthropic)", // expires in May
                            "REGION": "eu", /* near */
                            "DB_PASSWORD": "\(Invented.password)",
                        },
                        "envFile": "${workspaceFolder}/.env",
                    },
                    "http": { "type": "http", "url": "https://api.example.net/mcp?token=\(Invented.hex)", },
                },
            }

            """.replacing("\n", with: "\r\n"),
        moved: [Invented.anthropic, Invented.password, Invented.hex],
        left: []
    )

    static let vsCodeSettings = FixtureFile(
        path: "/home/ada/.config/Code/User/settings.json",
        text: """
            {
              "editor.fontSize": 13, // large
              "mcp": {
                "inputs": [],
                "servers": { "slack": { "command": "slack-mcp", "env": {"SLACK_TOKEN": "\(Invented.slack)"} } }
              }
            }
            """,
        moved: [Invented.slack],
        left: []
    )

    static let workspace = FixtureFile(
        path: "shop.code-workspace",
        text:
            #"{"folders": [], "settings": {"mcp": {"servers": {"a": {"command": "a", "env": {"A_SECRET": "\#(Invented.password)"}}}}}}"#,
        moved: [Invented.password],
        left: []
    )

    static let cursor = FixtureFile(
        path: "/home/ada/.cursor/mcp.json",
        text: """
            {
              "mcpServers": {
                // "old": { "env": { "TOKEN": "\(Invented.slack)" } },
                "analytics": {
                  "command": "node", "args": ["server.js"],
                  "env": {"API_TOKEN": "\(Invented.hex)", "BASE": "${env:BASE}", "WEB": "\(Invented.webToken)"}
                },
                "linear": { "url": "https://mcp.example.net", "headers": { "Authorization": "Bearer ${env:LINEAR}" } }
              }
            }
            """,
        moved: [Invented.hex, Invented.webToken],
        left: [Invented.slack]
    )

    static let oneLine = FixtureFile(
        path: "claude_desktop_config.json",
        text: #"{"mcpServers":{"a":{"env":{"A_PASSWORD":"\#(Invented.password)"},"command":"a"}}}"#,
        moved: [Invented.password],
        left: []
    )
}
