import ArgumentParser
import StrictJSON
import WarderModel
import WarderWire

/// `warder alert …`
struct AlertCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alert",
        abstract: "See what the vault's rules found, and set them.",
        discussion: """
            An alert is open until somebody takes note of it; what is found of the same meanwhile is counted.

            EXAMPLE
              warder alert list
              warder alert rule set honeytoken --quarantine
            """,
        subcommands: [
            ListAlerts.self, ShowAlert.self, AcknowledgeAlert.self, MuteAlert.self, UnmuteAlert.self,
            AlertRuleCommands.self,
        ]
    )
}

/// `warder alert list`
struct ListAlerts: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List open alerts, the newest first.",
        discussion: """
            EXAMPLE
              warder alert list
              warder alert list --all
            """
    )

    @Flag(help: "Those that somebody has taken note of as well.")
    var all = false

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let answer: Answer<AlertList> = try session.vault().ask(VaultRequest("GET", "/v1/alerts"))
        try session.output.show(answer) { list throws(CommandFailure) in
            var table = Table([
                .init("ID", canShrink: false), .init("RULE", canShrink: false), .init("SUBJECT", canShrink: false),
                .init("COUNT", isNumber: true), .init("LAST"), .init("STATE"), .init("WHAT", wraps: true),
            ])
            for alert in list.alerts where all || alert.state == "open" {
                table.add([
                    .init(String(alert.id.prefix(AlertID.shown))), .init(alert.rule), .init(alert.subject),
                    .init(String(alert.count)), .init(session.moment.short(alert.last)),
                    .init(alert.stateText, alert.state == "open" ? .caution : nil), .init(alert.text),
                ])
            }
            try session.output.print(
                table,
                ifEmpty: all ? "there are no alerts" : "there are no open alerts",
                hints: ["See what is looked for: warder alert rule list"]
            )
        }
    }
}

/// The beginning of an alert's id, as people type it.
enum AlertID {
    /// Digits that lists show.
    static let shown = 8

    /// The one alert whose id begins so.
    static func find(_ beginning: String, _ session: Session) throws(CommandFailure) -> Answer<AlertSummary> {
        let document = try session.vault().askForDocument(VaultRequest("GET", "/v1/alerts"))
        guard let list = document.root.member("alerts") else { throw .malformedAnswer }
        var found: [Answer<AlertSummary>] = []
        for node in list.elements {
            let body = node.rawBytes
            let alert: AlertSummary = try Vault.decode(body)
            if alert.id.hasPrefix(beginning.lowercased()) { found.append(Answer(value: alert, body: body)) }
        }
        guard let first = found.first else {
            throw CommandFailure(
                .notFound,
                "there is no such alert",
                hints: ["See what there is: warder alert list --all"]
            )
        }
        guard found.count == 1 else {
            throw CommandFailure(.notFound, "several alerts begin so", hints: ["Write more of the id"])
        }
        return first
    }

    static func parse(_ text: String) throws -> String {
        guard (4...32).contains(text.utf8.count), text.utf8.allSatisfy({ isHex($0) }) else {
            throw InputError("4 to 32 hexadecimal digits, as in: warder alert list")
        }
        return text
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
    }
}

/// `warder alert show`
struct ShowAlert: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one alert, with the events that it took.",
        discussion: """
            EXAMPLE
              warder alert show 0a1b2c3d
            """
    )

    @Argument(help: "The alert's id, or its beginning.", transform: AlertID.parse)
    var id: String

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let answer = try AlertID.find(id, session)
        try session.output.show(answer) { alert throws(CommandFailure) in
            var details = Details()
            details.add("Alert", alert.id)
            details.add("Rule", alert.rule)
            details.add("Subject", alert.subject)
            details.add("What", alert.text)
            details.add("State", alert.stateText, alert.state == "open" ? .caution : nil)
            details.add("Found", "\(alert.count) time\(alert.count == 1 ? "" : "s")")
            details.add("First", session.moment.long(alert.first))
            details.add("Last", session.moment.long(alert.last))
            details.add("First events", alert.firstEvents.map(String.init).joined(separator: ", "))
            if !alert.lastEvents.isEmpty {
                details.add("Last events", alert.lastEvents.map(String.init).joined(separator: ", "))
            }
            for (name, value) in alert.facts.sorted(by: { $0.key < $1.key }) { details.add("· \(name)", value) }
            details.add("Quarantined", session.moment.long(alert.quarantined))
            if let note = alert.acknowledged {
                details.add("Noted by", note.by)
                details.add("Noted on", session.moment.long(note.time))
                details.add("Reason", note.reason)
            }
            try session.output.print(details)
        }
        if let event = answer.value.firstEvents.first {
            session.console.message("what happened: warder audit search --where seq=\(event)")
        }
    }
}

/// `warder alert ack`
struct AcknowledgeAlert: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "ack",
        abstract: "Take note of an alert; what is found from then on is another one.",
        discussion: """
            EXAMPLE
              warder alert ack 0a1b2c3d --reason "a rehearsal"
            """
    )

    @Argument(help: "The alert's id, or its beginning.", transform: AlertID.parse)
    var id: String

    @Option(help: ArgumentHelp("Why it needs no more; the log keeps it.", valueName: "text"))
    var reason: String

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let alert = try AlertID.find(id, session).value
        let answer: Answer<AlertSummary> = try session.vault().ask(
            VaultRequest("POST", "/v1/alerts/\(alert.id)/ack", body: JSONBody.encode(AlertAckRequest(reason: reason)))
        )
        try session.output.show(answer) { alert throws(CommandFailure) in
            try session.console.print(
                TerminalText.escaped("\(alert.id.prefix(AlertID.shown)): noted (\(alert.rule), \(alert.subject))")
            )
        }
    }
}

/// `warder alert mute`
struct MuteAlert: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "mute",
        abstract: "Tell nobody of a rule and subject for a while.",
        discussion: """
            Alerts are raised and kept all the same, and say that they were muted; no program is told, and no server is \
            quarantined for them.

            EXAMPLE
              warder alert mute spike server:github --for 2h --reason "a migration"
            """
    )

    @Argument(help: ArgumentHelp("The rule, such as spike.", valueName: "rule"), completion: .alertRules)
    var rule: String

    @Argument(help: ArgumentHelp("server:NAME, uid:NUMBER, uid:several or secret:NAME.", valueName: "subject"))
    var subject: String

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("How long, at most 30d.", valueName: "duration")
    )
    var duration: String

    @Option(help: ArgumentHelp("Why; the log keeps it.", valueName: "text"))
    var reason: String

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard DurationText.seconds(duration) != nil else { throw ValidationError("--for is a duration, such as 2h") }
    }

    func run(in session: Session) throws(CommandFailure) {
        let request = AlertMuteRequest(
            rule: rule,
            subject: subject,
            seconds: DurationText.seconds(duration) ?? 0,
            reason: reason
        )
        let answer: Answer<AlertRuleSummary> = try session.vault().ask(
            VaultRequest("POST", "/v1/alert-mutes", body: JSONBody.encode(request))
        )
        try session.output.show(answer) { rule throws(CommandFailure) in
            let mute = rule.mutes.first { $0.subject == subject }
            try session.console.print(
                TerminalText.escaped(
                    "\(rule.rule) of \(subject): nobody is told until \(session.moment.long(mute?.until) ?? "now")"
                )
            )
        }
    }
}

/// `warder alert unmute`
struct UnmuteAlert: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "unmute",
        abstract: "Tell people of a rule and subject again.",
        discussion: """
            EXAMPLE
              warder alert unmute spike server:github --reason "the migration is over"
            """
    )

    @Argument(help: ArgumentHelp("The rule, such as spike.", valueName: "rule"), completion: .alertRules)
    var rule: String

    @Argument(help: ArgumentHelp("server:NAME, uid:NUMBER, uid:several or secret:NAME.", valueName: "subject"))
    var subject: String

    @Option(help: ArgumentHelp("Why; the log keeps it.", valueName: "text"))
    var reason: String

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let request = AlertMuteRequest(rule: rule, subject: subject, seconds: 0, reason: reason)
        let answer: Answer<AlertRuleSummary> = try session.vault().ask(
            VaultRequest("POST", "/v1/alert-mutes", body: JSONBody.encode(request))
        )
        try session.output.show(answer) { rule throws(CommandFailure) in
            try session.console.print(TerminalText.escaped("\(rule.rule) of \(subject): people are told"))
        }
    }
}

extension AlertSummary {
    fileprivate var stateText: String {
        if state != "open" { return "noted" }
        if quarantined != nil { return "open, quarantined" }
        return muted ? "open, muted" : "open"
    }
}
