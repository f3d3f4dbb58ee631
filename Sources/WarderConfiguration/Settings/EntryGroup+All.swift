import WarderModel

extension EntryGroup {
    /// Every group there is, in the order of the file.
    static let all = [hooks, postgres]

    private static let hooks = EntryGroup(
        "worker",
        "hooks",
        at: \.worker.hooks,
        makes: DaemonConfiguration.Hook(),
        sample: "github-token",
        "Programs that rotate a credential, each under a name of its own: docs/operations/rotation-hooks.md.",
        settings: [
            EntrySetting(
                "program",
                of: \.worker.hooks,
                \.program,
                .path,
                """
                The program. It and every directory on the way to it must belong to root or to the worker's user, and \
                nobody else may write to them. What was checked is what runs: it is copied before, so files beside it \
                are not found by its own path.
                """,
                defaultRule: nil,
                sample: "/etc/warder/hooks/github-token"
            ),
            EntrySetting(
                "sha256",
                of: \.worker.hooks,
                \.sha256,
                .sha256,
                "Digest that the program must have; another one is not run.",
                defaultRule: "none",
                sample: String(repeating: "0123456789abcdef", count: 4)
            ),
            EntrySetting(
                "timeout",
                of: \.worker.hooks,
                \.timeout,
                .time(.seconds(1)...Duration.seconds(3600)),
                "How long one step may take, where the secret does not allow less.",
                defaultRule: "1m",
                sample: "1m"
            ),
            EntrySetting(
                "user",
                of: \.worker.hooks,
                \.user,
                .account,
                "Whom it runs as. Only a worker that runs as root can change the user.",
                defaultRule: "the worker's own user",
                sample: "hooks"
            ),
            EntrySetting(
                "environment",
                of: \.worker.hooks,
                \.environment,
                """
                Its environment, with PATH as /usr/local/bin:/usr/bin:/bin unless it says otherwise. Nothing of the \
                worker's own is handed on. Everybody can read this file: no secrets.
                """,
                accepts: "names with values, as {NAME: value}",
                sample: "{PATH: /usr/bin:/bin}"
            ) { name, value in
                EnvironmentText.fault(name, value)
            },
        ]
    )

    private static let postgres = EntryGroup(
        "worker",
        "postgres",
        at: \.worker.postgres,
        makes: DaemonConfiguration.PostgresServer(),
        sample: "main",
        "PostgreSQL servers whose roles get new passwords, each under a name of its own.",
        settings: [
            EntrySetting(
                "host",
                of: \.worker.postgres,
                \.host,
                .host,
                "Where it is. The directory of its Unix socket, such as /run/postgresql, needs no TLS.",
                defaultRule: nil,
                sample: "db.internal"
            ),
            EntrySetting(
                "port",
                of: \.worker.postgres,
                \.port,
                .number(1...65535),
                "Its port; on a Unix socket, what its name ends with.",
                defaultRule: "5432",
                sample: "5432"
            ),
            EntrySetting(
                "database",
                of: \.worker.postgres,
                \.database,
                .databaseName,
                "The database that is logged in to. Passwords are the same in all databases of a server.",
                defaultRule: nil,
                sample: "app"
            ),
            EntrySetting(
                "tls",
                of: \.worker.postgres,
                \.tls,
                .choice,
                "verify-full: with TLS, and a certificate for that very host. disable is for Unix sockets alone.",
                defaultRule: "verify-full",
                sample: "verify-full"
            ),
            EntrySetting(
                "ca",
                of: \.worker.postgres,
                \.ca,
                .path,
                "A file with the certificates of those who may vouch for the server.",
                defaultRule: "/etc/ssl/certs/ca-certificates.crt",
                sample: "/etc/ssl/certs/ca-certificates.crt"
            ),
        ]
    ) { server in
        guard server.tls == .disable, !server.isLocal else { return nil }
        return (
            "tls",
            SettingFault(
                problem: "cannot be disable for a server that is reached over a network",
                remedy: "take the line out, or give the directory of a Unix socket as host"
            )
        )
    }
}

/// What can stand in an environment.
enum EnvironmentText {
    /// What is wrong with a variable; `nil` when nothing is.
    static func fault(_ name: String, _ value: String) -> SettingFault? {
        let isName =
            (1...100).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte & 0xDF) || byte == UInt8(ascii: "_")
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
        guard isName, !(0x30...0x39).contains(name.utf8.first ?? 0x30) else {
            return SettingFault(
                problem: "cannot have the variable \(Quotation.quoted(name))",
                remedy: "a name has letters, digits and _, and no digit first"
            )
        }
        // The loader reads these before the program can say anything about it.
        guard !name.hasPrefix("LD_") else {
            return SettingFault(
                problem: "cannot have the variable \(Quotation.quoted(name))",
                remedy: "variables of the dynamic loader would run other code than the program that was checked"
            )
        }
        guard !value.utf8.contains(0), value.utf8.count <= 4096 else {
            return SettingFault(
                problem: "has a value for \(name) that is no text for an environment",
                remedy: "give at most 4096 bytes, without NUL"
            )
        }
        return nil
    }
}
