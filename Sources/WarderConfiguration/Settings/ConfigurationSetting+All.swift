import Logging
import SecretMemory
import WarderCrypto
import WarderModel

extension ConfigurationSetting {
    /// Sections in the order of the file, with a heading for the example.
    static let sections: [(name: String, about: String)] = [
        ("unseal", "How the vault opens without a person."),
        ("memory", "Memory of keys and values."),
        ("argon2", "What checking a passphrase costs, for passphrases that are set from now on."),
        ("limits", "What one peer may take up."),
        ("deadlines", "How long a peer may take. Whoever is slower loses the connection."),
        ("audit", "Where the audit log goes besides the database, and how long it keeps what its events say."),
        (
            "worker",
            "What rotates credentials at their upstreams. warder-worker reads it anew for every step; the daemon only names "
                + "entries."
        ),
        (
            "notices",
            "Who is told that somebody is needed: a rotation failed, waits for a person, or is overdue. A program that "
                + "warder-worker runs, a webhook that it calls, or both; a notice has no secret in it. "
                + "docs/operations/notices.md."
        ),
        (
            "governance",
            "What a security review asks of the people around the vault. Only reports show it: warder report."
        ),
        ("log", "What the daemon says about itself on standard error. The audit log is something else."),
    ]

    /// Every setting there is, in the order of the file.
    static let all: [ConfigurationSetting] =
        alone + unseal + memory + argon2 + limits + deadlines + audit + worker + notices + governance
        + log

    private static let alone: [ConfigurationSetting] = [
        ConfigurationSetting(
            "profile",
            \.profile,
            .choice,
            """
            Who lives with the vault. single-user: operator, agents and MCP servers may share one uid, so every reveal and \
            every change of who may do what asks for the operator's passphrase. team: operators have uids of their own. \
            A new vault is set up with it; an existing one keeps its own.
            """,
            defaultRule: "team for the machine's vault, single-user for a user's own"
        ),
        ConfigurationSetting(
            "state_directory",
            \.stateDirectory,
            .path,
            "Database and lock. Only the daemon's user may enter it (mode 0700).",
            defaultRule: "/var/lib/warder for the machine's vault, ~/.local/share/warder for a user's own"
        ),
        ConfigurationSetting(
            "client_socket",
            \.clientSocket,
            .socketPath,
            "Where MCP servers ask. A socket that systemd passes goes before it, and so does WARDER_SOCKET.",
            defaultRule: "/run/warder/client.sock, or below /run/user/UID/warder"
        ),
        ConfigurationSetting(
            "operator_socket",
            \.operatorSocket,
            .socketPath,
            "Where the warder command asks. A socket that systemd passes goes before it, and so does WARDER_OPERATOR_SOCKET.",
            defaultRule: "/run/warder/operator.sock, or below /run/user/UID/warder"
        ),
        ConfigurationSetting(
            "worker_socket",
            \.workerSocket,
            .socketPath,
            "Where warder-worker asks for steps of rotations. A socket that systemd passes goes before it.",
            defaultRule: "worker.sock beside the operator socket"
        ),
        ConfigurationSetting(
            "worker_user",
            \.workerUser,
            .account,
            """
            Whom warder-worker runs as. Steps of rotations, and the values in them, are handed to this user and to nobody \
            else; it must be one that no server runs as.
            """,
            defaultRule: "warder-worker for the machine's vault, where there is such a user; otherwise nobody",
            sample: "warder-worker"
        ),
        ConfigurationSetting(
            "operator_group",
            \.operatorGroup,
            .group,
            """
            Who besides the daemon's user may open the operator socket. Opening it allows nothing by itself: every request \
            is judged by the roles of the uid behind it. A socket that systemd passes has its group from its unit \
            (SocketGroup= of warderd-operator.socket).
            """,
            defaultRule: "warder for the machine's vault, where there is such a group; none for a user's own",
            sample: "warder"
        ),
        ConfigurationSetting(
            "event_loops",
            \.eventLoops,
            .number(1...64),
            "Threads that serve connections. One is enough for most."
        ),
        ConfigurationSetting(
            "confinement",
            \.confinement,
            .choice([("required", .required), ("best-effort", .bestEffort)]),
            """
            What happens when the daemon cannot give up executing programs, connecting to others and looking into their \
            processes, with seccomp(2). required: it does not start. best-effort: it goes on, and `warder status` says so.
            """
        ),
    ]

    private static let unseal: [ConfigurationSetting] = [
        ConfigurationSetting(
            "unseal.credential_file",
            \.unseal.credentialFile,
            .credentialFile,
            """
            A file whose content opens a key slot when the daemon starts. Made by `warder init --credential-file`. It must \
            belong to the daemon's user, mode 0600; whoever can read it and the database can read every secret. Under \
            systemd a credential is the better way: nothing to set here, see docs/operations/unsealing.md.
            """,
            defaultRule: "$CREDENTIALS_DIRECTORY/warder-unseal where systemd passes it, else none",
            sample: "/etc/warder/unseal.key"
        )
    ]

    private static let memory: [ConfigurationSetting] = [
        ConfigurationSetting(
            "memory.lock",
            \.memory.lock,
            .choice([("required", .required), ("best-effort", .bestEffort)]),
            """
            What happens when the kernel will not lock memory. required: the vault refuses to unseal, or to take more \
            secrets. best-effort: it goes on, `warder status` says so, and keys may reach the swap.
            """
        ),
        ConfigurationSetting(
            "memory.locked_limit",
            \.memory.lockedLimit,
            .size(1 << 20...4 << 30),
            "All secrets in memory together. RLIMIT_MEMLOCK of the process must allow it (LimitMEMLOCK= in the unit)."
        ),
    ]

    private static let argon2: [ConfigurationSetting] = [
        ConfigurationSetting(
            "argon2.passes",
            \.argon2.passes,
            .number(PasswordHash.Cost.minimum.passes...PasswordHash.Cost.maximum.passes),
            "Passes of Argon2id over its memory."
        ),
        ConfigurationSetting(
            "argon2.memory",
            \.argon2.memoryBytes,
            .size(PasswordHash.Cost.minimum.memoryBytes...PasswordHash.Cost.maximum.memoryBytes),
            "Working memory of Argon2id, taken for as long as one check lasts."
        ),
    ]

    private static let limits: [ConfigurationSetting] = [
        ConfigurationSetting(
            "limits.connections_per_uid",
            \.limits.connectionsPerUID,
            .number(1...4096),
            "Open connections of one uid to the client socket."
        ),
        ConfigurationSetting(
            "limits.requests_per_second_per_uid",
            \.limits.requestsPerSecondPerUID,
            .number(1...1_000_000),
            "Steady rate of requests of one uid. Beyond it the answer is rate_limited. Each request can be an event on disk."
        ),
        ConfigurationSetting(
            "limits.burst",
            \.limits.burst,
            .number(1...2_000_000),
            "Requests of one uid that may come at once before the rate counts.",
            defaultRule: "twice requests_per_second_per_uid"
        ),
        ConfigurationSetting(
            "limits.unknown_peer_connections",
            \.limits.unknownPeerConnections,
            .number(1...1024),
            "Open connections of all peers together that match no registered server."
        ),
        ConfigurationSetting(
            "limits.operator_reserve",
            \.limits.operatorReserve,
            .number(1...1024),
            "Connections that only the operator socket can have, so that no server can lock the operators out."
        ),
        ConfigurationSetting(
            "limits.body",
            \.limits.bodyBytes,
            .size(4 << 10...1 << 20),
            "Largest body of a request."
        ),
        ConfigurationSetting(
            "limits.secret_body",
            \.limits.secretBodyBytes,
            .size(64 << 10...8 << 20),
            "Largest body of a request that writes a secret: 1 MiB of values is longer on the wire, in base64."
        ),
    ]

    private static let anyDeadline = Duration.seconds(1)...Duration.seconds(600)

    private static let deadlines: [ConfigurationSetting] = [
        ConfigurationSetting(
            "deadlines.first_byte",
            \.deadlines.firstByte,
            .time(anyDeadline),
            "From the connection to the first byte."
        ),
        ConfigurationSetting(
            "deadlines.headers",
            \.deadlines.headers,
            .time(anyDeadline),
            "From the first byte to the end of the header."
        ),
        ConfigurationSetting(
            "deadlines.body",
            \.deadlines.body,
            .time(anyDeadline),
            "From the end of the header to the end of the body."
        ),
        ConfigurationSetting(
            "deadlines.request",
            \.deadlines.request,
            .time(anyDeadline),
            "From the first byte to the end of the answer. Long polls have a minute of their own."
        ),
        ConfigurationSetting(
            "deadlines.idle",
            \.deadlines.idle,
            .time(.seconds(1)...Duration.seconds(3600)),
            "Between two requests of one connection."
        ),
    ]

    private static let audit: [ConfigurationSetting] = [
        ConfigurationSetting(
            "audit.file",
            \.audit.file,
            .optionalPath,
            """
            A file that gets every event, a line of JSON each, in a directory that is there and that the daemon's user may \
            write to. It has names of secrets and servers in the clear, and no values. When it is moved away, a new one \
            begins; no event is left out, whatever happens.
            """,
            defaultRule: "none",
            sample: "/var/log/warder/events.jsonl"
        ),
        ConfigurationSetting(
            "audit.checkpoints",
            \.audit.checkpoints,
            .optionalPath,
            """
            A directory, not in state_directory, that gets the newest signed checkpoint of the log: a file, replaced every \
            second while events come and every minute otherwise, never by one of a shorter log. A database that was set back \
            to an older copy is not opened while it lies there. Copy it to another machine as well.
            """,
            defaultRule: "/var/lib/warder-checkpoints for the machine's vault, where it is there",
            sample: "/var/lib/warder-checkpoints"
        ),
        ConfigurationSetting(
            "audit.journal",
            \.audit.journal,
            .choice([("on", true), ("off", false)]),
            """
            Whether the system's journal gets every event: journalctl -t warder-audit. The journal has limits of its own for \
            size and rate (RateLimitBurst= in journald.conf), and whoever may read it reads names of secrets.
            """
        ),
        ConfigurationSetting(
            "audit.keep",
            \.audit.keepDays,
            .days(0...36_500),
            """
            Days after which the contents of events are deleted, once a day; 0 keeps them for ever. Their leaves stay, so that \
            proofs hold: docs/operations/retention.md. Cannot be undone.
            """
        ),
        ConfigurationSetting(
            "audit.legal_hold",
            \.audit.legalHold,
            .choice([("false", false), ("true", true)]),
            "true: nothing of the log is deleted, neither by audit.keep nor by an admin."
        ),
    ]

    private static let worker: [ConfigurationSetting] = [
        ConfigurationSetting(
            "worker.start",
            \.worker.isStarted,
            .choice([("on", true), ("off", false)]),
            """
            Whether the daemon starts the warder-worker beside it and keeps it running, as its own user; worker_user then \
            means nothing, because only that process is handed steps. off: a service manager does, as warder-worker.service.
            """,
            defaultRule: "off for the machine's vault, on for a user's own"
        ),
        ConfigurationSetting(
            "worker.jobs",
            \.worker.jobs,
            .number(1...64),
            "Steps that run at the same time, each in a process of its own. Counts from the worker's next start."
        ),
    ]

    private static let governance: [ConfigurationSetting] = [
        ConfigurationSetting(
            "governance.incident_owner",
            \.governance.incidentOwner,
            .words,
            "Who is called when something happens: a person, a rota, a number.",
            defaultRule: "none",
            sample: "on-call of the platform team, +49 30 1234"
        ),
        ConfigurationSetting(
            "governance.escalation",
            \.governance.escalation,
            .words,
            "Whom they call.",
            defaultRule: "none",
            sample: "head of security"
        ),
        ConfigurationSetting(
            "governance.retention",
            \.governance.retention,
            .words,
            "For how long records are kept, and why. What the log keeps by itself is said at audit.keep.",
            defaultRule: "none",
            sample: "one year, by the policy of the company"
        ),
    ]

    private static let notices: [ConfigurationSetting] = [
        ConfigurationSetting(
            "notices.program",
            \.notices.program,
            .optionalPath,
            """
            The program. It gets each notice as one JSON object on standard input, and says by its exit status 0 that \
            somebody was told. Whose it must be is said at worker.hooks. Whether there is one counts from the daemon's \
            next start, everything else from the next notice on.
            """,
            defaultRule: "none",
            sample: "/etc/warder/notify"
        ),
        ConfigurationSetting(
            "notices.sha256",
            \.notices.sha256,
            .sha256,
            "Digest that the program must have; another one is not run.",
            defaultRule: "none",
            sample: String(repeating: "0123456789abcdef", count: 4)
        ),
        ConfigurationSetting(
            "notices.timeout",
            \.notices.timeout,
            .time(.seconds(1)...DaemonConfiguration.Notices.longest),
            "How long the program may take."
        ),
        ConfigurationSetting(
            "notices.user",
            \.notices.user,
            .account,
            "Whom it runs as. Only a worker that runs as root can change the user.",
            defaultRule: "the worker's own user",
            sample: "hooks"
        ),
        ConfigurationSetting(
            "notices.webhook",
            \.notices.webhook.address,
            .webhook,
            """
            Where each notice is posted as one JSON object, signed with webhook_key. An answer of 200 to 299 says that somebody \
            was told; where there is a program too, both have to say so. http:// is for this machine's loopback alone. \
            Everybody can read this file: no secrets in the address.
            """,
            defaultRule: "none",
            sample: "https://alerts.example.com/hooks/warder"
        ),
        ConfigurationSetting(
            "notices.webhook_key",
            \.notices.webhook.key,
            .optionalPath,
            """
            A file with the key that the receiver knows the vault by: whsec_ and the base64 of 24 to 64 random bytes. It must \
            belong to the worker's user, mode 0600. A webhook needs one.
            """,
            defaultRule: "none",
            sample: "/etc/warder/webhook.key"
        ),
        ConfigurationSetting(
            "notices.webhook_ca",
            \.notices.webhook.ca,
            .optionalPath,
            "A file with the certificates of those who alone may vouch for the receiver.",
            defaultRule: "those that the system trusts",
            sample: "/etc/warder/webhook-ca.pem"
        ),
        ConfigurationSetting(
            "notices.webhook_timeout",
            \.notices.webhook.timeout,
            .time(.seconds(1)...Duration.seconds(30)),
            """
            How long the receiver may take, from connecting to the end of its answer. Where there is a program too, both \
            times together are at most a minute.
            """
        ),
    ]

    private static let log: [ConfigurationSetting] = [
        ConfigurationSetting(
            "log.level",
            \.log.level,
            .choice,
            "Least serious message that is written. WARDER_LOG_LEVEL goes before it."
        ),
        ConfigurationSetting("log.format", \.log.format, .choice, "Lines for people, or one JSON object a line."),
    ]
}
