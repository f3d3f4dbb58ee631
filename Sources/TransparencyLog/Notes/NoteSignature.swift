/// One signature line of a note: `— name base64(id ‖ signature)`.
package struct NoteSignature: Hashable, Sendable {
    package let name: NoteName
    /// Four bytes, made of the key and its name.
    package let keyID: [UInt8]
    /// As the key's kind makes them: 64 bytes of an Ed25519 key, and others of others.
    package let signature: [UInt8]

    static let lead = "— "
    private static let idByteCount = 4

    init(name: NoteName, keyID: [UInt8], signature: [UInt8]) {
        self.name = name
        self.keyID = keyID
        self.signature = signature
    }

    /// Reads a line, which comes without its line feed.
    ///
    /// - Throws: ``NoteError/note``, ``NoteError/name``.
    init(line: String) throws(NoteError) {
        guard let rest = NoteLines.value(line, Self.lead) else { throw .note }
        let parts = rest.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard parts.count == 2, let blob = Base64.decode(parts[1]), blob.count > Self.idByteCount else { throw .note }
        self.init(
            name: try NoteName(parts[0]),
            keyID: Array(blob.prefix(Self.idByteCount)),
            signature: Array(blob.dropFirst(Self.idByteCount))
        )
    }

    var line: String { "\(Self.lead)\(name.text) \(Base64.encode(keyID + signature))\n" }
}
