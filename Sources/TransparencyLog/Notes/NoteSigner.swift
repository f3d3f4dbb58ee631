package import WarderCrypto

/// The half of a log's key that signs notes.
package struct NoteSigner: Sendable {
    /// What verifiers know of it.
    package let noteKey: NoteKey
    private let key: SigningKey

    package init(name: NoteName, key: SigningKey) {
        noteKey = NoteKey(name: name, key: key.verifyingKey)
        self.key = key
    }

    /// A bare signature of bytes that are no note's text.
    func signature(of message: [UInt8]) -> [UInt8] { key.sign(message) }

    /// The signature line's content for a note with this text.
    func sign(_ text: String) -> NoteSignature {
        NoteSignature(name: noteKey.name, keyID: noteKey.id, signature: key.sign(Array(text.utf8)))
    }
}
