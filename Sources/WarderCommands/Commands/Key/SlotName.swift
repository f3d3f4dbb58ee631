import ArgumentParser
import WarderWire

/// How people name a key slot: by the first digits of its id.
enum SlotName {
    /// Digits that are shown; more where two slots begin alike.
    static let shownDigits = 8
    /// Fewest digits that a person has to give.
    static let fewestDigits = 4

    /// The shortest name that stands for this slot alone.
    static func short(_ slot: KeySlotSummary, of slots: [KeySlotSummary] = []) -> String {
        for count in Self.shownDigits..<max(Self.shownDigits, slot.id.count) {
            let prefix = String(slot.id.prefix(count))
            if slots.count(where: { $0.id.hasPrefix(prefix) }) <= 1 { return TerminalText.escaped(prefix) }
        }
        return TerminalText.escaped(slot.id)
    }

    /// Whether the text can be the beginning of an id.
    static func isName(_ text: String) -> Bool {
        (fewestDigits...32).contains(text.utf8.count) && text.allSatisfy { $0.isASCII && $0.isHexDigit }
    }

    /// For `transform:` of an argument.
    static func parse(_ text: String) throws -> String {
        guard isName(text) else { throw InputError("write the first digits of its id, as in: warder key slots") }
        return text.lowercased()
    }

    /// The slot whose id begins so.
    ///
    /// - Throws: `.notFound`; `.usage` where several begin so.
    static func find(_ name: String, in slots: [KeySlotSummary]) throws(CommandFailure) -> KeySlotSummary {
        let found = slots.filter { $0.id.hasPrefix(name.lowercased()) }
        guard found.count <= 1 else {
            throw .usage("several key slots begin with these digits", hints: ["Give more of them: warder key slots"])
        }
        guard let slot = found.first, slot.isSafeInPath else {
            throw CommandFailure(
                .notFound,
                "no key slot begins with these digits",
                hints: ["See what there is: warder key slots"]
            )
        }
        return slot
    }
}

extension KeySlotSummary {
    /// What a person has to bring: `passphrase`, `credential`, `3 of 5 shares`.
    var opener: String {
        guard let threshold, let shares else { return TerminalText.escaped(kind) }
        return "\(threshold) of \(shares) shares"
    }

    /// Whether the id can stand in a path without leaving its route.
    fileprivate var isSafeInPath: Bool { id.utf8.count == 32 && SlotName.isName(id) }
}
