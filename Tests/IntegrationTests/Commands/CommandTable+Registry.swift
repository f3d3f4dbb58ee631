extension CommandTable {
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
}
