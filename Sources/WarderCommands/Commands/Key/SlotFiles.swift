import SecretMemory
import WarderWire

/// Which file opens which key slot: `SLOT=PATH`, or a path alone where a file opens one slot only.
struct SlotFiles {
    /// The slots' ids, in the slots' order.
    private let paths: [(slot: String, path: String)]

    /// Gives each slot of `kept` that a credential opens its file.
    ///
    /// - Throws: `.usage` for a slot without a file, or with two, and a file without a slot; `.notFound`.
    init(
        _ texts: [String],
        for kept: [KeySlotSummary],
        of all: [KeySlotSummary]
    ) throws(CommandFailure) {
        let wanted = kept.filter { $0.kind == "credential" }
        var paths: [String: String] = [:]
        for text in texts {
            let (slot, path) = try Self.split(text, wanted, all)
            guard wanted.contains(where: { $0.id == slot.id }) else {
                throw .usage("slot \(SlotName.short(slot, of: all)) goes, or is opened by no file")
            }
            guard paths.updateValue(path, forKey: slot.id) == nil else {
                throw .usage("slot \(SlotName.short(slot, of: all)) is given two files")
            }
        }
        for slot in wanted where paths[slot.id] == nil {
            let name = SlotName.short(slot, of: all)
            throw .usage(
                "slot \(name) is opened by a file",
                hints: [
                    "Say which: --credential-file \(wanted.count == 1 ? "PATH" : name + "=PATH")",
                    "Or let the slot go: --drop \(name)",
                ]
            )
        }
        self.paths = wanted.compactMap { slot in paths[slot.id].map { (slot.id, $0) } }
    }

    /// The text before the equals sign is a slot if it can be one: `./cafe=1` is a path.
    private static func split(
        _ text: String,
        _ wanted: [KeySlotSummary],
        _ all: [KeySlotSummary]
    ) throws(CommandFailure) -> (KeySlotSummary, String) {
        if let equals = text.firstIndex(of: "="), SlotName.isName(String(text[..<equals])) {
            return (try SlotName.find(String(text[..<equals]), in: all), String(text[text.index(after: equals)...]))
        }
        guard let only = wanted.first else { throw .usage("no slot that stays is opened by a file") }
        guard wanted.count == 1 else {
            throw .usage(
                "\(wanted.count) slots are opened by files",
                hints: ["Say whose each is, as often as it takes: --credential-file SLOT=PATH"]
            )
        }
        return (only, text)
    }

    /// What lies in the files, by the slots' ids.
    ///
    /// - Throws: `.usage` for a file that cannot be read, that others may read or replace, or that is too short.
    func read() throws(CommandFailure) -> [String: SecretBytes] {
        var secrets: [String: SecretBytes] = [:]
        for (slot, path) in paths { secrets[slot] = try CredentialFile(path).read() }
        return secrets
    }
}
