import Glibc
import WarderLinux

/// Where the clients that an import knows keep their configurations, for one user and the working directory.
struct KnownPlaces {
    private let home: String
    private let settings: String
    private let claude: String

    /// - Throws: `.usage` where there is no home to look in.
    init(_ session: Session) throws(CommandFailure) {
        let environment = session.context.environment
        func directory(_ variable: String) -> String? {
            environment[variable].flatMap { $0.hasPrefix("/") ? $0 : nil }
        }
        guard let home = directory("HOME") ?? session.context.roots.home(Accounts.ownUID) else {
            throw .usage("there is no home directory to look in", hints: ["Name the file: warder mcp import FILE"])
        }
        self.home = home
        settings = directory("XDG_CONFIG_HOME") ?? "\(home)/.config"
        claude = directory("CLAUDE_CONFIG_DIR") ?? "\(home)/.claude"
    }

    /// All of them, existing or not.
    var paths: [String] {
        let editors = ["Code", "Code - Insiders", "VSCodium"]
        return [
            "\(settings)/Claude/claude_desktop_config.json", "\(home)/.claude.json", "\(claude)/.claude.json",
            "\(claude)/settings.json", "\(claude)/settings.local.json",
        ] + editors.flatMap { ["\(settings)/\($0)/User/mcp.json", "\(settings)/\($0)/User/settings.json"] } + [
            "\(home)/.cursor/mcp.json", ".mcp.json", ".vscode/mcp.json", ".vscode/settings.json", ".cursor/mcp.json",
        ]
    }

    /// Those that are there.
    var existing: [String] {
        paths.filter { path in
            var status = stat()
            return unsafe lstat(path, &status) == 0
        }
    }
}
