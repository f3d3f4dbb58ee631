/// Reads one character that somebody has written so that it means nothing where it stands: a percent escape, an escape
/// of JSON, JavaScript or a shell, or a reference of HTML.
///
/// Byte by byte. Which of them a text means is not its business: a reader begins at every byte that can begin one.
struct EscapeReader: Equatable {
    /// What comes of a byte.
    enum Step: Equatable {
        case goesOn
        /// It is no escape.
        case none
        case byte(UInt8)
        /// A character beyond ASCII, in UTF-8.
        case character([UInt8])
    }

    /// Its parts in the order in which they are read.
    private enum Place: UInt8 {
        /// Two digits.
        case percent, byte
        case backslash
        /// Four digits, and those of a second half.
        case unit, secondHalf
        /// `\''` behind `'`: the way out of a shell's quotes, and back into them.
        case quote
        case reference, number, decimal, hexadecimal, name
    }

    /// Digits of a reference, leading zeros included.
    private static let mostDigits = 10
    private static let mostLetters = 8

    private var place: Place
    /// What the digits say so far; of a name its letters.
    private var value: UInt64 = 0
    private var count = 0

    /// - Returns: `nil` for a byte that begins no escape.
    init?(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "%"): place = .percent
        case UInt8(ascii: "\\"): place = .backslash
        case UInt8(ascii: "'"): place = .quote
        case UInt8(ascii: "&"): place = .reference
        default: return nil
        }
    }

    /// Takes the next byte; after anything but ``Step/goesOn`` there is none.
    mutating func next(_ byte: UInt8) -> Step {
        switch place {
        case .percent, .byte: return digits(byte, 2) { .byte(UInt8($0)) }
        case .unit: return digits(byte, 4) { Self.character($0) }
        case .backslash: return backslash(byte)
        case .secondHalf: return secondHalf(byte)
        case .quote: return quote(byte)
        case .reference: return reference(byte)
        case .number, .decimal, .hexadecimal: return number(byte)
        case .name: return name(byte)
        }
    }

    private mutating func goOn(at place: Place) -> Step {
        self.place = place
        return .goesOn
    }

    private mutating func digits(_ byte: UInt8, _ wanted: Int, _ end: (UInt64) -> Step?) -> Step {
        guard let digit = Self.digit(byte) else { return .none }
        value = value << 4 | UInt64(digit)
        count += 1
        guard count == wanted else { return .goesOn }
        if let end = end(value) { return end }
        // The first of the two halves in which UTF-16 has what lies above 65,535.
        guard 0xD800..<0xDC00 ~= value else { return .none }
        count = 0
        return goOn(at: .secondHalf)
    }

    // MARK: Behind a backslash

    private mutating func backslash(_ byte: UInt8) -> Step {
        switch byte {
        case UInt8(ascii: "u"): goOn(at: .unit)
        case UInt8(ascii: "x"): goOn(at: .byte)
        case UInt8(ascii: "b"): .byte(0x08)
        case UInt8(ascii: "t"): .byte(0x09)
        case UInt8(ascii: "n"): .byte(0x0A)
        case UInt8(ascii: "f"): .byte(0x0C)
        case UInt8(ascii: "r"): .byte(0x0D)
        // `\"`, `\\` and `\/`; others escape others.
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: .byte(byte)
        default: .none
        }
    }

    private mutating func secondHalf(_ byte: UInt8) -> Step {
        count += 1
        switch count {
        case 1: return byte == UInt8(ascii: "\\") ? .goesOn : .none
        case 2: return byte == UInt8(ascii: "u") ? .goesOn : .none
        default:
            guard let digit = Self.digit(byte) else { return .none }
            value = value << 4 | UInt64(digit)
            guard count == 6 else { return .goesOn }
            let (first, second) = (value >> 16, value & 0xFFFF)
            guard 0xDC00..<0xE000 ~= second else { return .none }
            return Self.character(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? .none
        }
    }

    private mutating func quote(_ byte: UInt8) -> Step {
        count += 1
        guard byte == UInt8(ascii: count == 1 ? "\\" : "'") else { return .none }
        return count == 3 ? .byte(UInt8(ascii: "'")) : .goesOn
    }

    // MARK: References

    private mutating func reference(_ byte: UInt8) -> Step {
        if byte == UInt8(ascii: "#") { return goOn(at: .number) }
        place = .name
        return name(byte)
    }

    private mutating func number(_ byte: UInt8) -> Step {
        if place == .number {
            if byte | 0x20 == UInt8(ascii: "x") { return goOn(at: .hexadecimal) }
            place = .decimal
        }
        if byte == UInt8(ascii: ";"), count > 0 { return Self.character(value) ?? .none }
        guard count < Self.mostDigits, let digit = Self.digit(byte), place == .hexadecimal || digit < 10 else {
            return .none
        }
        count += 1
        value = value * (place == .hexadecimal ? 16 : 10) + UInt64(digit)
        return .goesOn
    }

    private mutating func name(_ byte: UInt8) -> Step {
        if byte == UInt8(ascii: ";") { return Self.names[value].map { .byte($0) } ?? .none }
        guard count < Self.mostLetters, UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 else { return .none }
        count += 1
        value = value << 8 | UInt64(byte)
        return .goesOn
    }

    /// Names that HTML has for characters of ASCII, by their letters.
    private static let names: [UInt64: UInt8] = {
        let table: [(Character, String)] = [
            ("\t", "Tab"), ("\n", "NewLine"), ("!", "excl"), ("\"", "quot QUOT"), ("#", "num"), ("$", "dollar"),
            ("%", "percnt"), ("&", "amp AMP"), ("'", "apos"), ("(", "lpar"), (")", "rpar"), ("*", "ast midast"),
            ("+", "plus"), (",", "comma"), (".", "period"), ("/", "sol"), (":", "colon"), (";", "semi"),
            ("<", "lt LT"), ("=", "equals"), (">", "gt GT"), ("?", "quest"), ("@", "commat"), ("[", "lsqb lbrack"),
            ("\\", "bsol"), ("]", "rsqb rbrack"), ("^", "Hat"), ("_", "lowbar UnderBar"), ("`", "grave"),
            ("{", "lcub lbrace"), ("|", "verbar vert"), ("}", "rcub rbrace"),
        ]
        var names: [UInt64: UInt8] = [:]
        for (character, all) in table {
            for name in all.split(separator: " ") where name.utf8.count <= mostLetters {
                names[name.utf8.reduce(0) { $0 << 8 | UInt64($1) }] = character.asciiValue
            }
        }
        return names
    }()

    // MARK: Characters

    /// `nil` for half a character.
    private static func character(_ value: UInt64) -> Step? {
        guard value > 0x7F else { return .byte(UInt8(value)) }
        return UInt32(exactly: value).flatMap { Unicode.Scalar($0) }.map { .character(Array(String($0).utf8)) }
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
