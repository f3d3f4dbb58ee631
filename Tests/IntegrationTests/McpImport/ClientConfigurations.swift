import Foundation

/// A configuration as a client has it, with secrets that nobody else has.
struct ClientConfiguration: Sendable, CustomStringConvertible {
    /// Below the home directory.
    let path: String
    /// With the secrets in their places.
    let text: String
    /// Secrets that leave the file.
    let moved: [String]
    /// Secrets that stay, and that the command has to name.
    let left: [String]
    /// Names of servers that come of it.
    let servers: [String]

    var description: String { path }

    /// One of each kind of file. Each gets secrets of its own, so that a search finds nobody else's.
    static let all = [claudeDesktop(), claudeCode(), project(), plugin(), vsCode(), settings(), cursor()]

    private static func token() -> String {
        "ghp_" + UUID().uuidString.replacing("-", with: "").prefix(30) + "aB1xYz"
    }

    private static func password() -> String { "pw-" + UUID().uuidString.lowercased() }

    static func claudeDesktop() -> ClientConfiguration {
        let (token, key, database) = (token(), password(), password())
        return ClientConfiguration(
            path: ".config/Claude/claude_desktop_config.json",
            text: """
                {
                  "globalShortcut": "Ctrl+Space",
                  "mcpServers": {
                    "GitHub Desktop": {
                      "command": "npx",
                      "args": ["-y", "server-github"],
                      "env": {
                        "GITHUB_PERSONAL_ACCESS_TOKEN": "\(token)"
                      }
                    },
                    "brave": {
                      "command": "docker",
                      "args": ["run", "-i", "-e", "BRAVE_API_KEY=\(key)", "-e", "LOG=debug", "mcp/brave"]
                    },
                    "sales": {
                      "command": "/usr/local/bin/postgres-mcp",
                      "env": { "LOG": "info", "DATABASE_URL": "postgresql:\\/\\/reporting:\(database)@db/sales", "POOL": 4 }
                    }
                  }
                }

                """,
            moved: [token, key, database],
            left: [],
            servers: ["github-desktop", "brave", "sales"]
        )
    }

    static func claudeCode() -> ClientConfiguration {
        let (token, other, header) = (token(), token(), password())
        return ClientConfiguration(
            path: ".claude.json",
            text: """
                {"numStartups": 42, "history": [{"display": "use \(other) please"}],
                "mcpServers": {"grafana": {"type": "stdio", "command": "uvx", "args": ["mcp-grafana"],
                "env": {"GRAFANA_URL": "http://localhost:3000", "GRAFANA_SERVICE_ACCOUNT_TOKEN": "\(token)"}}},
                "projects": {"/home/ada/shop": {"mcpServers": {"remote": {"type": "http", "url": "https://mcp.example.net",
                "headers": {"Authorization": "Bearer \(header)"}}}}, "/home/ada/empty": {}}}
                """,
            moved: [token, header],
            left: [other],
            servers: ["grafana", "remote"]
        )
    }

    static func project() -> ClientConfiguration {
        let (token, argument) = (token(), password())
        return ClientConfiguration(
            path: "shop/.mcp.json",
            text: """
                {
                \t"mcpServers": {
                \t\t"slack": { "env": { "SLACK_TOKEN": "\(token)", "OTHER_TOKEN": "${OTHER:-}" }, "command": "npx", "args": [] },
                \t\t"reports": { "command": "npx", "args": ["mcp-reports", "--password", "\(argument)"] }
                \t}
                }
                """,
            moved: [token, argument],
            left: [],
            servers: ["slack", "reports"]
        )
    }

    static func plugin() -> ClientConfiguration {
        let password = password()
        return ClientConfiguration(
            path: "plugin/.mcp.json",
            text: #"{"notes": {"command": "node", "args": ["i.js"], "env": {"NOTES_PASSWORD": "\#(password)"}}}"#,
            moved: [password],
            left: [],
            servers: ["notes"]
        )
    }

    static func vsCode() -> ClientConfiguration {
        let (key, password, query) = (token(), password(), password())
        let text = """
            // Servers of the shop.
            {
                "inputs": [ { "type": "promptString", "id": "key", "password": true }, ],
                "servers": {
                    "ai": {
                        "type": "stdio",
                        "command": "uvx", // from PyPI
                        "args": [
                            // the server itself
                            "mcp-ai", "--key", "${input:key}",
                        ],
                        "env": {
                            // paid by the shop
                            "AI_API_KEY": "\(key)", // expires in May
                            "REGION": "eu", /* near */
                            "DB_PASSWORD": "\(password)",
                        },
                    },
                    "http": { "type": "http", "url": "https://api.example.net/mcp?token=\(query)", },
                },
            }

            """
        return ClientConfiguration(
            path: "shop/.vscode/mcp.json",
            text: "\u{FEFF}" + text.replacing("\n", with: "\r\n"),
            moved: [key, password, query],
            left: [],
            servers: ["ai", "http"]
        )
    }

    static func settings() -> ClientConfiguration {
        let token = token()
        return ClientConfiguration(
            path: ".config/Code/User/settings.json",
            text: """
                {
                  "editor.fontSize": 13, // large
                  "mcp": { "servers": { "wiki": { "command": "wiki-mcp", "env": {"WIKI_TOKEN": "\(token)"} } } }
                }
                """,
            moved: [token],
            left: [],
            servers: ["wiki"]
        )
    }

    static func cursor() -> ClientConfiguration {
        let (token, comment) = (token(), token())
        return ClientConfiguration(
            path: ".cursor/mcp.json",
            text: """
                {
                  "mcpServers": {
                    // "old": { "env": { "TOKEN": "\(comment)" } },
                    "analytics": { "command": "node", "args": ["s.js"], "env": {"API_TOKEN": "\(token)", "BASE": "${env:BASE}"} }
                  }
                }
                """,
            moved: [token],
            left: [comment],
            servers: ["analytics"]
        )
    }

    /// The smallest one, for a server of this name.
    static func small(_ server: String, path: String) -> ClientConfiguration {
        let token = token()
        return ClientConfiguration(
            path: path,
            text: #"{"mcpServers": {"\#(server)": {"command": "node", "env": {"API_TOKEN": "\#(token)"}}}}"#,
            moved: [token],
            left: [],
            servers: [server]
        )
    }
}
