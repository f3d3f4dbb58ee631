import ArgumentParser
import SecretMemory
import StrictJSON
import WarderWire

/// What opens a backup or a database, and how it is asked for.
struct OpenerOptions: ParsableArguments {
    @Flag(help: "Read the passphrase from standard input; one line break at the end is dropped.")
    var stdin = false

    @Option(help: ArgumentHelp("Open it with this file.", valueName: "path"), completion: .file())
    var credentialFile: String?

    @Flag(help: "Open it with shares; you are asked for as many as it takes.")
    var share = false

    func validate() throws {
        let chosen = [stdin, credentialFile != nil, share].count { $0 }
        guard chosen <= 1 else { throw ValidationError("a passphrase, a file or shares: one of them") }
    }

    /// Asks for it.
    ///
    /// `question`: for a passphrase.
    func secret(
        for backup: BackupSummary,
        in session: Session,
        question: String = "Passphrase of the vault when the backup was made:"
    ) throws(CommandFailure) -> RequestBody {
        let prompter = session.context.prompter
        guard !backup.slots.isEmpty else {
            throw .usage(
                "nothing opens it any more: no key slot is left",
                hints: ["Come back from a backup: docs/operations/disk-damaged.md"]
            )
        }
        // Nobody is asked for what cannot open it.
        let kind = share ? "shares" : credentialFile == nil ? "passphrase" : "credential"
        guard backup.slots.contains(where: { $0.kind == kind }) else {
            throw .usage("it opens with no \(kind)", hints: ["What opens it: \(Self.ways(backup))"])
        }
        if share {
            let shares = try ShareQuestions(session: session).enough(of: Self.sets(of: backup))
            var body = JSONBuffer(capacity: 64 + shares.reduce(0) { $0 + SecretJSON.capacity(for: $1) })
            body.beginObject()
            body.key("shares")
            body.beginArray()
            for share in shares { try SecretJSON.appendText(share, to: &body) }
            body.endArray()
            body.endObject()
            return RequestBody(body)
        }
        if let credentialFile {
            let credential = try CredentialFile(credentialFile).read()
            var body = JSONBuffer(capacity: 64 + SecretJSON.capacity(for: credential) * 2)
            body.beginObject()
            body.key("credential_base64")
            try SecretJSON.appendBase64(credential, to: &body)
            body.endObject()
            return RequestBody(body)
        }
        let passphrase: SecretBytes
        if stdin {
            passphrase = try SecretSource.standardInput(session.context.standardInput, keepsNewline: false)
        } else {
            passphrase = try prompter.hidden(
                question,
                otherwise: .usage(
                    "there is no terminal to ask for the passphrase on",
                    hints: ["Use a pipe or a file: --stdin, --credential-file PATH"]
                )
            )
        }
        var body = JSONBuffer(capacity: 64 + SecretJSON.capacity(for: passphrase))
        body.beginObject()
        try SecretJSON.append(passphrase, key: "passphrase", to: &body)
        body.endObject()
        return RequestBody(body)
    }

    /// Each set of shares opens it: the first share that is typed says which it is to be.
    private static func sets(of backup: BackupSummary) -> [ShareQuestions.Wanted] {
        backup.slots.compactMap { slot in
            guard slot.kind == "shares", let threshold = slot.threshold, let count = slot.shares else { return nil }
            return ShareQuestions.Wanted(set: slot.set, threshold: threshold, count: count)
        }
    }

    /// Each slot, with the option for it.
    private static func ways(_ backup: BackupSummary) -> String {
        backup.slots.map { slot in
            switch slot.kind {
            case "shares": "\(kind(slot)) (--share)"
            case "credential": "\(kind(slot)) (--credential-file PATH)"
            default: kind(slot)
            }
        }.joined(separator: ", ")
    }

    static func kinds(_ backup: BackupSummary) -> String {
        backup.slots.map(kind).joined(separator: ", ")
    }

    private static func kind(_ slot: BackupSummary.Slot) -> String {
        slot.threshold.map { "\($0) of \(slot.shares ?? $0) shares" } ?? TerminalText.escaped(slot.kind)
    }
}
