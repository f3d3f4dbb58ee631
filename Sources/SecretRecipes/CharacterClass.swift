/// A kind of characters that an upstream may want to see in a value. No character is of two.
package enum CharacterClass: String, CaseIterable, Hashable, Sendable {
    case lowercase, uppercase, digits, symbols

    /// Its characters, in ASCII. Symbols are those that need no escape in a quoted string: no quotes, no backslash.
    package var characters: [UInt8] {
        switch self {
        case .lowercase: Array("abcdefghijklmnopqrstuvwxyz".utf8)
        case .uppercase: Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        case .digits: Array("0123456789".utf8)
        case .symbols: Array("!#$%&()*+,-./:;<=>?@[]^_{|}~".utf8)
        }
    }

    /// Whether `character` is of this class. Every other printable character is a symbol, those too that
    /// ``characters`` leaves out.
    func contains(_ character: UInt8) -> Bool {
        switch self {
        case .lowercase: (97...122).contains(character)
        case .uppercase: (65...90).contains(character)
        case .digits: (48...57).contains(character)
        case .symbols: !Self.alphanumeric.contains { $0.contains(character) }
        }
    }

    private static let alphanumeric: [CharacterClass] = [.lowercase, .uppercase, .digits]
}
