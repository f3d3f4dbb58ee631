import ArgumentParser
import SecretMemory
import StrictJSON
import WarderModel
import WarderWire

/// `warder init`
struct InitCommand: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Set the vault up. Whoever does it becomes its first admin.",
        discussion: """
            Asks twice for a passphrase of at least 12 characters. It opens the vault, and it is your presence \
            passphrase: what you type when the vault must know that it is you and not a program of yours.

            With --credential-file the vault opens with that file instead, without a person. The file is created with \
            32 random bytes and mode 0600. You are asked for your presence passphrase all the same.

            Prints the public key of the audit log. Keep it away from this machine: with it, and only with it, an \
            auditor can tell a true log from a forged one.

            EXAMPLE
              warder init
              warder init --credential-file ./unseal.key
            """
    )

    @Option(help: ArgumentHelp("Open the vault with this file. It is created.", valueName: "path"), completion: .file())
    var credentialFile: String?

    @Flag(help: "Use the credential file that is there already.")
    var useExisting = false

    @Option(
        name: .customLong("operator"),
        help: ArgumentHelp("Your name in the log. (default: your login name)", valueName: "name"),
        transform: NameArgument.operatorName
    )
    var operatorName: OperatorName?

    @Flag(help: "Read the passphrase from standard input instead of asking; one line break at the end is dropped.")
    var stdin = false

    @Argument(help: .hidden) var extra: [String] = []

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        try refuseSecretArguments(extra)
        if useExisting, credentialFile == nil { throw ValidationError("--use-existing needs --credential-file PATH") }
    }

    func run(in session: Session) throws(CommandFailure) {
        let vault = try session.vault()
        let status: VaultStatus = try vault.ask(VaultRequest("GET", "/v1/sys/status")).value
        guard status.state == "not_initialised" else {
            throw CommandFailure(.conflict, "the vault is set up already", hints: ["Look: warder status"])
        }
        guard let name = operatorName ?? Accounts.ownOperatorName else {
            throw .usage("your login name cannot be a name in the log", hints: ["Give one: --operator NAME"])
        }
        let answer: Answer<InitAnswer>
        if let credentialFile {
            answer = try initialise(vault, CredentialFile(credentialFile), name, session)
        } else {
            let passphrase = try passphrase("passphrase of the vault", session)
            answer = try vault.ask(request(passphrase: passphrase.bytes, credential: nil, presence: nil, name))
        }
        try session.output.show(answer) { answer throws(CommandFailure) in try show(answer, session) }
        explain(answer.value, session)
    }

    private func initialise(
        _ vault: Vault,
        _ file: CredentialFile,
        _ name: OperatorName,
        _ session: Session
    ) throws(CommandFailure) -> Answer<InitAnswer> {
        // An existing file is looked at before the person is asked to think of a passphrase.
        let existing = useExisting ? try file.read() : nil
        if !useExisting { try file.refuseExisting() }
        let presence = try passphrase("presence passphrase of yours", session)
        let credential = if let existing { existing } else { try file.create() }
        do throws(CommandFailure) {
            return try vault.ask(request(passphrase: nil, credential: credential, presence: presence.bytes, name))
        } catch {
            // A refusal means that nothing was set up. Where the connection broke it may have been: the file stays,
            // for it could be the vault's only key.
            let wasRefused = ![.unreachable, .server].contains(error.status)
            guard !useExisting else { throw error }
            var failure = error
            if wasRefused {
                file.remove()
            } else {
                failure.hints.append("The new credential file was kept: it may be the vault's only key.")
            }
            throw failure
        }
    }

    private func passphrase(_ name: String, _ session: Session) throws(CommandFailure) -> Passphrase {
        guard stdin else { return try Passphrase.askForNew(name, prompter: session.context.prompter) }
        let passphrase = Passphrase(
            try SecretSource.standardInput(session.context.standardInput, keepsNewline: false)
        )
        try passphrase.checkStrength()
        return passphrase
    }

    private func request(
        passphrase: SecretBytes?,
        credential: SecretBytes?,
        presence: SecretBytes?,
        _ name: OperatorName
    ) throws(CommandFailure) -> VaultRequest {
        let secrets = [passphrase, credential, presence].compactMap { $0 }
        var buffer = JSONBuffer(capacity: 256 + secrets.reduce(0) { $0 + SecretJSON.capacity(for: $1) })
        buffer.beginObject()
        if let passphrase { try SecretJSON.append(passphrase, key: "passphrase", to: &buffer) }
        if let credential {
            buffer.key("credential_base64")
            try SecretJSON.appendBase64(credential, to: &buffer)
        }
        if let presence { try SecretJSON.append(presence, key: "presence", to: &buffer) }
        buffer.field("operator", name.text)
        buffer.endObject()
        return VaultRequest("POST", "/v1/sys/init", body: RequestBody(buffer))
    }

    private func show(_ answer: InitAnswer, _ session: Session) throws(CommandFailure) {
        var details = Details()
        details.add("Vault", answer.vault)
        details.add("Operator", "\(answer.operatorName) (\(answer.roles.joined(separator: ", ")))")
        details.add("Credential", credentialFile)
        details.add("Log key", answer.logKey)
        try session.output.print(details)
    }

    /// What to type now. In a team the first admin may not read the log, until they say so to themselves and others.
    private func next(_ answer: InitAnswer) -> [String] {
        var commands: [String] = []
        if !answer.roles.contains(Role.auditor.rawValue) {
            let roles = (answer.roles + [Role.auditor.rawValue]).map { " --role \($0)" }.joined()
            commands.append("warder operator add \(answer.operatorName) --uid \(Accounts.ownUID)\(roles)")
        }
        commands += [
            "warder secret put github/pat", "warder server add github --uid USER --owner TEAM", "warder doctor",
        ]
        return commands.enumerated().map { index, command in
            (index == 0 ? "Next:  " : "       ") + TerminalText.escaped(command)
        }
    }

    private func explain(_ answer: InitAnswer, _ session: Session) {
        session.console.message(
            "the vault is set up and open",
            hints: [
                "Keep the log key where this machine cannot change it: a password manager, paper, another computer.",
                "With it, and only with it, an exported log can be told from a forged one.",
            ]
                + (credentialFile == nil
                    ? ["Without the passphrase nobody can open the vault again: write it down and lock it away."]
                    : [
                        "Whoever has the credential file can open the vault, and nobody else: keep a copy offline."
                    ])
                + next(answer)
        )
    }
}

/// Refuses values on the command line without repeating them.
///
/// - Throws: `ValidationError` that tells the person that the value has been seen by others.
func refuseSecretArguments(_ extra: [String]) throws {
    guard !extra.isEmpty else { return }
    throw ValidationError(
        """
        a secret is never given as an argument: other processes can read it, and your shell has kept it. \
        Use the prompt, --stdin or a file. If what you just typed was a real secret, replace it at its source.
        """
    )
}
