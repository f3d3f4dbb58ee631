import ArgumentParser
import WarderModel
import WarderWire

extension Session {
    /// Says something to an approval, and tells what came of it.
    ///
    /// - Returns: where it stands now, in a line for people.
    @discardableResult
    func decide(_ approval: ApprovalID, _ verb: String, _ reason: String) throws(CommandFailure) -> String {
        let answer: Answer<ApprovalDecided> = try vault().ask(
            VaultRequest(
                "POST",
                "/v1/approvals/\(approval.text)/\(verb)",
                body: JSONBody.encode(ApprovalAnswer(reason: reason))
            )
        )
        let decided = answer.value
        let waits = decided.missing.isEmpty ? "" : "; it waits for: \(decided.missing.joined(separator: ", "))"
        let line = TerminalText.escaped("\(approval.text): \(decided.state)\(waits)")
        try output.show(answer) { _ throws(CommandFailure) in try console.print(line) }
        return line
    }
}

/// What is decided about, and why.
struct ApprovalDecision: ParsableArguments {
    @Argument(help: "The approval, as in: warder approval list.", transform: NameArgument.approval)
    var approval: ApprovalID

    @Option(help: ArgumentHelp("Why; it stands in the log.", valueName: "text"))
    var reason: String
}

/// `warder approval approve`
struct ApproveCall: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Say yes to one call. It works once, within 15 minutes after the last yes that is needed.",
        discussion: """
            EXAMPLE
              warder approval approve apr_003aUlTJC7tjlCTQj2uNU3 --reason "refund agreed"
            """
    )

    @OptionGroup var decision: ApprovalDecision

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        try session.decide(decision.approval, "approve", decision.reason)
    }
}

/// `warder approval deny`
struct DenyCall: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "deny",
        abstract: "Say no to one call, which ends it; the same call is not asked about again for 15 minutes.",
        discussion: """
            EXAMPLE
              warder approval deny apr_003aUlTJC7tjlCTQj2uNU3 --reason "nobody asked for it"
            """
    )

    @OptionGroup var decision: ApprovalDecision

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        try session.decide(decision.approval, "deny", decision.reason)
    }
}

/// `warder approval break-glass`
struct BreakGlass: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "break-glass",
        abstract: "Let one call through alone, in an emergency. It has to be reviewed afterwards.",
        discussion: """
            It stays in `warder approval list --reviews`, and `warder doctor` reports it as an error, until it is \
            reviewed; in a team by another person.

            EXAMPLE
              warder approval break-glass apr_003aUlTJC7tjlCTQj2uNU3 --reason "outage"
            """
    )

    @OptionGroup var decision: ApprovalDecision

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        try session.decide(decision.approval, "break-glass", decision.reason)
    }
}

/// `warder approval review`
struct ReviewBreakGlass: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "review",
        abstract: "Say that you have looked at a call that was let through alone.",
        discussion: """
            EXAMPLE
              warder approval review apr_003aUlTJC7tjlCTQj2uNU3 --reason "see incident 7"
            """
    )

    @Argument(help: "The approval, as in: warder approval list --reviews.", transform: NameArgument.approval)
    var approval: ApprovalID

    @Option(help: ArgumentHelp("What you found; it stands in the log.", valueName: "text"))
    var reason: String

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) { try session.decide(approval, "review", reason) }
}
