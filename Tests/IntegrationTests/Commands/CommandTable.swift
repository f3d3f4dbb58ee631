/// Every verb of `warder`, in an order in which each finds what it needs.
///
/// A new verb gets a line in the part where it belongs: `EveryCommandTests` fails while it has none.
enum CommandTable {
    static let all = setUp + keys + secrets + registry + tokens + people + log + backups + takenAway

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
        CommandRun(
            verb: "grant add",
            arguments: "github/list github/pat --ttl 5m",
            shows: "github/list may use github/pat (value) for 5m"
        ),
        CommandRun(verb: "grant list", shows: "github/pat"),
        CommandRun(
            verb: "server quarantine",
            arguments: "github --reason odd",
            shows: "github: quarantined, 0 live tokens revoked"
        ),
        CommandRun(verb: "server show", arguments: "github", shows: "quarantined"),
        CommandRun(verb: "server release", arguments: "github", shows: "github: released"),
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
            arguments: "--size {exported} --output-file {folder}/log.checkpoint",
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
        CommandRun(verb: "doctor", shows: "[one_key_slot]"),
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
}
