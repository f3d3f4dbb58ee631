import ClientConfigurations
import Testing

@Suite struct RecognitionTests {
    static let known: [(String, ClientFormat)] = [
        ("/home/ada/.config/Claude/claude_desktop_config.json", .claudeDesktop),
        ("claude_desktop_config.json", .claudeDesktop),
        (".mcp.json", .claudeCode), ("/home/ada/.claude.json", .claudeCode),
        ("/etc/claude-code/managed-mcp.json", .claudeCode),
        ("p/.claude/settings.local.json", .claudeCode), ("/home/ada/.claude/settings.json", .claudeCode),
        (".vscode/mcp.json", .vsCode), ("p/.vscode/settings.json", .vsCode),
        ("/home/ada/.config/Code/User/mcp.json", .vsCode),
        ("/home/ada/.config/Code/User/profiles/1f/mcp.json", .vsCode), ("/x/VSCodium/User/settings.json", .vsCode),
        ("shop.code-workspace", .vsCode), (".devcontainer/devcontainer.json", .vsCode),
        (".cursor/mcp.json", .cursor), ("/home/ada/.cursor/mcp.json", .cursor),
    ]

    @Test(arguments: known)
    func `a client is known by name and folder of its file`(path: String, format: ClientFormat) {
        #expect(Recognition(path: path) == .known(format))
    }

    static let foreign: [(String, ForeignFormat)] = [
        ("/home/ada/.codeium/windsurf/mcp_config.json", .windsurf), ("x/cline_mcp_settings.json", .cline),
        ("/home/ada/.gemini/antigravity/mcp_config.json", .antigravity), (".roo/mcp.json", .rooCode),
        ("/home/ada/.config/Code/User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json", .rooCode),
        ("/home/ada/.kiro/settings/mcp.json", .kiro), (".gemini/settings.json", .geminiCLI),
        ("/home/ada/.aws/amazonq/mcp.json", .amazonQ), ("/home/ada/.copilot/mcp-config.json", .copilotCLI),
        ("/home/ada/.lmstudio/mcp.json", .lmStudio), (".junie/mcp/mcp.json", .junie),
        ("/home/ada/.config/zed/settings.json", .zed), (".zed/settings.json", .zed), ("opencode.jsonc", .openCode),
        ("/home/ada/.codex/config.toml", .codex), ("/home/ada/.continue/config.yaml", .continueDev),
        ("/home/ada/.config/goose/config.yaml", .goose),
    ]

    @Test(arguments: foreign)
    func `another client's file is refused by its name, with what to write there`(path: String, format: ForeignFormat) {
        #expect(Recognition(path: path) == .foreign(format))
        #expect(throws: ImportRefusal.foreign(format)) { try file(path, #"{"mcpServers": {}}"#) }
        let refusal = ImportRefusal.foreign(format)
        #expect(refusal.description.contains(format.name))
        #expect(
            refusal.remedy.contains("run") && refusal.remedy.contains("--server") && refusal.remedy.contains("warder")
        )
    }

    @Test func `every client that is known by name is known by a path`() {
        #expect(Set(Self.foreign.map(\.1)) == Set(ForeignFormat.allCases))
        #expect(Set(Self.known.map(\.1)) == Set(ClientFormat.allCases))
    }

    @Test func `a file that nothing gives away is taken as what the caller says`() throws {
        #expect(throws: ImportRefusal.unknownFormat) { try file("servers.json", "{}") }
        #expect(throws: ImportRefusal.otherLanguage("TOML")) { try file("x/servers.toml", "a = 1") }
        #expect(throws: ImportRefusal.otherLanguage("YAML")) { try file("x/servers.yml", "a: 1") }
        #expect(throws: ImportRefusal.unknownFormat) { try file("", "{}") }
        #expect(try file("servers.json", "{}", format: .cursor).format == .cursor)
        for format in ClientFormat.allCases {
            #expect(ImportRefusal.unknownFormat.remedy.contains(format.rawValue))
            #expect(ClientFormat(rawValue: format.rawValue) == format)
        }
    }

    static let misplaced = [
        ("claude_desktop_config.json", "[]", "line 1, column 1: the file is no object"),
        (".mcp.json", "{\n  \"mcpServers\": []}", "line 2, column 17: mcpServers is no object"),
        (
            ".claude.json", #"{"projects":{"/p":{"mcpServers":3}}}"#,
            "line 1, column 33: projects › /p › mcpServers is no object"
        ),
        (".vscode/mcp.json", #"{"servers":"x"}"#, "line 1, column 12: servers is no object"),
        (".cursor/mcp.json", "null", "line 1, column 1: the file is no object"),
    ]

    @Test(arguments: misplaced)
    func `something else where servers should stand is refused with its place`(
        path: String,
        text: String,
        sentence: String
    ) {
        do throws(ImportRefusal) {
            _ = try ConfigurationFile(path: path, content: text.bytes)
            Issue.record("was read")
        } catch {
            #expect(error.description == sentence)
        }
    }
}
