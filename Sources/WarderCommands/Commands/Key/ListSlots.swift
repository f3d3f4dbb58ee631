import ArgumentParser
import WarderWire

/// `warder key slots`
struct ListSlots: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "slots",
        abstract: "List what opens the vault, and the ages of its keys.",
        discussion: """
            Each key slot opens the vault by itself. Commands take the first four digits of its id, or more.

            Below them the keys. New things are sealed under the one that is in use; old ones open what was sealed \
            under them. After a rotation the last line says how much of that is left to seal anew, or that the rotation \
            stands still because of rows that do not open.

            EXAMPLE
              warder key slots
              warder key slots --output json
            """
    )

    /// Keys whose old ones go once nothing lies under them any more.
    private static let replaced: Set<String> = ["key-encryption", "metadata"]

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let answer: Answer<KeysAnswer> = try session.vault().ask(VaultRequest("GET", "/v1/keys"))
        try session.output.show(answer) { keys throws(CommandFailure) in
            try session.output.print(session.table(of: keys.slots), ifEmpty: "there are no key slots")
            try session.console.print("")
            try session.output.print(keyTable(keys, session), ifEmpty: "there are no keys")
            guard keys.rowsUnderOldKeys > 0 else { return }
            let rows = Self.rows(keys.rowsUnderOldKeys)
            guard keys.standsStill == true else {
                return try session.console.print("\na rotation is under way: \(rows) still under old keys")
            }
            let verb = keys.rowsUnderOldKeys == 1 ? "does" : "do"
            try session.console.print("\nthe rotation stands still: \(rows) under old keys \(verb) not open")
            session.console.message("see which: warder doctor --deep")
        }
    }

    static func rows(_ count: Int) -> String { count == 1 ? "1 row" : "\(count) rows" }

    private func keyTable(_ keys: KeysAnswer, _ session: Session) -> Table {
        var table = Table([
            .init("KEY", canShrink: false), .init("EPOCH", isNumber: true), .init("CREATED"), .init("STATE"),
        ])
        table.add([.init("root"), .init(""), .init(session.moment.short(keys.rootCreated)), .init("in use", .good)])
        for key in keys.keys {
            table.add([
                .init(key.purpose), .init(String(key.epoch)), .init(session.moment.short(key.created)),
                state(of: key, keys),
            ])
        }
        return table
    }

    private func state(of key: KeySummary, _ keys: KeysAnswer) -> Table.Cell {
        guard !key.current else { return .init("in use", .good) }
        guard Self.replaced.contains(key.purpose), keys.rowsUnderOldKeys > 0 else {
            return .init("old: opens what it sealed", .faint)
        }
        return .init("old: rows are still under it", .caution)
    }
}

extension Session {
    /// Key slots for people.
    func table(of slots: [KeySlotSummary]) -> Table {
        var table = Table([.init("SLOT", canShrink: false), .init("KIND"), .init("SHARES"), .init("CREATED")])
        for slot in slots {
            let shares = slot.threshold.flatMap { threshold in slot.shares.map { "\(threshold) of \($0)" } }
            table.add([
                .init(SlotName.short(slot, of: slots)), .init(slot.kind), .init(shares),
                .init(moment.short(slot.created)),
            ])
        }
        return table
    }
}
