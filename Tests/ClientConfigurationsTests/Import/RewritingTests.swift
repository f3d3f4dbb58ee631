import ClientConfigurations
import Testing
import WarderModel

/// What exactly is written.
@Suite struct RewritingTests {
    private static func rewritten(_ fixture: FixtureFile) throws -> String {
        try #require(try ImportPlan([file(fixture.path, fixture.text)]).newText)
    }

    @Test func `a server starts through warder run, and keeps what is no secret`() throws {
        let text = try Self.rewritten(.claudeDesktop)
        #expect(
            text == """
                {
                  "globalShortcut": "Ctrl+Space",
                  "mcpServers": {
                    "github": {
                      "command": "warder",
                      "args": ["run", "--server", "github", "--env", "GITHUB_PERSONAL_ACCESS_TOKEN=github/personal-access-token#value", "--", "npx", "-y", "@modelcontextprotocol/server-github"],
                      "env": {}
                    },
                    "filesystem": {
                      "command": "npx",
                      "args": ["-y", "@modelcontextprotocol/server-filesystem", "/home/ada/work"]
                    },
                    "Brave Search": {
                      "command": "warder",
                      "args": [
                        "run",
                        "--server",
                        "brave-search",
                        "--env",
                        "BRAVE_API_KEY=brave-search/api-key#value",
                        "--",
                        "docker",
                        "run",
                        "-i",
                        "--rm",
                        "-e",
                        "BRAVE_API_KEY",
                        "-e", "LOG_LEVEL=debug",
                        "mcp/brave-search"
                      ]
                    },
                    "postgres": {
                      "command": "warder",
                      "args": ["run", "--server", "postgres", "--env", "DATABASE_URL=postgres/database-url#value", "--", "/usr/local/bin/postgres-mcp"],
                      "env": { "LOG_LEVEL": "info", "POOL_SIZE": 4 }
                    }
                  }
                }

                """
        )
    }

    @Test func `comments, line ends, a byte order mark and trailing commas stay`() throws {
        let text = try Self.rewritten(.vsCode)
        let expected =
            "\u{FEFF}"
                + """
                // Servers of the shop.
                {
                    "inputs": [
                        { "type": "promptString", "id": "key", "description": "Key", "password": true },
                    ],
                    "servers": {
                        "ai": {
                            "type": "stdio",
                            "command": "warder", // from PyPI
                            "args": [
                                "run",
                                "--server",
                                "ai",
                                "--env",
                                "ANTHROPIC_API_KEY=ai/anthropic-api-key#value",
                                "--env",
                                "DB_PASSWORD=ai/db-password#value",
                                "--",
                                "uvx",
                                // the server itself
                                "mcp-ai",
                                "--key", "${input:key}",
                            ],
                            "env": {
                                // paid by the shop
                                // expires in May
                                "REGION": "eu", /* near */
                            },
                            "envFile": "${workspaceFolder}/.env",
                        },
                        "http": { "type": "stdio", "command": "warder", "args": ["run", "--server", "http", "--env", "MCP_TOKEN=http/token#value", "--", "warder", "mcp", "connect", "https://api.example.net/mcp?token={MCP_TOKEN}"], },
                    },
                }

                """.replacing("\n", with: "\r\n")
        #expect(text == expected)
    }

    @Test func `a server without arguments gets some, laid out like its command`() throws {
        let text = try Self.rewritten(.oneLine)
        #expect(
            text
                == #"{"mcpServers":{"a":{"env":{},"command":"warder", "args": ["run", "--server", "a", "--env", "A_PASSWORD=a/password#value", "--", "a"]}}}"#
        )
        let lines = try plan(entry: "{\n  \"env\": {\"P_TOKEN\": \"\(Invented.github)\"},\n  \"command\": \"p\"\n}")
        #expect(lines.newText?.contains("\n  \"command\": \"warder\",\n  \"args\": [\"run\", ") == true)
    }

    @Test func `the launcher may be a path, and texts are escaped`() throws {
        let settings = ImportSettings(program: "/opt/w\"arder/warder")
        let plan = try plan(
            entry: #"{"command": "C:\\x\u0020y.exe", "args": [], "env": {"A_TOKEN": "\#(Invented.github)"}}"#,
            settings: settings
        )
        // A command with a blank is a line.
        #expect(plan.changesNothing && plan.left.map(\.reason) == [.commandLine])
        let other = try self.other(settings)
        #expect(other.contains(#""command": "/opt/w\"arder/warder""#))
        #expect(other.contains(#""--", "C:\\x.exe""#))
        let again = try ImportPlan([file("claude_desktop_config.json", other)], settings: settings)
        #expect(again.changesNothing)
    }

    private func other(_ settings: ImportSettings) throws -> String {
        let entry = #"{"command": "C:\\x.exe", "args": [], "env": {"A_TOKEN": "\#(Invented.github)"}}"#
        return try #require(try plan(entry: entry, settings: settings).newText)
    }

    @Test func `a launch that exists gets its new secret, and keeps its server`() throws {
        let entry = """
            {"command": "warder", "args": ["run", "--server", "gh", "--env", "A=gh/a#value", "--", "npx", "x"], \
            "env": {"GH_TOKEN": "\(Invented.github)", "A": "\(Invented.password)", "B_PASSWORD": "\(Invented.password)"}}
            """
        let plan = try plan(
            entry: entry,
            settings: ImportSettings(takenServers: [try .init("gh")], takenSecrets: [try .init("gh/token")])
        )
        let text = try #require(plan.newText)
        #expect(
            text.contains(
                #"["run", "--server", "gh", "--env", "A=gh/a#value", "--env", "GH_TOKEN=gh/token-2#value", "--env", "B_PASSWORD=gh/b-password#value", "--", "npx", "x"]"#
            )
        )
        #expect(plan.servers.isEmpty)
        #expect(plan.grants.map(\.tool.text) == ["gh/@launch", "gh/@launch"])
        // `A` is no secret's name, but its value is a copy of one that is moved; the vault gives that variable already.
        #expect(plan.left.map(\.reason) == [.variableTwice])
    }
}
