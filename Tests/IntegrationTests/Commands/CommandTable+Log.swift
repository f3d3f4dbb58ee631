extension CommandTable {
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
        CommandRun(
            verb: "rescue",
            arguments: "--state {folder}/elsewhere --workspace {folder}",
            answers: [.init("Passphrase of the vault:", passphrase)],
            shows: "every row opens and fits together"
        ),
        CommandRun(
            verb: "rescue",
            arguments: "--state {folder}/elsewhere --stdin --save {folder}/rescued.jsonl",
            input: passphrase + "\n",
            shows: "versions saved in {folder}/rescued.jsonl"
        ),
        // This vault came from no backup.
        CommandRun(verb: "backup review", status: 3, shows: "this vault came from no backup"),
        CommandRun(verb: "backup release", arguments: "--yes", status: 7, shows: "in no quarantine"),
    ]
}
