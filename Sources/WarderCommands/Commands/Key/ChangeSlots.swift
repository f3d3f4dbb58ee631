import ArgumentParser
import SecretMemory
import StrictJSON
import WarderWire

/// `warder key remove-slot`
struct RemoveSlot: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove-slot",
        abstract: "Take away a way to open the vault.",
        discussion: """
            Backups that were made before still open with it, and whoever opens one has the root key. Where somebody may \
            have both, replace it: warder key rotate --root. The last slot stays.

            EXAMPLE
              warder key remove-slot 0f1e2d3c
            """
    )

    @Argument(help: "The slot, by the first digits of its id.", transform: SlotName.parse)
    var slot: String

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let vault = try session.vault()
        let keys: KeysAnswer = try vault.ask(VaultRequest("GET", "/v1/keys")).value
        let found = try SlotName.find(slot, in: keys.slots)
        let name = SlotName.short(found, of: keys.slots)
        try session.confirm(
            "This removes the key slot \(name) (\(found.opener)); backups made before still open with it.",
            byTyping: name
        )
        let answer: Answer<KeySlotSummary> = try vault.ask(VaultRequest("DELETE", "/v1/keys/slots/\(found.id)"))
        try session.output.show(answer) { _ throws(CommandFailure) in
            try session.console.print("slot \(name): removed")
        }
    }
}

/// `warder key change-passphrase`
struct ChangePassphrase: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "change-passphrase",
        abstract: "Change a passphrase that opens the vault.",
        discussion: """
            Asks for the old one, and twice for the new one. The slot gets another id. Backups made before still open \
            with the old passphrase.

            Your presence passphrase is another one: warder operator passphrase.

            EXAMPLE
              warder key change-passphrase
              warder key change-passphrase 0f1e2d3c
            """
    )

    @Argument(help: "The slot, where several passphrases open the vault: the first digits of its id.")
    var slot: String?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        // What is no id may be a passphrase, which the parser's own message would repeat.
        if let slot, !SlotName.isName(slot) { try refuseSecretArguments([slot]) }
    }

    func run(in session: Session) throws(CommandFailure) {
        let vault = try session.vault()
        let keys: KeysAnswer = try vault.ask(VaultRequest("GET", "/v1/keys")).value
        let found = try pick(keys.slots)
        let prompter = session.context.prompter
        let old = try prompter.hidden("The old passphrase of the vault:", otherwise: CommandFailure(.noTerminal))
        let new = try Passphrase.askForNew("passphrase of the vault", prompter: prompter)
        var body = JSONBuffer(capacity: 64 + SecretJSON.capacity(for: old) + SecretJSON.capacity(for: new.bytes))
        body.beginObject()
        try SecretJSON.append(old, key: "old", to: &body)
        try SecretJSON.append(new.bytes, key: "new", to: &body)
        body.endObject()
        let answer: Answer<KeySlotSummary> = try vault.ask(
            VaultRequest("POST", "/v1/keys/slots/\(found.id)/passphrase", body: RequestBody(body))
        )
        try session.output.show(answer) { slot throws(CommandFailure) in
            try session.console.print("slot \(SlotName.short(slot)): the new passphrase opens the vault")
        }
        session.console.message("backups made before still open with the old passphrase")
    }

    private func pick(_ slots: [KeySlotSummary]) throws(CommandFailure) -> KeySlotSummary {
        if let slot { return try SlotName.find(slot, in: slots) }
        let passphrases = slots.filter { $0.kind == "passphrase" }
        guard passphrases.count <= 1 else {
            throw .usage("several passphrases open this vault", hints: ["Name the slot; see them: warder key slots"])
        }
        guard let only = passphrases.first else {
            throw CommandFailure(
                .notFound,
                "no passphrase opens this vault",
                hints: ["Add one: warder key add-slot"]
            )
        }
        return try SlotName.find(only.id, in: slots)
    }
}
