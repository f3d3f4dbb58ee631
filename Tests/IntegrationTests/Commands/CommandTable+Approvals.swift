extension CommandTable {
    /// Nobody asks for anything in this vault: what is said to a call is tried where one asks.
    static let approvals = [
        CommandRun(verb: "approval list", shows: "nothing waits for an approval"),
        CommandRun(
            verb: "approval inbox",
            answers: [.init("q quit", "q")],
            shows: "Calls that wait for an approval: 0"
        ),
        CommandRun(
            verb: "approval show",
            arguments: "apr_0000000000000000000000",
            status: 3,
            shows: "there is no such approval"
        ),
        CommandRun(
            verb: "approval approve",
            arguments: "apr_0000000000000000000000 --reason why",
            status: 3,
            shows: "there is no such approval"
        ),
        CommandRun(
            verb: "approval deny",
            arguments: "apr_0000000000000000000000 --reason why",
            status: 3,
            shows: "there is no such approval"
        ),
        CommandRun(
            verb: "approval break-glass",
            arguments: "apr_0000000000000000000000 --reason why",
            status: 3,
            shows: "there is no such approval"
        ),
        CommandRun(
            verb: "approval review",
            arguments: "apr_0000000000000000000000 --reason why",
            status: 3,
            shows: "there is no such approval"
        ),
        CommandRun(
            verb: "approval rule set",
            arguments: "critical standard --vote operator --vote operator",
            shows: "critical, standard: asks operator (2)"
        ),
        CommandRun(verb: "approval rule list", shows: "operator, operator"),
        CommandRun(verb: "approval rule remove", arguments: "critical standard", shows: "the rule is gone"),
        CommandRun(
            verb: "approval standing add",
            arguments: "github/list --uses 2 --for 1h --reason moving",
            shows: "github/list, 2 calls, for 1h",
            keeps: ["standing": "(sta_[0-9A-Za-z]{22}):"]
        ),
        CommandRun(verb: "approval standing list", shows: "2 of 2"),
        CommandRun(verb: "approval standing revoke", arguments: "{standing}", shows: "{standing}: revoked"),
    ]
}
