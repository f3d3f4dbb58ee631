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
        guard text.unicodeScalars.allSatisfy({ Self.isHarmless($0) }) else { throw .badCharacter }
        self.text = text
    }

    package init(from decoder: any Decoder) throws { try self.init(String(from: decoder)) }
    package func encode(to encoder: any Encoder) throws { try text.encode(to: encoder) }
    package var description: String { text }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        // Two texts that look alike must not differ: fillers and variation selectors are letters or marks by category,
        // and draw nothing; neither does the empty braille pattern.
        if scalar.properties.isDefaultIgnorableCodePoint || scalar == "\u{2800}" { return false }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: false
        default: true
        }
    }
}
