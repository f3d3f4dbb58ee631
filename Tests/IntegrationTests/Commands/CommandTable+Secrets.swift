extension CommandTable {
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
}
