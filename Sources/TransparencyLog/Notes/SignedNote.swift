import WarderCrypto

/// A text with signatures below it (C2SP signed-note).
package struct SignedNote: Hashable, Sendable {
    /// What is signed, its last line feed included.
    package let text: String
    package let signatures: [NoteSignature]

    /// Most bytes of a note. Checkpoints have a few hundred.
    package static let byteLimit = 65_536
    /// Most signatures of a note; the specification asks for 16 at least.
    package static let signatureLimit = 64

    /// Signs `text`.
    ///
    /// - Throws: ``NoteError/note`` unless the text is one: UTF-8 lines that end with a line feed.
    package init(signing text: String, by signers: [NoteSigner]) throws(NoteError) {
        guard Self.isText(text), !signers.isEmpty else { throw .note }
        self.text = text
        signatures = signers.map { $0.sign(text) }
    }

    /// Reads a note. Whether it is signed by somebody is another question: ``verified(by:)``.
    ///
    /// - Throws: ``NoteError/note``, ``NoteError/name``.
    package init(_ bytes: [UInt8]) throws(NoteError) {
        guard bytes.count <= Self.byteLimit, let end = Self.endOfText(bytes),
            let text = String(validating: bytes[..<end], as: UTF8.self), Self.isText(text),
            let below = String(validating: bytes[(end + 1)...], as: UTF8.self), let lines = NoteLines.of(below)
        else { throw .note }
        var signatures: [NoteSignature] = []
        for line in lines {
            guard signatures.count < Self.signatureLimit else { throw .note }
            signatures.append(try NoteSignature(line: line))
        }
        self.text = text
        self.signatures = signatures
    }

    private init(_ text: String, _ signatures: [NoteSignature]) {
        self.text = text
        self.signatures = signatures
    }

    /// The note with one signature more.
    func adding(_ signature: NoteSignature) -> SignedNote { SignedNote(text, signatures + [signature]) }

    /// The note as it is kept and sent.
    package var bytes: [UInt8] { Array((text + "\n" + signatures.map(\.line).joined()).utf8) }

    /// The keys among `known` that signed the text, each once. Signatures of others are ignored.
    ///
    /// - Throws: ``NoteError/signature`` if a known key's signature is wrong, whatever else is signed;
    ///   ``NoteError/unsigned`` if none of the keys signed.
    package func verified(by known: [NoteKey]) throws(NoteError) -> [NoteKey] {
        var found: [NoteKey] = []
        let message = Array(text.utf8)
        for signature in signatures {
            for key in known where key.name == signature.name && key.id == signature.keyID {
                guard key.key.isValid(signature.signature, for: message) else { throw .signature }
                if !found.contains(key) { found.append(key) }
            }
        }
        guard !found.isEmpty else { throw .unsigned }
        return found
    }

    /// Where the text ends and the blank line's feed stands: the last blank line divides, because a text may have some
    /// of its own.
    private static func endOfText(_ bytes: [UInt8]) -> Int? {
        let feed = UInt8(ascii: "\n")
        guard bytes.count >= 2 else { return nil }
        return (1..<bytes.count).last { bytes[$0] == feed && bytes[$0 - 1] == feed }
    }

    private static func isText(_ text: String) -> Bool {
        text.utf8.last == UInt8(ascii: "\n") && text.utf8.allSatisfy { $0 >= 0x20 || $0 == UInt8(ascii: "\n") }
    }
}
