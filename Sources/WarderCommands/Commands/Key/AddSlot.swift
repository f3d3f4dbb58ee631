import ArgumentParser
import SecretMemory
import StrictJSON
import WarderWire

/// `warder key add-slot`
struct AddSlot: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "add-slot",
        abstract: "Add a way to open the vault: a passphrase, a file, or shares.",
        discussion: """
            Without options it asks twice for a passphrase. --credential-file creates a file of 32 random bytes, mode \
            0600.

            --shares N --threshold K makes N shares for as many people: any K of them open the vault, fewer tell \
            nothing. They are shown once, one at a time, on the terminal. With --out each goes to a new file of its own, mode \
            0600, and with a --recipient for each share it is encrypted by the program age: to an age or SSH public \
            key. The vault does not keep shares. --output json prints all of them, for programs.

            EXAMPLE
              warder key add-slot
              pass show warder | warder key add-slot --stdin
              warder key add-slot --credential-file ./second.key
              warder key add-slot --shares 5 --threshold 3
              warder key add-slot --shares 3 --threshold 2 --out /media/usb
              warder key add-slot --shares 2 --threshold 2 --out . --recipient age1k… age1w…
            """
    )

    @Option(help: ArgumentHelp("Open the vault with this file. It is created.", valueName: "path"), completion: .file())
    var credentialFile: String?

    @Flag(help: "Use the credential file that is there already.")
    var useExisting = false

    @Flag(help: "Read the passphrase from standard input; one line break at the end is dropped.")
    var stdin = false

    @Option(help: ArgumentHelp("How many shares are made, up to 255.", valueName: "number"))
    var shares: Int?

    @Option(help: ArgumentHelp("How many of them open the vault, from 2.", valueName: "number"))
    var threshold: Int?

    @Option(
        help: ArgumentHelp("Write each share to a new file in this directory.", valueName: "path"),
        completion: .directory
    )
    var out: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Encrypt a share to this age or SSH public key; one for each share.", valueName: "text")
    )
    var recipient: [String] = []

    @Argument(help: .hidden) var extra: [String] = []

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        try refuseSecretArguments(extra)
        if credentialFile != nil, stdin { throw ValidationError("--stdin and --credential-file exclude each other") }
        if useExisting, credentialFile == nil { throw ValidationError("--use-existing needs --credential-file PATH") }
        guard (shares == nil) == (threshold == nil) else {
            throw ValidationError("--shares N and --threshold K go together")
        }
        guard let shares, let threshold else {
            if out != nil { throw ValidationError("--out needs --shares N --threshold K") }
            if !recipient.isEmpty { throw ValidationError("--recipient needs --shares N --threshold K and --out PATH") }
            return
        }
        guard (2...255).contains(threshold), (threshold...255).contains(shares) else {
            throw ValidationError("--threshold is at least 2, and --shares at least as many, up to 255")
        }
        if credentialFile != nil || stdin {
            throw ValidationError("a slot is opened by a passphrase, or by a file, or by shares")
        }
        guard recipient.isEmpty || out != nil else { throw ValidationError("--recipient needs --out PATH") }
        guard recipient.isEmpty || recipient.count == shares else {
            throw ValidationError(
                "--recipient names one public key for each of the \(shares) shares, not \(recipient.count)"
            )
        }
    }

    func run(in session: Session) throws(CommandFailure) {
        if let shares, let threshold {
            let destination = try ShareDestination(out: out, recipients: recipient, count: shares, session)
            return try AddShares(threshold: threshold, count: shares, session: session).run(destination)
        }
        let vault = try session.vault()
        let answer: Answer<KeySlotSummary>
        if let credentialFile {
            answer = try add(CredentialFile(credentialFile), vault)
        } else {
            answer = try vault.ask(VaultRequest("POST", "/v1/keys/slots", body: try passphrase(session).body))
        }
        try session.output.show(answer) { slot throws(CommandFailure) in
            try session.console.print("slot \(SlotName.short(slot)): a \(slot.opener) opens the vault")
        }
    }

    private func passphrase(_ session: Session) throws(CommandFailure) -> Passphrase {
        guard stdin else {
            return try Passphrase.askForNew("passphrase of the vault", prompter: session.context.prompter)
        }
        let passphrase = Passphrase(
            try SecretSource.standardInput(session.context.standardInput, keepsNewline: false)
        )
        try passphrase.checkStrength()
        return passphrase
    }

    private func add(_ file: CredentialFile, _ vault: Vault) throws(CommandFailure) -> Answer<KeySlotSummary> {
        let credential = useExisting ? try file.read() : try file.create()
        do throws(CommandFailure) {
            return try vault.ask(VaultRequest("POST", "/v1/keys/slots", body: try Self.body(credential)))
        } catch {
            guard !useExisting else { throw error }
            var failure = error
            // A refusal means that there is no slot. Where the connection broke there may be one, and this file opens
            // it.
            if [.unreachable, .server].contains(error.status) {
                failure.hints.append("The new credential file was kept: it may open the vault. Look: warder key slots")
            } else {
                file.remove()
            }
            throw failure
        }
    }

    private static func body(_ credential: SecretBytes) throws(CommandFailure) -> RequestBody {
        var body = JSONBuffer(capacity: 64 + SecretJSON.capacity(for: credential) * 2)
        body.beginObject()
        body.key("credential_base64")
        try SecretJSON.appendBase64(credential, to: &body)
        body.endObject()
        return RequestBody(body)
    }
}
