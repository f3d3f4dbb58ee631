import ArgumentParser
import Foundation
import WarderModel

/// `warder tool import …`
struct ImportTools: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take the tools of a server over, from its own list or from an OpenAPI document.",
        discussion: """
            What is new is added with the class that the vault proposes. What differs from its accepted definition \
            gets no credential until somebody accepts it. The same list again changes nothing.

            EXAMPLE
              warder tool import tools-list --server github --command github-mcp stdio
              warder tool import openapi api.yaml --server billing
            """,
        subcommands: [ImportToolList.self, ImportOpenAPI.self]
    )
}

/// What both ways take.
struct ImportOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The registered server whose tools they are.", valueName: "name"),
        transform: NameArgument.server
    )
    var server: ServerName

    @Option(
        name: .customLong("digest"),
        help: ArgumentHelp(
            "Whether token requests for new tools must present the definition's digest: always, or when-presented. "
                + "(default: when-presented)",
            valueName: "when"
        )
    )
    var pin: Tool.Pin?

    @Flag(help: "Show what would change, and change nothing.")
    var dryRun = false

    func run(_ tools: ToolSource.Tools, in session: Session) throws(CommandFailure) {
        try ToolImport(server: server, pin: pin ?? .whenPresented, isDryRun: dryRun).run(tools, in: session)
    }
}

/// `warder tool import tools-list`
struct ImportToolList: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "tools-list",
        abstract: "Take over what a server answers to tools/list.",
        discussion: """
            Either from files with its answers, one for each page, or by starting the server: everything behind \
            --command is its command line. It is started as you, with your environment, asked for its tools, and ended.

            EXAMPLE
              warder tool import tools-list tools.json --server github
              warder tool import tools-list --server acme --dry-run --command npx acme-mcp
            """
    )

    /// A minute, because package runners download first.
    private static let defaultSeconds = 60

    @Argument(help: "Answers to tools/list; - is standard input.", completion: .file())
    var files: [String] = []

    @OptionGroup var options: ImportOptions

    @Option(help: ArgumentHelp("Seconds for the whole conversation. (default: 60)", valueName: "seconds"))
    var timeout: Int?

    @OptionGroup var global: GlobalOptions

    @Option(
        parsing: .remaining,
        help: ArgumentHelp("The server's command line; must come last.", valueName: "command")
    )
    var command: [String] = []

    func run(in session: Session) throws(CommandFailure) {
        guard files.isEmpty != command.isEmpty else {
            throw .usage("name files with answers to tools/list, or the server's command behind --command")
        }
        let seconds = timeout ?? Self.defaultSeconds
        guard (1...3600).contains(seconds) else { throw .usage("--timeout is 1 to 3600 seconds") }
        let definitions =
            if command.isEmpty { try ToolSource.toolList(files, session.context) } else {
                // Not what this command looks at alone: a server is configured by it, and lists its tools accordingly. But nothing
                // that says how to reach the vault: nobody has accepted this server yet.
                try MCPToolListing.tools(
                    of: command,
                    environment: ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("WARDER_") },
                    seconds: seconds
                )
            }
        try options.run(ToolSource.Tools(definitions: definitions), in: session)
    }
}

/// `warder tool import openapi`
struct ImportOpenAPI: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "openapi",
        abstract: "Take over the operations of an OpenAPI document as tools.",
        discussion: """
            OpenAPI 3.0 and 3.1 and Swagger 2.0, in JSON or YAML. Nothing is fetched: references must lead to places \
            in the same file. Where there is nothing at such a place, the operation is taken over with what can be \
            read, and never as read-only.

            EXAMPLE
              warder tool import openapi api.yaml --server billing
              warder tool import openapi api.yaml --server billing --dry-run
            """
    )

    @Argument(help: "The document; - is standard input.", completion: .file())
    var file: String

    @OptionGroup var options: ImportOptions

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        try options.run(try ToolSource.openAPI(file, session.context), in: session)
    }
}
