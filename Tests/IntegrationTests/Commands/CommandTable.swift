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

    private static let passphrase = VaultProcess.passphrase
    /// What opens the vault after a change.
    private static let second = "a second long passphrase"
    private static let third = "a third long passphrase"

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

    static let secrets = [
        CommandRun(
            verb: "secret put",
            arguments: "github/pat --owner platform",
            answers: [.init("github/pat value:", "first value"), .init("The same again:", "first value")],
            shows: "github/pat: version 1 is current"
        ),
        CommandRun(verb: "secret get", arguments: "github/pat", shows: "first value\n"),
        CommandRun(
            verb: "secret put",
            arguments: "github/pat --stdin --pending",
            input: "second value\n",
            shows: "github/pat: version 2 is pending"
        ),
        CommandRun(verb: "secret promote", arguments: "github/pat", shows: "github/pat: version 2 is current"),
        CommandRun(verb: "secret get", arguments: "github/pat", shows: "second value\n"),
        CommandRun(verb: "secret get", arguments: "github/other", status: 3, shows: "warder secret list"),
        CommandRun(verb: "secret rollback", arguments: "github/pat", shows: "github/pat: version 1 is current"),
        CommandRun(verb: "secret list", shows: "github/pat"),
        CommandRun(verb: "secret show", arguments: "github/pat", shows: "platform"),
        CommandRun(
            verb: "secret set",
            arguments: "github/pat --owner security --label team=mcp",
            shows: "owner security"
        ),
        CommandRun(verb: "secret versions", arguments: "github/pat", shows: "current"),
        CommandRun(verb: "secret delete", arguments: "github/pat", shows: "github/pat: deleted"),
        CommandRun(
            verb: "secret undelete",
            arguments: "github/pat",
            shows: "github/pat: version 1 is current again"
        ),
        CommandRun(
            verb: "secret destroy",
            arguments: "github/pat --version 2",
            answers: [.init("Type github/pat to go on:", "github/pat")],
            shows: "github/pat: version 2 is destroyed"
        ),
    ]

    static let rotations = [
        CommandRun(verb: "rotate status", shows: "no secret is rotated yet"),
        CommandRun(verb: "secret put", arguments: "app/key --stdin", input: "by hand\n", shows: "version 1 is current"),
        CommandRun(verb: "rotate now", arguments: "app/key", status: 3, shows: "warder rotate schedule app/key"),
        CommandRun(
            verb: "rotate schedule",
            arguments: "app/key --rotator random --set length=8 --every 30d",
            status: 1,
            shows: "bits of entropy"
        ),
        CommandRun(
            verb: "rotate schedule",
            arguments: "app/key --rotator random --set length=40 --every 30d",
            shows: "the vault makes 40 characters out of 62, 238 bits of entropy"
        ),
        CommandRun(verb: "rotate test", arguments: "app/key", shows: "app/key can be rotated"),
        CommandRun(verb: "rotate status", shows: "never rotated"),
        CommandRun(verb: "rotate now", arguments: "app/key --reason leaver", shows: "servers get v2"),
        CommandRun(verb: "secret versions", arguments: "app/key", shows: "rotation"),
        CommandRun(verb: "rotate abort", arguments: "app/key", status: 7, shows: "warder rotate rollback app/key"),
        CommandRun(verb: "rotate rollback", arguments: "app/key", shows: "goes back to the value before"),
        CommandRun(verb: "rotate resume", arguments: "app/key", status: 7, shows: "(rotation_ended)"),
        CommandRun(verb: "secret get", arguments: "app/key", shows: "by hand\n"),
        CommandRun(verb: "rotate history", arguments: "app/key", shows: "rotation.demote"),
        CommandRun(verb: "rotate pause", arguments: "app/key", shows: "is paused"),
        CommandRun(verb: "rotate status", arguments: "app/key", shows: "rolled back to v1"),
        CommandRun(verb: "rotate continue", arguments: "app/key", shows: "counts again"),
        CommandRun(
            verb: "rotate forget",
            arguments: "app/key 00112233445566778899aabbccddeeff",
            status: 3,
            shows: "there is no such rotation"
        ),
        CommandRun(verb: "rotate remove", arguments: "app/key", shows: "is not rotated any more"),
    ]

    /// The test runs a worker, and the example's service with its hook.
    static let hooks = [
        CommandRun(
            verb: "secret put",
            arguments: "notes/api-key --stdin",
            input: NotesService.firstKey + "\n",
            shows: "version 1 is current"
        ),
        CommandRun(
            verb: "grant add",
            arguments: "github/list notes/api-key",
            shows: "github/list may use notes/api-key (value)"
        ),
        CommandRun(
            verb: "rotate schedule",
            arguments: "notes/api-key --rotator exec:mistyped --by-hand",
            shows: "notes/api-key is rotated by exec:mistyped, when somebody asks"
        ),
        CommandRun(
            verb: "rotate test",
            arguments: "notes/api-key",
            status: 12,
            shows: "the configuration has no worker.hooks.mistyped"
        ),
        CommandRun(
            verb: "rotate schedule",
            arguments: "notes/api-key --rotator exec:notes-key --every 30d",
            shows: "notes/api-key is rotated by exec:notes-key, next 20"
        ),
        CommandRun(
            verb: "rotate test",
            arguments: "notes/api-key",
            shows: "notes/api-key can be rotated; one value is valid at a time"
        ),
    ]

    /// The test's server has the first key.
    static let rotatedByHook = [
        CommandRun(verb: "rotate status", shows: "1, all on v1"),
        CommandRun(verb: "rotate now", arguments: "notes/api-key", shows: "servers get v2"),
        CommandRun(verb: "rotate status", shows: "1, 1 still on v1 (github, last seen"),
        CommandRun(verb: "rotate status", arguments: "notes/api-key", shows: "v1, last seen"),
        CommandRun(verb: "rotate history", arguments: "notes/api-key", shows: "rotation.promote"),
        CommandRun(verb: "rotate rollback", arguments: "notes/api-key", shows: "goes back to the value before"),
        CommandRun(verb: "secret get", arguments: "notes/api-key", shows: NotesService.firstKey + "\n"),
        CommandRun(verb: "rotate remove", arguments: "notes/api-key", shows: "is not rotated any more"),
        CommandRun(
            verb: "grant remove",
            arguments: "github/list notes/api-key",
            shows: "github/list may no longer use notes/api-key"
        ),
    ]

    static let registry = [
        CommandRun(
            verb: "server add",
            arguments: "github --uid 0 --owner platform",
            shows: "github: registered (uid=0"
        ),
        CommandRun(verb: "server list", shows: "uid=0"),
        CommandRun(verb: "server show", arguments: "github", shows: "platform"),
        CommandRun(
            verb: "server update",
            arguments: "github --uid 0 --gid 0 --owner security",
            shows: "github: recognised by uid=0 gid=0"
        ),
        CommandRun(verb: "tool add", arguments: "github/list --risk read-only", shows: "github/list: registered"),
        CommandRun(verb: "tool list", shows: "github/list"),
        CommandRun(verb: "tool show", arguments: "github/list", shows: "read-only"),
        CommandRun(verb: "tool set", arguments: "github/list --owner platform", shows: "github/list: changed"),
        CommandRun(verb: "tool classify", arguments: "{folder}/tools.json", shows: "delete_issue"),
        CommandRun(
            verb: "tool import tools-list",
            arguments: "{folder}/tools.json --server github",
            answers: [.init("Type github to go on:", "github")],
            shows: "github: 2 added, 0 unchanged"
        ),
        CommandRun(
            verb: "tool import openapi",
            arguments: "{folder}/api.json --server github",
            answers: [.init("Type github to go on:", "github")],
            shows: "1 changed"
        ),
        CommandRun(verb: "tool diff", arguments: "github/get_issue", shows: "+ endpoint"),
        CommandRun(
            verb: "tool accept",
            arguments: "github/get_issue --reason reviewed",
            answers: [.init("Type github/get_issue to go on:", "github/get_issue")],
            shows: "github/get_issue: accepted"
        ),
        CommandRun(verb: "tool remove", arguments: "github/get_issue --yes", shows: "removed"),
        CommandRun(verb: "tool remove", arguments: "github/delete_issue --yes", shows: "removed"),
        CommandRun(
            verb: "grant add",
            arguments: "github/list github/pat --ttl 5m",
            shows: "github/list may use github/pat (value) for 5m"
        ),
        CommandRun(verb: "grant list", shows: "github/pat"),
        CommandRun(
            verb: "explain",
            arguments: "--server github --tool list --secret github/pat",
            shows: "allowed: github/list would get github/pat (value)"
        ),
        CommandRun(
            verb: "explain",
            arguments: "--server github --tool list --secret github/other",
            status: 5,
            shows: "warder grant add github/list github/other --field value --ttl 300s --uses 1"
        ),
        CommandRun(
            verb: "limit set",
            arguments: "github --risk read-only 50/min",
            shows: "github: 50 token requests a minute for read-only tools"
        ),
        CommandRun(verb: "limit list", shows: "github"),
        CommandRun(verb: "alert list", shows: "there are no open alerts"),
        CommandRun(verb: "alert show", arguments: "0a0b0c0d", status: 3, shows: "there is no such alert"),
        CommandRun(
            verb: "alert ack",
            arguments: "0a0b0c0d --reason none",
            status: 3,
            shows: "there is no such alert"
        ),
        CommandRun(
            verb: "alert mute",
            arguments: "spike server:github --for 2h --reason moving",
            shows: "spike of server:github: nobody is told until"
        ),
        CommandRun(
            verb: "alert unmute",
            arguments: "spike server:github --reason moved",
            shows: "spike of server:github: people are told"
        ),
        CommandRun(
            verb: "alert rule set",
            arguments: "many_secrets --threshold 20 --within 2m --quarantine",
            shows: "many_secrets: on, 20 within 2m, quarantines its server"
        ),
        CommandRun(verb: "alert rule list", shows: "20 within 2m"),
        CommandRun(
            verb: "server add",
            arguments: "desk --launch",
            shows: "desk: registered (launch by uid=0)"
        ),
        CommandRun(
            verb: "run",
            arguments: "--server desk --client-socket {client} -- echo it-runs",
            shows: "it-runs"
        ),
        CommandRun(
            verb: "run",
            arguments:
                "--server desk --client-socket {client} --proxy api=https://example.org --proxy-secret api=github/pat "
                + "--proxy-url api=API_URL --proxy-placeholder api=API_TOKEN -- echo it-runs-behind-it",
            shows: "it-runs-behind-it"
        ),
        CommandRun(
            verb: "run",
            arguments: "--server github --client-socket {client} -- echo it-runs",
            status: 5,
            shows: "warder server add github --launch"
        ),
        CommandRun(verb: "server remove", arguments: "desk --yes", shows: "desk: removed"),
        CommandRun(
            verb: "server quarantine",
            arguments: "github --reason odd",
            shows: "github: quarantined, 0 live tokens revoked"
        ),
        CommandRun(verb: "server show", arguments: "github", shows: "quarantined"),
        CommandRun(verb: "server release", arguments: "github", shows: "github: released"),
        CommandRun(verb: "export", arguments: "-f {folder}/warder.yaml", shows: "written: {folder}/warder.yaml"),
        CommandRun(verb: "plan", arguments: "-f {folder}/warder.yaml --check", shows: "nothing to change"),
        CommandRun(
            verb: "plan",
            arguments: "-f {folder}/wrong.yaml",
            status: 1,
            shows: "wrong.yaml:4:5: there is no key 'unitt' in a server"
        ),
        CommandRun(verb: "plan", arguments: "-f {folder}/wiki.yaml --check", status: 11, shows: "wiki/search"),
        CommandRun(
            verb: "apply",
            arguments: "-f {folder}/wiki.yaml",
            answers: [.init("Type apply to go on:", "apply")],
            shows: "done: 3 added"
        ),
        CommandRun(verb: "apply", arguments: "-f {folder}/wiki.yaml", shows: "nothing to change"),
        CommandRun(
            verb: "apply",
            arguments: "-f {folder}/warder.yaml --prune --yes",
            shows: "Removed, because the file does not have them:"
        ),
        CommandRun(verb: "plan", arguments: "-f {folder}/warder.yaml --prune --check", shows: "nothing to change"),
    ]

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

    static let log = [
        CommandRun(verb: "audit tail", arguments: "-n 20", shows: "operator.enrol"),
        CommandRun(verb: "audit search", arguments: "--type secret.destroy", shows: "github/pat v2"),
        CommandRun(
            verb: "audit export",
            arguments: "--output-file {folder}/log.jsonl",
            shows: " events, ",
            keeps: ["exported": "([0-9]+) events, "]
        ),
        CommandRun(
            verb: "audit checkpoint",
            arguments: "--size {exported} --output-file {folder}/log.checkpoint --history {folder}/log.keys",
            shows: "written: "
        ),
        CommandRun(verb: "status", shows: "Log key", keeps: ["key": "(warder\\.log/\\S+)"]),
        CommandRun(
            verb: "audit verify",
            arguments: "{folder}/log.jsonl --key {key} --checkpoint {folder}/log.checkpoint",
            shows: "proven   up to event {exported}"
        ),
        CommandRun(
            verb: "audit verify",
            arguments: "{folder}/log.jsonl --key {key}",
            shows: "complete from event 1 to event {exported}"
        ),
        CommandRun(
            verb: "audit verify",
            arguments: "{folder}/log.checkpoint --key {key} --checkpoint {folder}/log.checkpoint",
            status: 10,
            shows: "Line 1 is no event"
        ),
        CommandRun(verb: "audit prove", arguments: "1", shows: "c2sp.org/tlog-proof@v1"),
        CommandRun(
            verb: "audit export",
            arguments: "--format csv --output-file {folder}/log.csv",
            shows: " events, "
        ),
        CommandRun(
            verb: "audit export",
            arguments: "--format ocsf --output-file {folder}/log.ocsf.jsonl",
            shows: " events, "
        ),
        CommandRun(verb: "audit who-read", arguments: "github/pat --since 1h", shows: "github/list"),
        CommandRun(verb: "audit who-can", arguments: "github/pat", shows: "github/list"),
        CommandRun(verb: "audit who-can", arguments: "github/pat --at 1s", shows: "operator ada"),
        CommandRun(verb: "audit summary", arguments: "--since 1h", shows: "secret.resolve"),
        CommandRun(
            verb: "audit find-leak",
            arguments: "--stdin",
            input: "a value of somebody else\n",
            shows: "the value was never stored here"
        ),
        CommandRun(
            verb: "audit prune",
            arguments: "--before 30d",
            shows: "nothing to prune"
        ),
        CommandRun(verb: "doctor", shows: "[one_key_slot]"),
        CommandRun(verb: "report", shows: "of 100 points are earned"),
        CommandRun(verb: "report", arguments: "--fail-on score<100", status: 11, shows: "below 100"),
        CommandRun(
            verb: "rehearse",
            arguments: "--output-file {folder}/rehearsal.json",
            shows: "steps passed: all refused and recorded"
        ),
        CommandRun(
            verb: "report",
            arguments: "--rehearsal {folder}/rehearsal.json",
            shows: "as rehearsal.json claims"
        ),
        CommandRun(verb: "completion", arguments: "bash", shows: "quarantine"),
    ]

    static let backups = [
        CommandRun(verb: "backup create", arguments: "{folder}/warder.backup", shows: "the backup is complete"),
        CommandRun(verb: "backup create", arguments: "{folder}/warder.backup", status: 1, shows: "exists already"),
        CommandRun(
            verb: "backup verify",
            arguments: "{folder}/warder.backup",
            answers: [.init("Passphrase of the vault when the backup was made:", passphrase)],
            shows: "Result        sound"
        ),
        CommandRun(
            verb: "backup restore",
            arguments: "{folder}/warder.backup --state {folder}/elsewhere --stdin",
            input: "not the passphrase\n",
            status: 5,
            shows: "opens no key slot of the backup"
        ),
        CommandRun(
            verb: "backup restore",
            arguments: "{folder}/warder.backup --state {folder}/elsewhere --stdin",
            input: passphrase + "\n",
            shows: "the vault is restored, and in quarantine"
        ),
        // This vault came from no backup.
        CommandRun(verb: "backup review", status: 3, shows: "this vault came from no backup"),
        CommandRun(verb: "backup release", arguments: "--yes", status: 7, shows: "in no quarantine"),
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
            verb: "mcp undo",
            arguments: "{folder}/.mcp.json",
            answers: [.init("Type undo to go on:", "undo")],
            shows: "as it was before the import"
        ),
    ]
}
