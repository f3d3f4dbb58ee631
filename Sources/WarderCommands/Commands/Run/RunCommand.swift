import ArgumentParser
import Glibc
import Launching
import UpstreamProxy
import WarderModel
import WarderWire

/// `warder run`
struct RunCommand: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Start an MCP server, so that it and what it starts may ask the vault.",
        discussion: """
            For the configurations of MCP clients: the client starts this, and this starts the server, passes on what \
            both say, and ends what is left when the client is done. The server must be registered with --launch; who \
            belongs to it the kernel tells by the chain of parents, so that npx or uvx in between do not matter.

            With --env a server that cannot ask the vault gets values in its environment; they need a grant for \
            SERVER/@launch. When one changes, the server is started anew between two calls, and the session goes on.

            With --proxy a server that cannot ask the vault never holds its credential: it gets the address of a proxy \
            on this machine and a placeholder, and the proxy puts the credential into its requests while a call of a \
            tool is in flight that has a grant for it. Each name needs --proxy, --proxy-secret, --proxy-url and \
            --proxy-placeholder.

            EXAMPLE
              warder run --server github -- npx -y github-mcp
              warder run --server github --env GITHUB_TOKEN=github/pat -- github-mcp stdio
              warder run --server mail --env PASS=smtp/box --on-rotation signal:HUP -- mcp
              warder run --server grafana --proxy api=https://grafana.example.org \\
                --proxy-secret api=grafana/token --proxy-url api=GRAFANA_URL \\
                --proxy-placeholder api=GRAFANA_SERVICE_ACCOUNT_TOKEN -- mcp-grafana
            """
    )

    @Option(help: ArgumentHelp("The registered server.", valueName: "name"), transform: NameArgument.server)
    var server: ServerName

    @Option(
        help: ArgumentHelp(
            "A variable and the secret that it gets; repeat it for several.",
            valueName: "variable=secret[#field]"
        ),
        transform: Self.parse
    )
    var env: [EnvironmentSecret] = []

    @Option(
        help: ArgumentHelp(
            "What to do when a value changes: restart, signal:NAME or ignore. (default: restart)",
            valueName: "policy"
        ),
        transform: Self.policy
    )
    var onRotation: RotationPolicy?

    @OptionGroup(title: "Without the credential in the server") var proxies: ProxyOptions

    @Option(
        help: ArgumentHelp(
            "The client socket; the server gets it too. (environment: WARDER_SOCKET)",
            valueName: "path"
        ),
        completion: .file()
    )
    var clientSocket: String?

    @Argument(parsing: .postTerminator, help: ArgumentHelp("The server's program and its arguments, behind `--`."))
    var command: [String] = []

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard !command.isEmpty else { throw ValidationError("say what to start: warder run --server NAME -- COMMAND") }
        guard Set(env.map(\.variable)).count == env.count else {
            throw ValidationError("--env names a variable twice")
        }
        if proxies.areGiven, let first = env.first {
            throw ValidationError(
                "--env would put a credential where --proxy keeps them out; leave --env \(first.variable)=… away, or declare it: --proxy-secret NAME=\(first.secret.text) --proxy-placeholder NAME=\(first.variable)"
            )
        }
        if proxies.areGiven, onRotation != nil {
            throw ValidationError("with --proxy each request has the value of that moment: leave --on-rotation away")
        }
        if let clientSocket, !clientSocket.hasPrefix("/") {
            throw ValidationError("--client-socket needs an absolute path")
        }
    }

    func run(in session: Session) throws(CommandFailure) {
        let socket = if let clientSocket { clientSocket } else { try session.clientSocket() }
        if proxies.areGiven { return try runProxied(session, socket) }
        let plan = LaunchPlan(
            server: server,
            command: command,
            secrets: env,
            policy: onRotation ?? .restart,
            socket: socket,
            // What the server asks by itself is asked at the same place.
            variables: clientSocket.map { ["WARDER_SOCKET": $0] } ?? [:],
            mask: session.context.mask
        )
        let remarks = Remarks()
        let code: Int32
        do throws(LaunchFault) {
            code = try Supervisor(plan) { line, hints in remarks.say(TerminalText.escaped(line), hints: hints) }.run()
        } catch {
            remarks.finish()
            throw failure(error, socket)
        }
        remarks.finish()
        // As the server did, whatever that means. At once: a thread may still wait for whoever reads standard error.
        _exit(code)
    }

    private func runProxied(_ session: Session, _ socket: String) throws(CommandFailure) {
        let declarations: ProxyDeclarations
        do throws(ProxyDeclarations.Fault) { declarations = try proxies.declarations() } catch {
            throw .usage("the options of --proxy do not belong together", hints: ["See: warder run --help"])
        }
        let remarks = Remarks()
        let run = ProxiedRun(
            server: server,
            declarations: declarations,
            command: command,
            socket: socket,
            mask: session.context.mask,
            remarks: remarks
        )
        let code: Int32
        do throws(ProxiedRun.Fault) { code = try run.run() } catch {
            remarks.finish()
            switch error {
            case .launch(let fault): throw failure(fault, socket)
            case .proxy(.authorities(let upstream)):
                throw .usage(
                    "the certificates for \(upstream) cannot be read",
                    hints: ["Name a file of certificates in PEM: --proxy-ca \(upstream)=FILE"]
                )
            case .proxy(.port):
                throw .usage("there is no port on 127.0.0.1 for a proxy", hints: ["What holds them: ss -tlnp"])
            case .client:
                throw .usage("the client socket's path cannot be used", hints: ["Name another: --client-socket PATH"])
            }
        }
        remarks.finish()
        // At once: threads that carry bytes may still wait for a client that says nothing.
        _exit(code)
    }

    private static func parse(_ text: String) throws -> EnvironmentSecret {
        do throws(EnvironmentSecret.Fault) { return try EnvironmentSecret(text) } catch {
            switch error {
            case .shape: throw InputError("write it as VARIABLE=SECRET or VARIABLE=SECRET#FIELD")
            case .variable: throw InputError("a variable is letters, digits and _, with no digit in front")
            case .reserved: throw InputError("variables that begin with WARDER_ are the vault's own")
            case .secret: throw InputError("the secret is a name such as github/pat")
            case .field: throw InputError("the field is a name such as value")
            }
        }
    }

    private static func policy(_ text: String) throws -> RotationPolicy {
        guard let policy = RotationPolicy(text) else {
            throw InputError("it is restart, ignore, or signal: and one of HUP, INT, TERM, USR1, USR2, WINCH")
        }
        return policy
    }

    // MARK: What went wrong

    private func failure(_ fault: LaunchFault, _ socket: String) -> CommandFailure {
        let words = command.map(TerminalText.escaped).first ?? ""
        switch fault {
        case .unreachable(let fault): return CommandFailure(fault, socket: socket)
        case .refused(let code, let request, let requestID): return failure(code, request, requestID)
        case .malformed: return .malformedAnswer
        case .memory:
            return CommandFailure(.server, "there is no memory that is kept from disk", hints: ["Raise it: ulimit -l"])
        case .unfitValue(let secret):
            return .usage(
                "\(secret.secret.text) holds a NUL, which no environment can hold",
                hints: ["Name a field that is text: --env \(secret.variable)=\(secret.secret.text)#FIELD"]
            )
        case .program(let reason):
            return .usage(
                "\(words) cannot be started: \(SystemReason.text(reason))",
                hints: ["Is it installed, and in the PATH that the client gives? Name it with its whole path"]
            )
        case .kernel(let reason): return .usage("this cannot be a launcher: \(SystemReason.text(reason))")
        case .lostSession:
            return CommandFailure(
                .server,
                "\(words) was started anew with another value, and did not go on with the session",
                hints: ["Start the server anew in the client, or leave it as it is: --on-rotation ignore"]
            )
        }
    }

    private func failure(
        _ code: ErrorCode,
        _ request: LaunchFault.Request,
        _ requestID: String
    ) -> CommandFailure {
        let status = ExitStatus(code)
        let look = "Why: warder audit search --where request_id=\(TerminalText.escaped(requestID))"
        switch (code, request) {
        case (.sealed, _): return CommandFailure(status, "the vault is sealed", hints: ["Open it: warder unseal"])
        case (.notInitialised, _):
            return CommandFailure(status, "the vault was never set up", hints: ["Set it up: warder init"])
        case (.restoredVault, _):
            return CommandFailure(
                status,
                "the vault was restored from a backup and is in quarantine",
                hints: ["Let servers in: warder backup release"]
            )
        case (.rateLimited, .launch):
            return CommandFailure(
                status,
                "too many servers of this user are started already",
                hints: ["Who they are: warder audit search --type launch.start"]
            )
        case (.unavailable, .launch):
            return CommandFailure(
                status,
                "the vault cannot see just now who started this process",
                hints: [
                    "Try again in a moment; if it lasts: does /proc hide processes from the daemon (hidepid)?", look,
                ]
            )
        case (.denied, .launch):
            return CommandFailure(
                status,
                "the vault does not let this process start \(server.text)",
                hints: [
                    "Register it: warder server add \(server.text) --launch",
                    "How it is known, and whether it is quarantined: warder server show \(server.text)",
                    "What another server of yours has started starts none itself: start this one from outside",
                ]
            )
        case (.denied, .variable(let secret)):
            return CommandFailure(
                status,
                "\(secret.secret.text) is not granted to \(server.text)/@launch",
                hints: [
                    "Once for the server: warder tool add \(server.text)/@launch --risk read-only",
                    "Then: warder grant add \(server.text)/@launch \(secret.secret.text)\(Self.option(secret))",
                    "All that is missing: warder explain --server \(server.text) --tool @launch --secret \(secret.secret.text)",
                    look,
                ]
            )
        case (.approvalRequired, .variable(let secret)):
            return CommandFailure(
                status,
                "\(secret.secret.text) needs an approval, which a value in an environment cannot wait for",
                hints: [
                    "Let the server ask for it at each call, or grant it without:",
                    "warder grant remove \(server.text)/@launch \(secret.secret.text); warder grant add \(server.text)/@launch \(secret.secret.text)\(Self.option(secret)) --approval none",
                ]
            )
        case (.notFound, .variable(let secret)):
            return CommandFailure(
                status,
                "there is no \(secret.secret.text) with a field \(secret.field.text)",
                hints: ["See what there is: warder secret show \(secret.secret.text)"]
            )
        default:
            return CommandFailure(
                status,
                "the vault refused (\(TerminalText.escaped(code.rawValue)))",
                hints: ["Try again in a moment; if it lasts: systemctl status warderd", look]
            )
        }
    }

    private static func option(_ secret: EnvironmentSecret) -> String {
        secret.field == .value ? "" : " --field \(secret.field.text)"
    }
}
