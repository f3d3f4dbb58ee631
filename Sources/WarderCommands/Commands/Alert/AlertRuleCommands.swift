import Alerting
import ArgumentParser
import WarderModel
import WarderWire

/// `warder alert rule …`
struct AlertRuleCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rule",
        abstract: "See and set what the vault looks for.",
        discussion: """
            EXAMPLE
              warder alert rule list
              warder alert rule set many_secrets --threshold 20 --within 2m
            """,
        subcommands: [ListAlertRules.self, SetAlertRule.self]
    )
}

/// `warder alert rule list`
struct ListAlertRules: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the rules, and whom nobody is told of.",
        discussion: """
            EXAMPLE
              warder alert rule list
            """
    )

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let answer: Answer<AlertRuleList> = try session.vault().ask(VaultRequest("GET", "/v1/alert-rules"))
        try session.output.show(answer) { list throws(CommandFailure) in
            var table = Table([
                .init("RULE", canShrink: false), .init("STATE"), .init("LOOKS FOR", wraps: true),
                .init("QUARANTINES"),
                .init("MUTED", wraps: true),
            ])
            for rule in list.rules {
                table.add([
                    .init(rule.rule), .init(rule.on ? "on" : "off", rule.on ? nil : .caution), .init(rule.measure),
                    .init(rule.quarantine ? "yes" : "no"),
                    .init(
                        rule.mutes.map { "\($0.subject), ends \(session.moment.short($0.until))" }
                            .joined(separator: "; ")
                    ),
                ])
            }
            try session.output.print(table, ifEmpty: "there are no rules")
        }
    }
}

/// `warder alert rule set`
struct SetAlertRule: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Set what a rule looks for, and what follows.",
        discussion: """
            What is not named stays as it is. With --quarantine, the server that an alert is about is blocked at once, \
            as by `warder server quarantine`: three servers an hour at most. A person lets it in again.

            EXAMPLE
              warder alert rule set honeytoken --quarantine
              warder alert rule set refusals --threshold 20 --within 5m
              warder alert rule set off_hours --hours "07:00-20:00 Europe/Berlin"
              warder alert rule set spike --off
            """
    )

    @Argument(help: ArgumentHelp("The rule, such as refusals.", valueName: "rule"), completion: .alertRules)
    var rule: String

    @Flag(inversion: .prefixedNo, help: "Whether it blocks the server that an alert is about.")
    var quarantine: Bool?

    @Option(help: ArgumentHelp("How many it takes.", valueName: "number"))
    var threshold: Int64?

    @Option(help: ArgumentHelp("Within which time, such as 5m.", valueName: "duration"))
    var within: String?

    @Option(help: ArgumentHelp("The usual hours, with their time zone; `any` takes them away.", valueName: "window"))
    var hours: String?

    @Flag(help: "Look at nothing.")
    var off = false

    @Flag(help: "Look again.")
    var on = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard quarantine != nil || threshold != nil || within != nil || hours != nil || off || on else {
            throw ValidationError("say what to set: --threshold, --within, --hours, --quarantine, --on or --off")
        }
        if off, on { throw ValidationError("--on and --off exclude each other") }
        if let within, DurationText.seconds(within) == nil {
            throw ValidationError("--within is a duration, such as 5m")
        }
    }

    func run(in session: Session) throws(CommandFailure) {
        let request = AlertRuleRequest(
            on: off ? false : on ? true : nil,
            threshold: threshold,
            seconds: within.flatMap(DurationText.seconds),
            hours: hours == "any" ? "" : hours,
            quarantine: quarantine
        )
        let name = rule.utf8.allSatisfy { (0x61...0x7a).contains($0) || $0 == 0x5f } ? rule : "-"
        let answer: Answer<AlertRuleSummary> = try session.vault().ask(
            VaultRequest("PUT", "/v1/alert-rules/\(name)", body: JSONBody.encode(request))
        )
        try session.output.show(answer) { rule throws(CommandFailure) in
            var parts = [rule.on ? "on" : "off", rule.measure]
            if rule.quarantine { parts.append("quarantines its server") }
            try session.console.print(
                TerminalText.escaped("\(rule.rule): \(parts.filter { !$0.isEmpty }.joined(separator: ", "))")
            )
        }
    }
}

extension CompletionKind {
    /// What the vault can look for.
    static var alertRules: CompletionKind { .list(AlertRule.allCases.map(\.rawValue)) }
}

extension AlertRuleSummary {
    /// `10 within 5m`.
    fileprivate var measure: String {
        if let threshold, let seconds {
            let many = rule == "spike" ? "\(threshold) times the usual" : "\(threshold)"
            return "\(many) within \(DurationText.text(Int64(seconds)))"
        }
        switch rule {
        case "off_hours": return hours.map { "outside of \($0)" } ?? "nothing: no hours are set"
        case "honeytoken": return "any request for a decoy"
        case "unexpected_peer": return "any process that is new to its server"
        default: return ""
        }
    }
}
