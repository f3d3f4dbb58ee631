import ArgumentParser
import SecretMemory
import StrictJSON
import WarderWire

/// `warder unseal`
struct UnsealCommand: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "unseal",
        abstract: "Open the vault with its passphrase or its credential file.",
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

    @Argument(help: .hidden) var extra: [String] = []

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        try refuseSecretArguments(extra)
        if stdin, credentialFile != nil { throw ValidationError("--stdin and --credential-file exclude each other") }
    }

    func run(in session: Session) throws(CommandFailure) {
        let vault = try session.vault()
        let status: Answer<VaultStatus> = try vault.ask(VaultRequest("GET", "/v1/sys/status"))
        switch status.value.state {
        case "unsealed":
            session.console.message("the vault is open already")
            try show(status, session)
        case "not_initialised":
            throw CommandFailure(.sealed, "the vault was never set up", hints: ["Set it up: warder init"])
        default: try show(unseal(vault, session), session)
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
