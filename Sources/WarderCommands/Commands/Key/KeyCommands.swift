import ArgumentParser
import WarderWire

/// `warder key …`
struct KeyCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Say what opens the vault, and replace its keys.",
        discussion: """
            Key slots stand side by side: any one opens the vault. Have two at least, kept in different places.

            EXAMPLE
              warder key slots
              warder key add-slot --shares 2 --of 3 --out /media/usb
            """,
        subcommands: [ListSlots.self, AddSlot.self, RemoveSlot.self, ChangePassphrase.self, RotateKeys.self]
    )
}

/// `warder key slots`
struct ListSlots: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "slots",
        abstract: "List what opens the vault, and the ages of its keys.",
        discussion: """
            EXAMPLE
              warder key slots
            """
    )

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let answer: Answer<KeysAnswer> = try session.vault().ask(VaultRequest("GET", "/v1/keys"))
        try session.output.show(answer) { keys throws(CommandFailure) in
            var slots = Table([.init("SLOT", canShrink: false), .init("OPENS WITH"), .init("SINCE")])
            for slot in keys.slots {
                slots.add([
                    .init(SlotName.short(slot, of: keys.slots)), .init(slot.opener),
                    .init(session.moment.short(slot.created)),
                ])
            }
            try session.output.print(slots, ifEmpty: "there is no key slot")
            try session.console.print("")
            var table = Table([.init("KEY"), .init("NUMBER", isNumber: true), .init("SINCE"), .init("USE")])
            table.add([
                .init("root"), .init(""), .init(session.moment.short(keys.rootCreated)), .init("wrapped by every slot"),
            ])
            for key in keys.keys {
                table.add([
                    .init(key.purpose), .init(String(key.epoch)), .init(session.moment.short(key.created)),
                    .init(key.current ? "seals" : "opens old things"),
                ])
            }
            try session.output.print(table, ifEmpty: "there is no key")
        }
        if answer.value.rowsUnderOldKeys > 0 {
            session.console.message(
                "\(answer.value.rowsUnderOldKeys) rows are still to be sealed under the newest keys"
            )
        }
    }
}

extension KeySlotSummary {
    /// What a person has to bring.
    var opener: String {
        guard let threshold, let shares else { return kind }
        return "\(threshold) of \(shares) shares"
    }
}

/// How people name a slot: by the first digits of its id.
enum SlotName {
    /// Fewest digits that a person has to give.
    static let shortest = 8

    static func short(_ slot: KeySlotSummary, of slots: [KeySlotSummary]) -> String {
        for count in Self.shortest..<slot.id.count {
            let prefix = String(slot.id.prefix(count))
            if slots.count(where: { $0.id.hasPrefix(prefix) }) == 1 { return prefix }
        }
        return slot.id
    }

    /// The slot whose id begins so.
    static func find(_ text: String, in slots: [KeySlotSummary]) throws(CommandFailure) -> KeySlotSummary {
        let found = slots.filter { $0.id.hasPrefix(text.lowercased()) }
        guard text.count >= Self.shortest, found.count == 1 else {
            throw CommandFailure(
                .notFound,
                found.count > 1 ? "several key slots begin so" : "there is no such key slot",
                hints: ["See them: warder key slots"]
            )
        }
        return found[0]
    }
}
