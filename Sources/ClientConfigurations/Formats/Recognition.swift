/// Which client a file belongs to, as far as its name and place tell.
///
/// What stands in a file does not: nine clients say `mcpServers` and mean different things by what stands in it.
package enum Recognition: Hashable, Sendable {
    case known(ClientFormat)
    case foreign(ForeignFormat)
    /// A language that is read by none of the known clients.
    case otherLanguage(String)
    case unknown

    /// Looks at a path, which may be relative.
    package init(path: String) {
        let parts = path.split(separator: "/").map { $0.lowercased() }
        guard let name = parts.last else {
            self = .unknown
            return
        }
        let file = PathParts(name: name, folders: Array(parts.dropLast()))
        if let foreign = Self.foreign(file) {
            self = .foreign(foreign)
        } else if let known = Self.known(file) {
            self = .known(known)
        } else {
            self =
                switch name.split(separator: ".").last {
                case "toml": .otherLanguage("TOML")
                case "yaml", "yml": .otherLanguage("YAML")
                default: .unknown
                }
        }
    }

    private struct PathParts {
        let name: String
        let folders: [String]

        func lies(in folders: String...) -> Bool { folders.contains { self.folders.contains($0) } }
        func isNamed(_ names: String...) -> Bool { names.contains(name) }
    }

    private static func known(_ file: PathParts) -> ClientFormat? {
        if file.isNamed("claude_desktop_config.json") { return .claudeDesktop }
        if file.isNamed(".mcp.json", ".claude.json", "managed-mcp.json") { return .claudeCode }
        if file.lies(in: ".claude", "claude-code") && file.isNamed("settings.json", "settings.local.json", "mcp.json") {
            return .claudeCode
        }
        if file.lies(in: ".cursor") && file.isNamed("mcp.json") { return .cursor }
        let editors = [".vscode", ".vscode-server", "code", "code - insiders", "code - oss", "vscodium"]
        if file.folders.contains(where: { editors.contains($0) }) && file.isNamed("mcp.json", "settings.json") {
            return .vsCode
        }
        if file.name.hasSuffix(".code-workspace") || file.isNamed("devcontainer.json", ".devcontainer.json") {
            return .vsCode
        }
        return nil
    }

    private static func foreign(_ file: PathParts) -> ForeignFormat? {
        if file.lies(in: "antigravity") { return .antigravity }
        if file.lies(in: ".codeium", "windsurf") || file.isNamed("mcp_config.json") { return .windsurf }
        if file.isNamed("cline_mcp_settings.json") || file.lies(in: ".cline") { return .cline }
        if file.isNamed("mcp_settings.json") || file.lies(in: ".roo") { return .rooCode }
        if file.lies(in: ".kiro") { return .kiro }
        if file.lies(in: ".gemini") { return .geminiCLI }
        if file.lies(in: "amazonq", ".amazonq") { return .amazonQ }
        if file.lies(in: ".copilot") { return .copilotCLI }
        if file.lies(in: ".lmstudio") { return .lmStudio }
        if file.lies(in: ".junie") { return .junie }
        if file.lies(in: "zed", ".zed") && file.isNamed("settings.json") { return .zed }
        if file.isNamed("opencode.json", "opencode.jsonc") { return .openCode }
        if file.lies(in: ".codex", "codex") && file.isNamed("config.toml") { return .codex }
        if file.lies(in: ".continue") { return .continueDev }
        if file.lies(in: "goose") && file.isNamed("config.yaml") { return .goose }
        return nil
    }
}
