import ClientConfigurations
import Testing
import WarderModel

@Suite struct SeveralFilesTests {
    private static func server(_ token: String, command: String = "a", name: String = "github") -> String {
        #"{"mcpServers": {"\#(name)": {"command": "\#(command)", "env": {"GITHUB_TOKEN": "\#(token)"}}}}"#
    }

    private static let other = "ghp_Other81LmTw0RkXc5Vb7Nd2Yh4Jf9Sg3PaEu"

    @Test func `the same server in two clients is registered once, and its secret is put once`() throws {
        let plan = try ImportPlan([
            file("claude_desktop_config.json", Self.server(Invented.github)),
            file(".cursor/mcp.json", Self.server(Invented.github), exposures: [.versionControl]),
        ])
        #expect(plan.servers.map(\.name.text) == ["github"])
        #expect(plan.servers.first?.places.map(\.file) == [0, 1])
        #expect(plan.secrets.map(\.name.text) == ["github/token"])
        #expect(plan.secrets.first?.sources.map(\.file) == [0, 1])
        #expect(plan.secrets.first?.exposures == [.plainText, .versionControl])
        #expect(plan.grants.count == 1)
        #expect(plan.files.allSatisfy { $0.rewritten?.contains("--server\", \"github\"") == true })
    }

    @Test func `servers of one name with different tokens are two, so that neither gets the other's`() throws {
        let plan = try ImportPlan([
            file("claude_desktop_config.json", Self.server(Invented.github)),
            file(".cursor/mcp.json", Self.server(Self.other)),
        ])
        #expect(plan.servers.map(\.name.text) == ["github", "github-2"])
        #expect(
            plan.grants.map { "\($0.tool.text) \($0.secret.text)" } == [
                "github/@launch github/token", "github-2/@launch github-2/token",
            ]
        )
    }

    @Test func `one token in servers of two names is one secret with two grants`() throws {
        let plan = try ImportPlan([
            file("claude_desktop_config.json", Self.server(Invented.github)),
            file(".cursor/mcp.json", Self.server(Invented.github, name: "issues")),
        ])
        #expect(plan.secrets.map(\.name.text) == ["github/token"])
        #expect(
            plan.grants.map { "\($0.tool.text) \($0.secret.text)" } == [
                "github/@launch github/token", "issues/@launch github/token",
            ]
        )
    }

    @Test func `a copy in another file of what is moved is named`() throws {
        let plan = try ImportPlan([
            file(".vscode/mcp.json", "{} // \(Invented.password)"),
            file(
                ".mcp.json",
                #"{"mcpServers": {"a": {"command": "a", "env": {"A_PASSWORD": "\#(Invented.password)"}}}}"#
            ),
        ])
        #expect(plan.left.map(\.reason) == [.copy])
        #expect(plan.left.first?.file == 0 && plan.left.first?.position == .init(line: 1, column: 7))
    }

    @Test func `two passwords that are the same word are rotated apart`() throws {
        let entry = { (variable: String) in #"{"command": "a", "env": {"\#(variable)": "postgres"}}"# }
        let text = #"{"mcpServers": {"a": \#(entry("A_PASSWORD")), "b": \#(entry("B_PASSWORD"))}}"#
        let plan = try ImportPlan([file(".mcp.json", text)])
        #expect(plan.secrets.map(\.name.text) == ["a/password", "b/password"])
    }

    @Test func `names that the vault has are not used again`() throws {
        let settings = ImportSettings(
            takenServers: [try ServerName("github")],
            takenSecrets: [try SecretName("github-2/github-token")]
        )
        let plan = try ImportPlan([file(".mcp.json", Self.server(Invented.github))], settings: settings)
        #expect(plan.servers.map(\.name.text) == ["github-2"])
        #expect(plan.secrets.map(\.name.text) == ["github-2/token"])
    }

    @Test func `names that an earlier import gave in one of the files are not given again`() throws {
        let text = """
            {"mcpServers": {"a": {"command": "a", "env": {"A_TOKEN": "\(Invented.github)"}},
            "b": {"command": "warder", "args": ["run", "--server", "a", "--env", "X=a-2/token#value", "--", "b"]},
            "c": {"command": "warder", "args": ["run", "--server=c", "--", "c"], "env": {"C_KEY": "\(Invented.hex)"}}}}
            """
        let plan = try ImportPlan([file(".mcp.json", text)])
        #expect(plan.servers.map(\.name.text) == ["a-2", "c"])
        #expect(plan.secrets.map(\.name.text) == ["a-2/token-2", "c/key"])
        #expect(plan.grants.map(\.tool.text) == ["a-2/@launch", "c/@launch"])
    }

    @Test func `what lies in version control is to be rotated first, and what stays as well`() throws {
        let left = #"{"mcpServers": {"x": {"command": "x", "args": ["--t*k=\#(Invented.slack)"]}}}"#
        let plan = try ImportPlan([
            file("claude_desktop_config.json", Self.server(Invented.github)),
            file(".mcp.json", left, exposures: [.versionControl, .readableByOthers]),
        ])
        #expect(plan.rotations.map(\.exposures) == [[.plainText, .readableByOthers, .versionControl], [.plainText]])
        guard case .left(let first) = plan.rotations.first?.subject else {
            Issue.record("what stays comes first")
            return
        }
        #expect(first.file == 1 && first.reason == .argument)
        for exposure in ConfigurationFile.Exposure.allCases { #expect(!exposure.sentence.isEmpty) }
    }

    @Test func `a file without anything to move stays as it is, and the others are planned`() throws {
        let plan = try ImportPlan([
            file(".mcp.json", "{ }"), file("claude_desktop_config.json", Self.server(Invented.github)),
            file(".vscode/mcp.json", #"{"servers": {"a": {"command": "a"}}}"#),
        ])
        #expect(plan.files.map { $0.rewritten == nil } == [true, false, true])
        #expect(plan.files.compactMap { ImportLayer($0) }.count == 1)
    }

    @Test func `a project's path may be anything, and its servers are found`() throws {
        let text =
            #"{"projects": {"/a~b/c\u001b[2J": {"mcpServers": {"g": {"command": "a", "env": {"T_TOKEN": "\#(Invented.github)"}}}}}}"#
        let plan = try ImportPlan([file(".claude.json", text)])
        let place = try #require(plan.servers.first?.places.first?.place)
        #expect(place.pointer == "/projects/~1a~0b~1c\u{1b}[2J/mcpServers/g")
        #expect(place.description == "projects › /a~b/c [2J › mcpServers › g")
    }
}
