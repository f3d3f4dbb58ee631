import ArgumentParser
import WarderModel
import WarderWire

/// `warder approval rule …`
struct ApprovalRuleCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rule",
        abstract: "Say whose votes the calls of a class need.",
        discussion: """
            EXAMPLE
              warder approval rule list
              warder approval rule set critical financial --vote security --vote owner
            """,
        subcommands: [ListApprovalRules.self, SetApprovalRule.self, RemoveApprovalRule.self]
    )
}

/// `warder approval rule list`
struct ListApprovalRules: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List every class of calls, with whose votes it needs.",
        discussion: """
            EXAMPLE
              warder approval rule list
            """
    )

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let answer: Answer<ApprovalRuleList> = try session.vault().ask(VaultRequest("GET", "/v1/approval-rules"))
        try session.output.show(answer) { list throws(CommandFailure) in
            var table = Table([
                .init("SERVER"), .init("RISK", canShrink: false), .init("CATEGORY", canShrink: false),
                .init("VOTES", wraps: true),
                .init("SAYS"),
            ])
            for rule in list.rules {
                let who = rule.changedBy.map { "\($0), \(session.moment.short(rule.changed))" }
                table.add([
                    .init(rule.server ?? "any"), .init(rule.risk), .init(rule.category),
                    .init(rule.votes.isEmpty ? "none" : rule.votes.joined(separator: ", ")),
                    .init(rule.isRule ? who : "standard"),
                ])
            }
            try session.output.print(table, ifEmpty: "there are no classes")
        }
    }
}

/// `warder approval rule set`
struct SetApprovalRule: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Say whose votes the calls of a class need, everywhere or at one server.",
        discussion: """
            A vote is asked of a group of approvers, of `owner` (who owns the tool, or a secret that it would get) or \
            of `operator` (any admin or approver). Each is another person. A group of which no operator is, is \
            refused. What was approved under other terms lets nothing through any more.

            EXAMPLE
              warder approval rule set side-effect standard --vote team-lead
              warder approval rule set critical financial --vote security --vote owner
              warder approval rule set side-effect standard --server notes --nobody
            """
    )

    @Argument(help: "read-only, side-effect or critical.")
    var risk: Tool.Risk

    @Argument(help: "standard, financial or administrative.")
    var category: Tool.Category

    @Option(
        help: ArgumentHelp("Whose vote; repeat it for several.", valueName: "group"),
        completion: .list(ApprovalTerms.standardSeats.map(\.text)),
        transform: NameArgument.vote
    )
    var vote: [ApprovalTerms.Seat] = []

    @Flag(help: "Let such calls through without asking anybody.")
    var nobody = false

    @Option(
        help: ArgumentHelp("For this server alone. (default: all that have no rule of their own)", valueName: "name"),
        transform: NameArgument.server
    )
    var server: ServerName?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard vote.isEmpty == nobody else {
            throw ValidationError("Say whose votes with --vote, or --nobody.")
        }
    }

    func run(in session: Session) throws(CommandFailure) {
        let request = ApprovalRuleRequest(
            server: server?.text,
            risk: risk.rawValue,
            category: category.rawValue,
            votes: vote.map(\.text)
        )
        let answer: Answer<ApprovalRuleSummary> = try session.vault().ask(
            VaultRequest("PUT", "/v1/approval-rules", about: server?.text, body: JSONBody.encode(request))
        )
        try session.output.show(answer) { _ throws(CommandFailure) in
            let place = server.map { " at \($0.text)" } ?? ""
            try session.console.print(
                "\(risk.rawValue), \(category.rawValue)\(place): asks \(ApprovalTerms(vote))"
            )
        }
        if let unfilled = answer.value.unfilled, !unfilled.isEmpty {
            let words = "such calls wait in vain: there are too few operators for \(unfilled.joined(separator: ", "))"
            session.console.message(
                TerminalText.escaped(words),
                hints: ["Add an approver: warder operator add NAME --uid UID --role approver --group GROUP"]
            )
        }
    }
}

/// `warder approval rule remove`
struct RemoveApprovalRule: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Go back to what holds without the rule.",
        discussion: """
            EXAMPLE
              warder approval rule remove side-effect standard --server notes
            """
    )

    @Argument(help: "read-only, side-effect or critical.")
    var risk: Tool.Risk

    @Argument(help: "standard, financial or administrative.")
    var category: Tool.Category

    @Option(help: ArgumentHelp("The rule of this server.", valueName: "name"), transform: NameArgument.server)
    var server: ServerName?

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        try session.ask(
            VaultRequest(
                "DELETE",
                "/v1/approval-rules/\(risk.rawValue)/\(category.rawValue)",
                query: server.map { [("server", $0.text)] } ?? []
            ),
            then: "\(risk.rawValue), \(category.rawValue): the rule is gone"
        )
    }
}
