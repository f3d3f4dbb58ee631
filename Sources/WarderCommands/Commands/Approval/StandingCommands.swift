import ArgumentParser
import StrictJSON
import WarderModel
import WarderWire

/// `warder approval standing …`
struct StandingCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "standing",
        abstract: "Say yes in advance, for a while and so many times.",
        discussion: """
            EXAMPLE
              warder approval standing add shop/refund --uses 9 --for 8h --reason returns
              warder approval standing list
            """,
        subcommands: [AddStanding.self, ListStanding.self, RevokeStanding.self]
    )
}

/// `warder approval standing add`
struct AddStanding: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Let calls of a tool, or of all tools of a server, through without asking each time.",
        discussion: """
            Where the tool's definition changes, it lets nothing through any more.

            EXAMPLE
              warder approval standing add shop/refund --uses 9 --for 8h --reason returns
            """
    )

    @Argument(help: "SERVER/TOOL, or SERVER for all of its tools.", transform: NameArgument.serverOrTool)
    var target: ServerOrTool

    @Option(help: ArgumentHelp("How many calls, at most 100000.", valueName: "number"))
    var uses: Int64

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("How long, at most 90d.", valueName: "duration"),
        transform: DurationText.parse
    )
    var duration: Int64

    @Option(
        help: ArgumentHelp("A JSON file; a call's arguments must equal it. (default: any)", valueName: "file"),
        completion: .file()
    )
    var arguments: String?

    @Option(help: ArgumentHelp("Why; it stands in the log.", valueName: "text"))
    var reason: String

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        var json = JSONBuffer()
        json.beginObject()
        json.field("server", target.server.text)
        if let tool = target.tool { json.field("tool", tool.text) }
        if let arguments {
            json.key("arguments")
            json.raw(try Self.read(arguments))
        }
        json.field("ttl", duration)
        json.field("uses", uses)
        json.field("reason", reason)
        json.endObject()
        let answer: Answer<StandingSummary> = try session.vault().ask(
            VaultRequest("POST", "/v1/standing-approvals", about: target.text, body: RequestBody(json))
        )
        try session.output.show(answer) { standing throws(CommandFailure) in
            try session.console.print(
                "\(TerminalText.escaped(standing.id)): \(target.text), \(uses) calls, for \(DurationText.text(duration))"
            )
        }
    }

    /// The file's JSON, canonical.
    private static func read(_ path: String) throws(CommandFailure) -> [UInt8] {
        let bytes = try WholeFile.read(path)
        do {
            let document = try JSONDocument(copying: bytes.span)
            return try CanonicalJSON.bytes(of: document.root)
        } catch { throw .usage("\(TerminalText.escaped(path)) is not JSON") }
    }
}

/// `warder approval standing list`
struct ListStanding: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List what is let through without asking each time.",
        discussion: """
            EXAMPLE
              warder approval standing list
            """
    )

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let answer: Answer<StandingList> = try session.vault().ask(VaultRequest("GET", "/v1/standing-approvals"))
        try session.output.show(answer) { list throws(CommandFailure) in
            var table = Table([
                .init("ID", canShrink: false), .init("SERVER"), .init("TOOL"), .init("ARGUMENTS"),
                .init("LEFT", isNumber: true), .init("ENDS"), .init("BY"), .init("REASON"),
            ])
            for standing in list.approvals {
                table.add([
                    .init(standing.id), .init(standing.server),
                    .init(standing.tool ?? "any", standing.tool == nil ? .caution : nil),
                    .init(standing.arguments ?? "any"), .init("\(standing.remaining) of \(standing.uses)"),
                    .init(session.moment.short(standing.expires)), .init(standing.madeBy), .init(standing.reason),
                ])
            }
            try session.output.print(table, ifEmpty: "there are no standing approvals")
        }
    }
}

/// `warder approval standing revoke`
struct RevokeStanding: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Take a standing approval back, and the tokens that it let through.",
        discussion: """
            EXAMPLE
              warder approval standing revoke sta_003aUlTJC7tjlCTQj2uNU3
            """
    )

    @Argument(help: "The standing approval, as in: warder approval standing list.", transform: NameArgument.standing)
    var standing: StandingApprovalID

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        try session.ask(
            VaultRequest("DELETE", "/v1/standing-approvals/\(standing.text)"),
            then: "\(standing.text): revoked"
        )
    }
}

/// A tool, or all tools of a server.
struct ServerOrTool {
    let server: ServerName
    let tool: ToolName?

    var text: String { tool.map { "\(server.text)/\($0.text)" } ?? server.text }
}
