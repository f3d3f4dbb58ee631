/// A client whose configuration is known by its name and place, and left alone.
package enum ForeignFormat: String, CaseIterable, Sendable {
    case windsurf = "Windsurf"
    case antigravity = "Antigravity"
    case cline = "Cline"
    case rooCode = "Roo Code"
    case kiro = "Kiro"
    case geminiCLI = "Gemini CLI"
    case amazonQ = "Amazon Q"
    case copilotCLI = "Copilot CLI"
    case lmStudio = "LM Studio"
    case junie = "Junie"
    case zed = "Zed"
    case openCode = "opencode"
    case codex = "Codex"
    case continueDev = "Continue"
    case goose = "Goose"

    package var name: String { rawValue }

    /// What to write by hand, in the words of that client.
    package var remedy: String {
        let launcher =
            #""command": "warder", "args": ["run", "--server", "NAME", "--env", "VARIABLE=SECRET#FIELD", "--", ...]"#
        return switch self {
        case .windsurf, .antigravity, .cline, .rooCode, .kiro, .geminiCLI, .amazonQ, .copilotCLI, .lmStudio, .junie:
            "store the secret, and write in its entry below mcpServers: \(launcher)"
        case .zed: "store the secret, and write in its entry below context_servers: \(launcher)"
        case .openCode:
            "store the secret, and write in its entry below mcp: "
                + #""command": ["warder", "run", "--server", "NAME", "--env", "VARIABLE=SECRET#FIELD", "--", ...]"#
        case .codex:
            #"store the secret, and write below [mcp_servers.NAME]: command = "warder", "#
                + #"args = ["run", "--server", "NAME", "--env", "VARIABLE=SECRET#FIELD", "--", ...]"#
        case .continueDev:
            "store the secret, and write in its entry below mcpServers: command: warder, "
                + "args: [run, --server, NAME, --env, VARIABLE=SECRET#FIELD, --, ...]"
        case .goose:
            "store the secret, and write in its entry below extensions: cmd: warder, "
                + "args: [run, --server, NAME, --env, VARIABLE=SECRET#FIELD, --, ...]"
        }
    }
}
