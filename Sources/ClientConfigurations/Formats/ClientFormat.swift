/// A client whose configuration is read and rewritten.
package enum ClientFormat: String, CaseIterable, Sendable {
    case claudeDesktop = "claude-desktop"
    case claudeCode = "claude-code"
    case vsCode = "vscode"
    case cursor = "cursor"

    /// As people call it.
    package var name: String {
        switch self {
        case .claudeDesktop: "Claude Desktop"
        case .claudeCode: "Claude Code"
        case .vsCode: "VS Code"
        case .cursor: "Cursor"
        }
    }

    /// Where the servers of a file stand: paths of names to objects that have one member a server; `*` is any name.
    var containers: [[String]] {
        switch self {
        case .claudeDesktop, .cursor: [["mcpServers"]]
        // The user's own servers, and those of single projects.
        case .claudeCode: [["mcpServers"], ["projects", "*", "mcpServers"]]
        // A file of its own; a section of settings; a workspace; a development container.
        case .vsCode:
            [
                ["servers"], ["mcp", "servers"], ["settings", "mcp", "servers"],
                ["customizations", "vscode", "mcp", "servers"],
            ]
        }
    }

    /// Where else values stand that a client gives to what it starts: paths to objects with one member a variable.
    var environments: [[String]] {
        switch self {
        case .claudeDesktop, .cursor: [["env"]]
        case .claudeCode: [["env"], ["projects", "*", "env"]]
        case .vsCode:
            [["env"], ["containerEnv"], ["remoteEnv"]]
                + ["linux", "osx", "windows"].flatMap { system in
                    [["terminal.integrated.env.\(system)"], ["settings", "terminal.integrated.env.\(system)"]]
                }
        }
    }

    /// Where lists of what a client asks for stand: beside its servers.
    var inputs: [[String]] {
        self == .vsCode ? containers.map { $0.dropLast() + ["inputs"] } : []
    }

    /// What a person can do about a credential that the client sends to a remote server by itself.
    var remoteRemedy: String {
        switch self {
        case .claudeDesktop: "add the server as a connector, which signs in by itself, and take it out of this file"
        case .claudeCode: "write ${VARIABLE} instead, or headersHelper with a program that prints the headers"
        case .vsCode: "write ${input:ID} instead, with an input of type promptString and \"password\": true"
        case .cursor: "write ${env:VARIABLE} instead, or let Cursor sign in by itself"
        }
    }
}
