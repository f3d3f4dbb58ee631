import SecretMemory
import StrictJSON
import WarderWire

/// The vault's answer to the wish for shares.
struct MadeShares {
    let slot: KeySlotSummary
    let texts: [SecretBytes]

    /// - Throws: A server failure for anything that is not as many shares as were wanted.
    init(_ root: JSONNode, count: Int) throws(CommandFailure) {
        do {
            guard let id = try root.member("id")?.string(), let kind = try root.member("kind")?.string(),
                let created = try root.member("created")?.string(),
                let threshold = try root.member("threshold")?.int(), let shares = root.member("shares")
            else { throw CommandFailure.malformedAnswer }
            slot = KeySlotSummary(
                id: id,
                kind: kind,
                created: created,
                threshold: Int(threshold),
                shares: count
            )
            texts = try shares.elements.map { try $0.secret() }
        } catch { throw .malformedAnswer }
        guard texts.count == count, texts.allSatisfy(Self.isHarmless) else { throw .malformedAnswer }
    }

    var name: String { SlotName.short(slot) }

    /// What to do when the shares did not get to everybody.
    var remedy: String { "Take the slot away, and begin again: warder key remove-slot \(name)" }

    /// The slot as in the list, without the shares.
    var summary: [UInt8] {
        var json = JSONBuffer()
        json.beginObject()
        json.field("id", slot.id)
        json.field("kind", slot.kind)
        json.field("created", slot.created)
        json.field("threshold", slot.threshold ?? 0)
        json.field("shares", slot.shares ?? 0)
        json.endObject()
        return json.bytes
    }

    /// Digits, lower-case letters, dashes and `_`: nothing that could drive a terminal.
    private static func isHarmless(_ text: SecretBytes) -> Bool {
        unsafe text.withUnsafeBytes { bytes in
            unsafe !bytes.isEmpty
                && bytes.allSatisfy {
                    (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D || $0 == 0x5F
                }
        }
    }
}
