import ArgumentParser
import WarderModel
import WarderWire

/// `warder approval …`
struct ApprovalCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approval",
        abstract: "Say yes or no to single calls, and say whose yes is needed.",
        discussion: """
            EXAMPLE
              warder approval list
              warder approval show apr_003aUlTJC7tjlCTQj2uNU3
              warder approval approve apr_003aUlTJC7tjlCTQj2uNU3 --reason "refund agreed"
            """,
        subcommands: [
            ListApprovals.self, InboxCommand.self, ShowApproval.self, ApproveCall.self, DenyCall.self, BreakGlass.self,
            ReviewBreakGlass.self, ApprovalRuleCommands.self, StandingCommands.self,
        ]
    )
}

/// `warder approval list`
struct ListApprovals: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List calls that wait for a yes; with --all those that have ended too.",
        discussion: """
            EXAMPLE
              warder approval list
              warder approval list --mine
              warder approval list --reviews
            """
    )

    @Flag(help: "Those that have ended as well.")
    var all = false

    @Flag(help: "Those alone that ask for your vote.")
    var mine = false

    @Flag(help: "Those alone that somebody let through alone, and nobody else has looked at since.")
    var reviews = false

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        var answer: Answer<ApprovalList> = try session.vault().ask(VaultRequest("GET", "/v1/approvals"))
        answer.value.approvals.removeAll { !isWanted($0) }
        answer.body = try JSONBody.bytes(answer.value)
        try session.output.show(answer) { list throws(CommandFailure) in
            // Where nobody claims anything, the place is better used for what is asked.
            let hasClaims = list.approvals.contains { $0.onBehalfOf != nil }
            var columns: [Table.Column] = [
                .init("APPROVAL", canShrink: false), .init("STATE", wraps: true), .init("TOOL", wraps: true),
                .init("CLASS", wraps: true), .init("WAITS FOR", wraps: true), .init("ENDS"),
            ]
            if hasClaims { columns.append(.init("USER (CLAIMED)")) }
            var table = Table(columns)
            for line in list.approvals {
                table.add([
                    .init(line.approval), .init(line.stateText, line.stateStyle), .init(line.tool),
                    .init("\(line.risk), \(line.category)"),
                    .init(line.missing.joined(separator: ", "), line.yours ? .caution : nil),
                    .init(session.moment.short(line.expires)), .init(line.onBehalfOf),
                ])
            }
            try session.output.print(table, ifEmpty: ifEmpty, hints: hints)
        }
    }

    private var ifEmpty: String {
        if reviews { return "nothing waits for a review" }
        return mine ? "nothing waits for your vote" : "nothing waits for an approval"
    }

    private var hints: [String] {
        if reviews || all { return [] }
        if mine { return ["See what waits for others: warder approval list"] }
        return ["See what was decided: warder approval list --all"]
    }

    private func isWanted(_ line: ApprovalSummary) -> Bool {
        if reviews { return line.awaitsReview }
        if mine { return line.yours }
        return all || line.state == Approval.Standing.pending.rawValue
            || line.state == Approval.Standing.approved.rawValue
    }
}

extension ApprovalSummary {
    var stateText: String { awaitsReview ? "\(state), unreviewed" : state }

    var stateStyle: Style? {
        if awaitsReview { return .bad }
        return state == Approval.Standing.pending.rawValue ? .caution : nil
    }
}

/// `warder approval show`
struct ShowApproval: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show all that the vault knows about one call: what it would do, and what it would get.",
        discussion: """
            The arguments are complete, and every character that shows nothing or moves others is written out. What is \
            marked as a claim comes from the server; the vault believes none of it.

            EXAMPLE
              warder approval show apr_003aUlTJC7tjlCTQj2uNU3
            """
    )

    @Argument(help: "The approval, as in: warder approval list.", transform: NameArgument.approval)
    var approval: ApprovalID

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let answer: Answer<ApprovalDetail> = try session.vault().ask(
            VaultRequest("GET", "/v1/approvals/\(approval.text)")
        )
        try session.output.show(answer) { detail throws(CommandFailure) in
            try session.output.printLines(
                ApprovalPage(detail, moment: session.moment).lines(hasColour: session.console.hasColour)
            )
        }
    }
}
