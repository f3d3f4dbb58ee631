import HashTreeCollections
import WarderCrypto
import WarderModel

/// What an event says of an answer that is too long for it: another answer has another digest.
///
/// Made of ids, revisions and words of the vault's own, and of no value, so that a plain hash gives nothing away.
struct AnswerDigest {
    private var digest = SHA256Digest()

    /// Takes in one line of the answer. No part has a space or a line break in it.
    mutating func add(_ parts: [String]) {
        digest.update(Array(parts.joined(separator: " ").utf8))
        digest.update([0x0A])
    }

    /// The entry among an event's changes: `answer=HEX`.
    var change: String { "answer=\(Hex.encode(digest.digest()))" }
}

extension VaultState {
    /// A noun as it is now: `ID@REVISION`.
    func mark(of id: RecordID) -> String { "\(id)@\(revisions[id] ?? 0)" }
}
