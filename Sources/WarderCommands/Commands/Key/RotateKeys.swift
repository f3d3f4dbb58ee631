import ArgumentParser
import SecretMemory
import StrictJSON
import WarderWire

/// `warder key rotate`
struct RotateKeys: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Seal everything under new keys.",
        discussion: """
            What is written from now on is sealed under new keys; what is there is sealed anew in the background, and \
            then the old keys go. Reads and writes go on meanwhile, and a restart continues it.

            --root replaces the root key, which wraps all others, and these with it, the log's among them: with what \
            opened the vault until now and an old copy of the database nobody opens what is written from now on. Every \
            slot is opened again for it, so that you are asked for each passphrase and for shares; a slot that you \
            cannot open has to go: --drop. Where several slots are opened by files, say whose each is. What was written \
            before stays open to whoever has an old copy or a backup, and what opened it then: rotate those secrets.

            --log replaces the key that signs the audit log. The key before signs the new one and is destroyed. Whoever \
            pinned it can go on with it: an export says how the log came to the new key.

            EXAMPLE
              warder key rotate
              warder key rotate --log
              warder key rotate --root --drop 0f1e2d3c
              warder key rotate --root --credential-file /etc/warder/unseal.key
              warder key rotate --root --credential-file 0f1e2d3c=./second.key
            """
    )

    @Flag(help: "Replace the root key.")
    var root = false

    @Flag(help: "Replace the key that signs the audit log.")
    var log = false

    @Option(
        help: ArgumentHelp(
            "The file of the slot that a credential opens; repeat it for several.",
            valueName: "[slot=]path"
        ),
        completion: .file()
    )
    var credentialFile: [String] = []

    @Option(help: ArgumentHelp("A slot that goes; repeat it for several.", valueName: "slot"))
    var drop: [String] = []

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard !(root && log) else { throw ValidationError("--root and --log are two rotations") }
        guard root || (credentialFile.isEmpty && drop.isEmpty) else {
            throw ValidationError("--credential-file and --drop go with --root")
        }
    }

    func run(in session: Session) throws(CommandFailure) {
        if root { return try rotateRoot(session) }
        if log { return try rotateLog(session) }
        let answer: Answer<KeysRotated> = try session.vault().ask(VaultRequest("POST", "/v1/keys/rotate"))
        try session.output.show(answer) { rotated throws(CommandFailure) in
            try session.console.print(Self.inUse(rotated.rows))
        }
        session.console.message("see how far it is: warder key slots")
    }

    private static func inUse(_ rows: Int) -> String {
        "new keys are in use; \(ListSlots.rows(rows)) \(rows == 1 ? "is" : "are") sealed anew in the background"
    }

    private func rotateLog(_ session: Session) throws(CommandFailure) {
        let answer: Answer<LogKeyRotated> = try session.vault().ask(VaultRequest("POST", "/v1/keys/log"))
        try session.output.show(answer) { rotated throws(CommandFailure) in
            try session.console.print("the log has key \(rotated.epoch) now: \(TerminalText.escaped(rotated.logKey))")
        }
        session.console.message("keep it where you keep the one before; both verify what comes from now on")
    }

    private func rotateRoot(_ session: Session) throws(CommandFailure) {
        let vault = try session.vault()
        let keys: KeysAnswer = try vault.ask(VaultRequest("GET", "/v1/keys")).value
        var dropped: [String] = []
        for text in drop { dropped.append(try SlotName.find(text, in: keys.slots).id) }
        let kept = keys.slots.filter { !dropped.contains($0.id) }
        guard !kept.isEmpty else { throw .usage("every slot would go, and nothing would open the vault") }
        // Files come first, so that nobody types a passphrase for the sake of a file that is not there.
        let credentials = try SlotFiles(credentialFile, for: kept, of: keys.slots).read()
        var secrets: [(slot: KeySlotSummary, secrets: [SecretBytes])] = []
        for slot in kept {
            if let credential = credentials[slot.id] {
                secrets.append((slot, [credential]))
            } else {
                secrets.append((slot, try ask(slot, SlotName.short(slot, of: keys.slots), session)))
            }
        }
        var body = JSONBuffer(
            capacity: 256 + keys.slots.count * 160
                + secrets.reduce(0) { $0 + $1.secrets.reduce(0) { $0 + SecretJSON.capacity(for: $1) } }
        )
        body.beginObject()
        body.key("slots")
        body.beginArray()
        for (slot, brought) in secrets {
            body.beginObject()
            body.field("slot", slot.id)
            try append(brought, of: slot, to: &body)
            body.endObject()
        }
        body.endArray()
        body.field("drop", dropped)
        body.endObject()
        // Every slot takes as long as it was made to take.
        let answer: Answer<RootRotated> = try vault.ask(
            VaultRequest("POST", "/v1/keys/root", body: RequestBody(body), timeoutSeconds: 3600)
        )
        try session.output.show(answer) { rotated throws(CommandFailure) in
            let openers = rotated.slots.map(\.opener).joined(separator: ", ")
            try session.console.print("a new root key is in use; what opens the vault: \(openers)")
            try session.console.print(Self.inUse(rotated.rows))
            guard let log = rotated.log else { return }
            try session.console.print("the log has key \(log.epoch) now: \(TerminalText.escaped(log.logKey))")
        }
        session.console.message(
            answer.value.log == nil
                ? "the log is not signed, so that its key stays; once it is again: warder key rotate --log"
                : "give the log's key to whoever verifies the log; in place of the one before, if somebody may have had that"
        )
    }

    private func ask(_ slot: KeySlotSummary, _ name: String, _ session: Session) throws(CommandFailure) -> [SecretBytes]
    {
        let prompter = session.context.prompter
        switch slot.kind {
        case "passphrase":
            return [try prompter.hidden("Passphrase of slot \(name):", otherwise: CommandFailure(.noTerminal))]
        default:
            let wanted = ShareQuestions.Wanted(set: nil, threshold: slot.threshold ?? 0, count: slot.shares ?? 0)
            return try ShareQuestions(session: session).enough(of: [wanted], purpose: " for slot \(name)")
        }
    }

    private func append(
        _ brought: [SecretBytes],
        of slot: KeySlotSummary,
        to body: inout JSONBuffer
    ) throws(CommandFailure) {
        switch slot.kind {
        case "passphrase": try SecretJSON.append(brought[0], key: "passphrase", to: &body)
        case "shares":
            body.key("shares")
            body.beginArray()
            for share in brought { try SecretJSON.appendText(share, to: &body) }
            body.endArray()
        default:
            body.key("credential_base64")
            try SecretJSON.appendBase64(brought[0], to: &body)
        }
    }
}
