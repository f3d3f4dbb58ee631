/// The name of a key: text without white space and without `+` (C2SP signed-note).
package struct NoteName: Hashable, Sendable {
    package let text: String

    /// - Throws: ``NoteError/name`` for an empty text, one with white space, a control character or `+`.
    package init(_ text: some StringProtocol) throws(NoteError) {
        let isFit = text.unicodeScalars.allSatisfy { scalar in
            scalar != "+" && scalar.value >= 0x20 && !scalar.properties.isWhitespace
        }
        guard !text.isEmpty, isFit else { throw .name }
        self.text = String(text)
    }

    private init(fit text: String) { self.text = text }

    /// The name with letters, digits and slashes behind it.
    func appending(_ end: StaticString) -> NoteName { NoteName(fit: text + "\(end)") }

    // Strings are equal whose bytes are not; signatures are over bytes.

    package static func == (left: NoteName, right: NoteName) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}

extension NoteName: CustomStringConvertible {
    package var description: String { text }
}
