/// Every verb of `warder`, in an order in which each finds what it needs.
///
/// A new verb gets a line in the part where it belongs: `EveryCommandTests` fails while it has none.
enum CommandTable {
    static let all =
        setUp + keys + secrets + rotations + registry + approvals + tokens + hooks + rotatedByHook + people + log
        + backups
        + takenAway + clients

    /// Files that lie in the folder.
    static let files = [
        "tools.json": #"""
        {"tools":[{"name":"get_issue","description":"Get an issue.","inputSchema":{"type":"object"}},
        {"name":"delete_issue","description":"Delete an issue.","inputSchema":{"type":"object"}}]}
        """#,
        "api.json": #"""
        {"openapi":"3.1.0","paths":{"/issue":{"get":{"operationId":"get_issue","summary":"Get an issue."}}}}
        """#,
        "wiki.yaml": """
        warder: 1
        servers:
          wiki:
            uid: 54004
            tools:
              search:
                risk: read-only
                grants:
                  github/pat: {ttl: 1m}

        """,
        "wrong.yaml": """
        warder: 1
        servers:
          wiki:
            unitt: 54004

        """,
    ]

    static let passphrase = VaultProcess.passphrase
    /// What opens the vault after a change.
    static let second = "a second long passphrase"
    static let third = "a third long passphrase"

    static let setUp = [
        CommandRun(verb: "status", status: 2, shows: "the vault was never set up"),
        CommandRun(
            verb: "init",
            arguments: "--operator ada",
            answers: [.init("New passphrase of the vault", passphrase), .init("The same again:", passphrase)],
            shows: "Operator  ada (admin"
        ),
        CommandRun(verb: "status", shows: "State            unsealed"),
        CommandRun(verb: "seal", shows: "sealed"),
        CommandRun(verb: "status", status: 2, shows: "State            sealed"),
        CommandRun(verb: "secret list", status: 4, shows: "the vault is sealed"),
        CommandRun(
            verb: "unseal",
            answers: [
                .init("Passphrase of the vault:", "not the passphrase"), .init("Passphrase of the vault:", passphrase),
            ],
            shows: "that passphrase opens nothing; try again"
        ),
        CommandRun(verb: "seal", shows: "sealed"),
        CommandRun(verb: "unseal", arguments: "--stdin", input: "wrong all along\n", status: 5, shows: "(wrong_key)"),
        CommandRun(verb: "unseal", arguments: "--stdin", input: passphrase + "\n", shows: "unsealed"),
    ]

    static let keys = [
        CommandRun(verb: "key slots", shows: "EPOCH  CREATED", keeps: ["first": "(?m)^([0-9a-f]{8}) +passphrase"]),
        CommandRun(
            verb: "key add-slot",
            answers: [.init("New passphrase of the vault", second), .init("The same again:", second)],
            shows: "a passphrase opens the vault",
            keeps: ["second": "slot ([0-9a-f]{8}): a passphrase"]
        ),
        CommandRun(
            verb: "key add-slot",
            arguments: "--shares 3 --threshold 2 --out {folder}",
            shows: "any 2 of 3 shares open the vault",
            keeps: ["shares": "slot ([0-9a-f]{8}): any 2"]
        ),
        CommandRun(verb: "seal", shows: "sealed"),
        CommandRun(
            verb: "unseal",
            arguments: "--share",
            answers: [.init("Your share:", "{file share-3-of-3.txt}")],
            shows: "1 of 2 shares are there",
            keeps: ["attempt": "the attempt is called (\\S+)"]
        ),
        CommandRun(verb: "status", status: 2, shows: "1 of 2 shares, attempt {attempt}"),
        CommandRun(
            verb: "unseal",
            arguments: "--share --attempt {attempt}",
            answers: [.init("Your share:", "{file share-1-of-3.txt}")],
            shows: "unsealed"
        ),
        CommandRun(
            verb: "key change-passphrase",
            arguments: "{second}",
            answers: [
                .init("The old passphrase of the vault:", second), .init("New passphrase of the vault", third),
                .init("The same again:", third),
            ],
            shows: "the new passphrase opens the vault",
            keeps: ["third": "slot ([0-9a-f]{8}): the new"]
        ),
        CommandRun(verb: "seal", shows: "sealed"),
        CommandRun(verb: "unseal", arguments: "--stdin", input: second, status: 5, shows: "(wrong_key)"),
        CommandRun(verb: "unseal", arguments: "--stdin", input: third, shows: "unsealed"),
        CommandRun(
            verb: "key remove-slot",
            arguments: "{third}",
            answers: [.init("Type {third} to go on:", "{third}")],
            shows: "slot {third}: removed"
        ),
        CommandRun(verb: "key rotate", shows: "new keys are in use"),
        CommandRun(verb: "key rotate", arguments: "--log", shows: "the log has key 2 now: warder.log/"),
        CommandRun(
            verb: "key rotate",
            arguments: "--root --drop {shares}",
            answers: [.init("Passphrase of slot {first}:", passphrase)],
            shows: "a new root key is in use; what opens the vault: passphrase"
        ),
    ]

    /// The test holds a token of `github/list`.
    static let tokens = [
        CommandRun(verb: "token list", shows: "github/list", keeps: ["accessor": "(?m)^(tok_\\S+)"]),
        CommandRun(verb: "token revoke", arguments: "{accessor}", shows: "{accessor}: revoked"),
    ]

    static let people = [
        CommandRun(
            verb: "operator add",
            arguments: "grace --uid \(Stranger.uid) --role auditor",
            shows: "grace: operator with uid \(Stranger.uid) (auditor)"
        ),
        CommandRun(
            verb: "operator enrol",
            arguments: "grace",
            shows: "for grace alone",
            keeps: ["code": "(?m)^(wdr_e_\\S+)"]
        ),
        CommandRun(
            verb: "operator passphrase",
            answers: [
                .init("Your code", "{code}"), .init("New passphrase", second), .init("The same again:", second),
            ],
            shows: "your passphrase is set",
            isStranger: true
        ),
        CommandRun(
            verb: "server add",
            arguments: "other --uid 1",
            status: 5,
            shows: "(role_missing)",
            isStranger: true
        ),
        CommandRun(verb: "operator list", shows: "auditor"),
        CommandRun(verb: "operator show", arguments: "grace", shows: "auditor"),
        CommandRun(
            verb: "operator show",
            arguments: "ada --history",
            shows: "  warder secret put github/pat"
        ),
    ]

    static let takenAway = [
        CommandRun(
            verb: "grant remove",
            arguments: "github/list github/pat",
            shows: "github/list may no longer use github/pat"
        ),
        CommandRun(
            verb: "tool remove",
            arguments: "github/list",
            answers: [.init("Type github/list to go on:", "github/list")],
            shows: "github/list: removed"
        ),
        CommandRun(verb: "server remove", arguments: "github --yes", shows: "github: removed"),
        CommandRun(
            verb: "operator remove",
            arguments: "grace",
            answers: [.init("Type grace to go on:", "grace")],
            shows: "grace: removed"
        ),
    ]

    /// The test puts a client's configuration into the folder.
    static let clients = [
        CommandRun(
            verb: "mcp import",
            arguments: "{folder}/.mcp.json",
            answers: [.init("Type import to go on:", "import")],
            shows: "rewritten; restart its client"
        ),
        CommandRun(verb: "mcp list", shows: "imported"),
        CommandRun(
            verb: "mcp connect",
            arguments: "https://mcp.example.org/mcp --header X-Api-Key:{NOWHERE}",
            status: 1,
            shows: "there is no variable NOWHERE in the environment"
        ),
        CommandRun(
            verb: "mcp undo",
            arguments: "{folder}/.mcp.json",
            answers: [.init("Type undo to go on:", "undo")],
            shows: "as it was before the import"
        ),
    ]
}
