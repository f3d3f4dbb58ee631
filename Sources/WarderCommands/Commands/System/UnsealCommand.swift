import ArgumentParser
import SecretMemory
import StrictJSON
import WarderWire

/// `warder unseal`
struct UnsealCommand: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "unseal",
        abstract: "Open the vault: with its passphrase, its credential file, or a share.",
        discussion: """
            Any key slot opens it. A vault that is open already stays so, and that is no error.

            EXAMPLE
              warder unseal
              warder unseal --credential-file ./unseal.key
              pass show warder | warder unseal --stdin
            """
    )

    private static let attempts = 3

    @Option(help: ArgumentHelp("Use this file instead of the passphrase.", valueName: "path"), completion: .file())
    var credentialFile: String?

    @Flag(help: "Read the passphrase from standard input; one line break at the end is dropped.")
    var stdin = false

    @Flag(help: "Bring one share; the last that is needed opens the vault.")
    var share = false

    @Option(help: ArgumentHelp("The attempt that others have begun, as they read it to you.", valueName: "name"))
    var attempt: String?

    @Flag(help: "Drop the shares that were brought so far.")
    var cancel = false

    @Argument(help: .hidden) var extra: [String] = []

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        try refuseSecretArguments(extra)
        if stdin, credentialFile != nil { throw ValidationError("--stdin and --credential-file exclude each other") }
        if share, credentialFile != nil { throw ValidationError("--share and --credential-file exclude each other") }
        if attempt != nil, !share { throw ValidationError("--attempt goes with --share") }
        if cancel, share || stdin || credentialFile != nil { throw ValidationError("--cancel stands alone") }
    }

    func run(in session: Session) throws(CommandFailure) {
        let vault = try session.vault()
        if cancel {
            let status: Answer<VaultStatus> = try vault.ask(VaultRequest("DELETE", "/v1/sys/unseal/share"))
            session.console.message("the shares that were brought are dropped")
            return try show(status, session)
        }
        let status: Answer<VaultStatus> = try vault.ask(VaultRequest("GET", "/v1/sys/status"))
        switch status.value.state {
        case "unsealed":
            let given = stdin || share || credentialFile != nil
            session.console.message(
                "the vault was open already" + (given ? "; what you gave was not looked at, right or wrong" : "")
            )
            try show(status, session)
        case "not_initialised":
            throw CommandFailure(.sealed, "the vault was never set up", hints: ["Set it up: warder init"])
        default:
            let opened =
                share ? try bring(status.value.unsealing, vault, session) : try unseal(vault, session)
            try show(opened, session)
        }
    }

    private func unseal(_ vault: Vault, _ session: Session) throws(CommandFailure) -> Answer<VaultStatus> {
        if let credentialFile {
            return try vault.ask(request(passphrase: nil, credential: try CredentialFile(credentialFile).read()))
        }
        if stdin {
            let passphrase = try SecretSource.standardInput(session.context.standardInput, keepsNewline: false)
            return try vault.ask(request(passphrase: passphrase, credential: nil))
        }
        for attempt in 1... {
            do throws(CommandFailure) {
                return try vault.ask(request(passphrase: try ask(session), credential: nil))
            } catch {
                guard error.isWrongPassphrase, attempt < Self.attempts else { throw error }
                session.console.message("that passphrase opens nothing; try again")
            }
        }
        throw .silent(.denied)
    }

    /// Brings a share. Which attempt it is for the person says, and not this program: others read its name aloud.
    private func bring(
        _ present: UnsealingProgress?,
        _ vault: Vault,
        _ session: Session
    ) throws(CommandFailure) -> Answer<VaultStatus> {
        let text: SecretBytes
        if stdin {
            text = try SecretSource.standardInput(session.context.standardInput, keepsNewline: false)
        } else {
            text = try ShareQuestions(session: session).one("Your share:")
        }
        // After the share, though it decides about it: who is asked for something first types the share, and this
        // question shows what is typed.
        var name = attempt
        if let present, name == nil {
            session.console.message(
                "an attempt is under way: \(present.have.count) of \(present.need) shares are there"
            )
            name = try session.context.prompter.line(
                "The name of the attempt, as those who began it read it to you:",
                otherwise: .usage("name the attempt: --attempt NAME", hints: ["Ask whoever began it"])
            )
        }
        var body = JSONBuffer(capacity: 96 + SecretJSON.capacity(for: text))
        body.beginObject()
        try SecretJSON.append(text, key: "share", to: &body)
        if let name { body.field("attempt", name) }
        body.endObject()
        let answer: Answer<VaultStatus> = try vault.ask(
            VaultRequest("POST", "/v1/sys/unseal/share", body: RequestBody(body))
        )
        if let now = answer.value.unsealing {
            let attempt = TerminalText.escaped(now.attempt)
            session.console.message(
                "\(now.have.count) of \(now.need) shares are there; the attempt is called \(attempt)",
                hints: [
                    "It ends in \(max(1, now.secondsLeft / 60)) min. Read its name to the next person, who runs:",
                    "warder unseal --share --attempt \(attempt)",
                ]
            )
        }
        return answer
    }

    private func ask(_ session: Session) throws(CommandFailure) -> SecretBytes {
        try session.context.prompter.hidden(
            "Passphrase of the vault:",
            otherwise: .usage(
                "there is no terminal to ask for the passphrase on",
                hints: ["Use a pipe or a file: --stdin, --credential-file PATH"]
            )
        )
    }

    private func request(passphrase: SecretBytes?, credential: SecretBytes?) throws(CommandFailure) -> VaultRequest {
        let secrets = [passphrase, credential].compactMap { $0 }
        var buffer = JSONBuffer(capacity: 64 + secrets.reduce(0) { $0 + SecretJSON.capacity(for: $1) })
        buffer.beginObject()
        if let passphrase { try SecretJSON.append(passphrase, key: "passphrase", to: &buffer) }
        if let credential {
            buffer.key("credential_base64")
            try SecretJSON.appendBase64(credential, to: &buffer)
        }
        buffer.endObject()
        return VaultRequest("POST", "/v1/sys/unseal", body: RequestBody(buffer))
    }

    private func show(_ status: Answer<VaultStatus>, _ session: Session) throws(CommandFailure) {
        try session.output.show(status) { status throws(CommandFailure) in
            try session.console.print(TerminalText.escaped(status.state))
        }
    }
}
