import ArgumentParser
import WarderModel
import WarderWire

/// `warder limit …`
struct LimitCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limit",
        abstract: "Limit how many tokens a server may ask for in a minute.",
        discussion: """
            Each server has a share of its own for each risk: a loop in one takes nothing from another.

            EXAMPLE
              warder limit set github --risk critical 5/min
              warder limit list
            """,
        subcommands: [SetLimit.self, ListLimits.self]
    )
}

/// `warder limit set`
struct SetLimit: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Set the limit of one server, or of all that have none of their own.",
        discussion: """
            As many tokens can be asked for at once, and then so many a minute. What is beyond is refused, with the \
            seconds after which to try again. Where nobody set anything, read-only tools have 500, side-effect tools \
            100 and critical tools 10.

            EXAMPLE
              warder limit set github --risk critical 5/min
              warder limit set github --risk critical inherit
              warder limit set --default --risk read-only 2000/min
              warder limit set --default --risk read-only off
            """
    )

    @Flag(name: .customLong("default"), help: "For every server that has no limit of its own.")
    var isDefault = false

    @Option(help: ArgumentHelp("The tools that are meant: read-only, side-effect or critical.", valueName: "risk"))
    var risk: Tool.Risk

    @Argument(
        help: ArgumentHelp(
            "The server, unless --default is there; and N/min, off, or inherit for what holds in general.",
            valueName: "server-and-limit"
        )
    )
    var words: [String]

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard words.count == (isDefault ? 1 : 2) else {
            throw ValidationError("name a server (or --default) and a limit, such as: github --risk critical 5/min")
        }
        guard let text = words.last, RateSetting(text) != nil else {
            throw ValidationError("a limit is a number of 1 to 1000000 with /min, off, or inherit")
        }
        if !isDefault { _ = try NameArgument.server(words[0]) }
    }

    func run(in session: Session) throws(CommandFailure) {
        let request = LimitRequest(
            server: isDefault ? nil : words.first,
            risk: risk.rawValue,
            limit: words.last.flatMap(RateSetting.init)?.text ?? ""
        )
        let answer: Answer<LimitSummary> = try session.vault().ask(
            VaultRequest("PUT", "/v1/limits", about: request.server, body: JSONBody.encode(request))
        )
        try session.output.show(answer) { limit throws(CommandFailure) in
            let whose = limit.server ?? "servers without a limit of their own"
            let what = limit.perMinute.map { "\($0) token request\($0 == 1 ? "" : "s") a minute" } ?? "no limit"
            try session.console.print(TerminalText.escaped("\(whose): \(what) for \(limit.risk) tools"))
        }
    }
}

/// `warder limit list`
struct ListLimits: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the limits, those of servers with one of their own too.",
        discussion: """
            EXAMPLE
              warder limit list
            """
    )

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let answer: Answer<LimitList> = try session.vault().ask(VaultRequest("GET", "/v1/limits"))
        try session.output.show(answer) { list throws(CommandFailure) in
            var table = Table([
                .init("SERVER", canShrink: false), .init("RISK", canShrink: false), .init("A MINUTE", isNumber: true),
                .init("SET"),
            ])
            for limit in list.limits {
                table.add([
                    .init(limit.server ?? "(all others)"), .init(limit.risk),
                    .init(limit.perMinute.map(String.init) ?? "off", limit.perMinute == nil ? .caution : nil),
                    .init(limit.source == "set" ? "by a person" : "no, the usual"),
                ])
            }
            try session.output.print(table, ifEmpty: "there are no limits")
        }
    }
}
