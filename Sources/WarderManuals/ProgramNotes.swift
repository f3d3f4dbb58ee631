/// What a program's description does not say: files, variables, signals. Written by hand.
struct ProgramNotes {
    struct Item {
        var term: String
        var about: String
    }

    var title: String
    var items: [Item] = []
    var text: String?

    /// By the name of the program.
    static let of: [String: [ProgramNotes]] = ["warder": warder, "warder-worker": worker, "warderd": warderd]

    private static let configurationFile = Item(
        term: "/etc/warder/warder.yaml",
        about: "Settings of the machine's vault; see warder.yaml(5). A user's own: ~/.config/warder/warder.yaml."
    )

    private static let warder = [
        ProgramNotes(
            title: "ENVIRONMENT",
            items: [
                Item(term: "WARDER_OPERATOR_SOCKET", about: "The operator socket, as with --socket."),
                Item(term: "WARDER_SOCKET", about: "The client socket, where MCP servers ask."),
                Item(
                    term: "WARDER_CONFIG",
                    about: "The daemon's configuration file, from which the sockets are taken."
                ),
                Item(term: "WARDER_OUTPUT", about: "How to print results, as with --output: table, json or yaml."),
                Item(
                    term: "HOME, XDG_CONFIG_HOME, CLAUDE_CONFIG_DIR",
                    about: "Where `warder mcp import` looks for configurations when none is named."
                ),
                Item(term: "XDG_STATE_HOME", about: "Where imports are remembered. Default: ~/.local/state."),
                Item(term: "TMPDIR", about: "Where `warder rehearse` has its isolated vaults. Default: /tmp."),
                Item(term: "NO_COLOR", about: "Anything in it: no colours. There are none but on a terminal."),
            ],
            text: "No secret is ever taken from the environment."
        ),
        ProgramNotes(
            title: "FILES",
            items: [
                Item(
                    term: "/run/warder/operator.sock",
                    about:
                        "The operator socket of the machine's vault. A user's own: /run/user/UID/warder/operator.sock."
                ), configurationFile,
            ]
        ), ProgramNotes(title: "SEE ALSO", text: "warder.yaml(5), warderd(8)"),
    ]

    private static let worker = [
        ProgramNotes(
            title: "EXIT STATUS",
            items: [
                Item(term: "0", about: "Every connection that was handed over with --descriptor is closed."),
                Item(term: "1", about: "It cannot start: standard error says why."),
                Item(term: "78", about: "The configuration is wrong: file, line and remedy are on standard error."),
            ]
        ),
        ProgramNotes(
            title: "SIGNALS",
            items: [
                Item(
                    term: "SIGTERM, SIGINT",
                    about: "Ends at once, with the processes of all jobs. The vault has unfinished steps done again."
                )
            ]
        ),
        ProgramNotes(
            title: "ENVIRONMENT",
            items: [Item(term: "WARDER_CONFIG", about: "The configuration file, as with --config.")],
            text: "Nothing of the environment is handed on to hooks."
        ),
        ProgramNotes(
            title: "FILES",
            items: [
                configurationFile,
                Item(
                    term: "/run/warder/worker.sock",
                    about: "Where the daemon has jobs. A user's own: /run/user/UID/warder/worker.sock."
                ),
            ]
        ), ProgramNotes(title: "SEE ALSO", text: "warder(1), warderd(8), warder.yaml(5)"),
    ]

    private static let warderd = [
        ProgramNotes(
            title: "EXIT STATUS",
            items: [
                Item(term: "0", about: "It was told to stop, and did; or --check-config found nothing wrong."),
                Item(term: "1", about: "It cannot start: standard error says why, and what to do."),
                Item(term: "78", about: "The configuration is wrong: file, line and remedy are on standard error."),
            ]
        ),
        ProgramNotes(
            title: "SIGNALS",
            items: [
                Item(
                    term: "SIGTERM, SIGINT",
                    about: "Ends in order: requests in flight are answered first, and the keys leave memory."
                )
            ]
        ),
        ProgramNotes(
            title: "ENVIRONMENT",
            items: [
                Item(term: "WARDER_CONFIG", about: "The configuration file, as with --config."),
                Item(
                    term: "WARDER_SOCKET, WARDER_OPERATOR_SOCKET, WARDER_LOG_LEVEL",
                    about: "Go before client_socket, operator_socket and log.level of the configuration."
                ),
                Item(
                    term: "CREDENTIALS_DIRECTORY, LISTEN_FDS, NOTIFY_SOCKET, WATCHDOG_USEC",
                    about: "Set by systemd(1): the credential warder-unseal, the sockets, readiness and watchdog."
                ),
            ]
        ),
        ProgramNotes(
            title: "FILES",
            items: [
                configurationFile,
                Item(
                    term: "/var/lib/warder",
                    about: "Database and lock of the machine's vault. A user's own: ~/.local/share/warder."
                ),
                Item(
                    term: "/run/warder/client.sock, /run/warder/operator.sock",
                    about: "Where MCP servers and operators ask. A user's own: below /run/user/UID/warder."
                ),
            ]
        ), ProgramNotes(title: "SEE ALSO", text: "warder(1), warder.yaml(5)"),
    ]
}
