/// Words of a person (a description, an owner, a reason), bounded and free of anything that could drive a terminal or
/// reorder a line.
package struct PlainText: Hashable, Sendable, Codable, CustomStringConvertible {
    /// Longest accepted text in bytes of UTF-8.
    package static let maximumBytes = 2000

    package let text: String

    /// - Throws: `NameError` for an empty or over-long text, a control character (line breaks included), a
    ///   bidirectional override, or a
    ///   character that shows nothing.
    package init(_ text: String) throws(NameError) {
        guard !text.utf8.isEmpty else { throw .empty }
        guard text.utf8.count <= Self.maximumBytes else { throw .tooLong(limit: Self.maximumBytes) }
        guard !text.unicodeScalars.contains(where: HiddenCharacter.contains) else { throw .badCharacter }
        self.text = text
    }

    /// What is left of any text: characters that a `PlainText` cannot have become spaces, and what is too long is cut.
    /// `nil` where nothing can be read.
    package init?(taming text: String) {
        var tamed = String.UnicodeScalarView()
        var bytes = 0
        for scalar in text.unicodeScalars {
            let harmless = HiddenCharacter.contains(scalar) ? " " : scalar
            bytes += UTF8.width(harmless)
            if bytes > Self.maximumBytes { break }
            tamed.append(harmless)
        }
        let trimmed = String(tamed).split(separator: " ").joined(separator: " ")
        guard !trimmed.isEmpty else { return nil }
        self.text = trimmed
    }

    package init(from decoder: any Decoder) throws { try self.init(String(from: decoder)) }
    package func encode(to encoder: any Encoder) throws { try text.encode(to: encoder) }
    package var description: String { text }
}
