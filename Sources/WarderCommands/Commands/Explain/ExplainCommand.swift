import ArgumentParser
import WarderModel
import WarderWire

/// `warder explain`
struct ExplainCommand: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say whether a tool would get a secret now, which rule decides, and what is missing.",
        discussion: """
            Goes through every rule that a token request meets, in their order, and lists all that stands in its way, \
            each with the command that mends it. Nothing is issued and no use is taken; looking is an event of the \
            log. What only the request itself can show, such as the process that asks, is said as a condition. Exits \
            with 0 where the request would be allowed, 5 where it would be refused, and 6 where people would be asked.

            EXAMPLE
              warder explain --server github --tool create_issue --secret github/pat
              warder explain --server shop --tool report --secret shop/db --field password
              warder explain --server github --tool @launch --secret github/pat -o json
            """
    )

    @Option(help: ArgumentHelp("The server that would ask.", valueName: "name"), transform: NameArgument.server)
    var server: ServerName

    @Option(
        help: ArgumentHelp("Its tool, such as create_issue; @launch for the start.", valueName: "name"),
        transform: NameArgument.toolName
    )
    var tool: ToolName

    @Option(help: ArgumentHelp("The secret that it would ask for.", valueName: "name"), transform: NameArgument.secret)
    var secret: SecretName

    @Option(
        help: ArgumentHelp(
            "A field that it would ask for; repeat it for several. (default: what the grant gives)",
            valueName: "name"
        ),
        transform: NameArgument.field
    )
    var field: [FieldName] = []

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        var query: [(name: String, value: String)] = [
            ("tool", ToolID(server: server, tool: tool).text), ("secret", secret.text),
        ]
        if !field.isEmpty { query.append(("fields", field.map(\.text).joined(separator: ","))) }
        let answer: Answer<RequestExplanation> = try session.vault().ask(
            VaultRequest("GET", "/v1/explain", query: query)
        )
        try session.output.show(answer) { explanation throws(CommandFailure) in
            try session.output.printLines([explanation.sentence, ""])
            try session.output.print(explanation.table, ifEmpty: "the vault names no rule")
            try session.output.printLines(explanation.remedyLines)
        }
        switch answer.value.verdict {
        case "allowed": return
        case "waits": throw .silent(.approvalPending)
        default: throw .silent(.denied)
        }
    }
}

extension RequestExplanation {
    /// What becomes of the request, in one line.
    fileprivate var sentence: String {
        guard let bounds else {
            let why = "\(reason ?? verdict), by the rule `\(decidedBy ?? "")`"
            let words =
                verdict == "waits"
                ? "waits: people would be asked before \(tool) gets \(secret)"
                : "refused: \(tool) would not get \(secret)"
            return TerminalText.escaped("\(words) (\(why))")
        }
        let uses =
            switch bounds.uses {
            case nil: "as often as it likes"
            case 1?: "once"
            case let uses?: "\(uses) times"
            }
        let end = bounds.expires.map { ", until \(Moment.column($0))" } ?? ""
        return TerminalText.escaped(
            "allowed: \(tool) would get \(secret) (\(bounds.fields.joined(separator: ", "))); "
                + "a token lives at most \(DurationText.text(bounds.ttl)) and resolves it \(uses)\(end)"
        )
    }

    fileprivate var table: Table {
        var table = Table([
            .init("RULE", canShrink: false), .init("OUTCOME", canShrink: false), .init("BECAUSE", wraps: true),
        ])
        for step in rules {
            let style: Style? =
                switch step.outcome {
                case "passes": .good
                case "depends", "waits": .caution
                case "refuses": .bad
                default: .faint
                }
            let reason = step.reason.map { "\(step.outcome) (\($0))" } ?? step.outcome
            table.add([.init(step.rule), .init(reason, style), .init(step.fact)])
        }
        return table
    }

    fileprivate var remedyLines: [String] {
        guard !remedies.isEmpty else { return [] }
        return ["", "to allow it:"] + remedies.map { "  → \(TerminalText.escaped($0))" }
    }
}
