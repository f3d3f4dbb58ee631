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

            --shares K --of N makes N shares for as many people: any K of them open the vault, fewer tell nothing. \
            With --out each goes to a file of its own, mode 0600: move each to its person and remove it here. The \
            vault does not keep them.

            EXAMPLE
              warder key add-slot
              warder key add-slot --credential-file /etc/warder/second.key
              warder key add-slot --shares 2 --of 3 --out /media/usb
            """
    )

    @Option(help: ArgumentHelp("Open the vault with this file. It is created.", valueName: "path"), completion: .file())
    var credentialFile: String?

    @Flag(help: "Use the credential file that is there already.")
    var useExisting = false

    @Option(help: ArgumentHelp("How many shares open the vault.", valueName: "number"))
    var shares: Int?

    @Option(help: ArgumentHelp("How many shares are made.", valueName: "number"))
    var of: Int?

    @Option(
        help: ArgumentHelp("Write each share to a new file in this directory.", valueName: "path"),
        completion: .directory
    )
    var out: String?

    @Flag(help: "Read the passphrase from standard input; one line break at the end is dropped.")
    var stdin = false

    @Argument(help: .hidden) var extra: [String] = []

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        try refuseSecretArguments(extra)
        guard (shares == nil) == (of == nil) else { throw ValidationError("--shares K and --of N go together") }
        if let shares, let of, !(2...255).contains(shares) || !(shares...255).contains(of) {
            throw ValidationError("--shares is at least 2, and --of at least as many, up to 255")
        }
        if shares != nil, credentialFile != nil || stdin {
            throw ValidationError("a slot is opened by a passphrase, or by a file, or by shares")
        }
        if credentialFile != nil, stdin { throw ValidationError("--stdin and --credential-file exclude each other") }
        if out != nil, shares == nil { throw ValidationError("--out needs --shares K --of N") }
        if useExisting, credentialFile == nil { throw ValidationError("--use-existing needs --credential-file PATH") }
    }

    func run(in session: Session) throws(CommandFailure) {
        if let shares, let of { return try addShares(shares, of, session) }
        let vault = try session.vault()
        let answer: Answer<KeySlotSummary>
        if let credentialFile {
            answer = try add(CredentialFile(credentialFile), vault)
        } else {
            let passphrase = try passphrase(session)
            var body = JSONBuffer(capacity: 64 + SecretJSON.capacity(for: passphrase.bytes))
            body.beginObject()
            try SecretJSON.append(passphrase.bytes, key: "passphrase", to: &body)
            body.endObject()
            answer = try vault.ask(VaultRequest("POST", "/v1/keys/slots", body: RequestBody(body)))
        }
        try session.output.show(answer) { slot throws(CommandFailure) in
            try session.console.print("slot \(slot.id.prefix(SlotName.shortest)): a \(slot.opener) opens the vault")
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
        var body = JSONBuffer(capacity: 64 + SecretJSON.capacity(for: credential))
        body.beginObject()
        body.key("credential_base64")
        try SecretJSON.appendBase64(credential, to: &body)
        body.endObject()
        do throws(CommandFailure) {
            return try vault.ask(VaultRequest("POST", "/v1/keys/slots", body: RequestBody(body)))
        } catch {
            guard !useExisting else { throw error }
            var failure = error
            if [.unreachable, .server].contains(error.status) {
                failure.hints.append("The new credential file was kept: it may open the vault.")
            } else {
                file.remove()
            }
            throw failure
        }
    }

    // MARK: Shares

    private func addShares(_ threshold: Int, _ count: Int, _ session: Session) throws(CommandFailure) {
        guard let out else {
            guard global.output == .json else {
                throw .usage(
                    "say where the shares go",
                    hints: ["To files, one for each person: --out DIRECTORY", "To a program: --output json"]
                )
            }
            let document = try ask(threshold, count, session)
            defer { document.wipe() }
            return try session.console.write(IndentedJSON.bytes(document.root))
        }
        // Before there is a slot that nobody could open.
        let files = try ShareFiles(directory: out, count: count)
        let document = try ask(threshold, count, session)
        defer { document.wipe() }
        let slot: KeySlotSummaryOfShares
        do throws(JSONDecodingError) {
            slot = try document.decode(KeySlotSummaryOfShares.self, unknownKeys: .ignore)
        } catch {
            throw .malformedAnswer
        }
        do throws(CommandFailure) {
            try files.write(document.root)
        } catch {
            var failure = error
            failure.hints.append("Nobody has its shares, so take the slot away: warder key remove-slot \(slot.shortID)")
            throw failure
        }
        try session.console.print("slot \(slot.shortID): any \(threshold) of \(count) shares open the vault")
        session.console.message(
            "the shares are in \(TerminalText.escaped(out))",
            hints: [
                "Give each to its person, and remove the files: rm \(TerminalText.escaped(out))/share-*-of-\(count).txt",
                "To open the vault each of them runs: warder unseal --share",
            ]
        )
    }

    private func ask(_ threshold: Int, _ count: Int, _ session: Session) throws(CommandFailure) -> JSONDocument {
        var body = JSONBuffer(capacity: 64)
        body.beginObject()
        body.field("threshold", threshold)
        body.field("shares", count)
        body.endObject()
        return try session.vault().askForSecret(VaultRequest("POST", "/v1/keys/slots", body: RequestBody(body)))
    }
}

/// What is public of a slot that was made with its shares.
private struct KeySlotSummaryOfShares: Decodable {
    var id: String

    var shortID: String { TerminalText.escaped(String(id.prefix(SlotName.shortest))) }
}
