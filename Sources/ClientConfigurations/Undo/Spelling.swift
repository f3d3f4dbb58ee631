/// How a text was spelled in a file, without what it says: the same text can be written with many escapes.
///
/// One letter stands for each step: `.` for a byte as it is, `s` for a short escape (`\n`), `a` to `p` for one of four
/// hexadecimal digits, the letter's number telling which digits are capitals. Of the text it tells its length and where
/// escapes stand.
package struct Spelling: Hashable, Sendable {
    /// The letters.
    package let letters: String

    /// Looks at the inside of a literal that the lexer accepted.
    init(of inside: ArraySlice<UInt8>) {
        var letters = ""
        var at = inside.startIndex
        while at < inside.endIndex {
            if inside[at] != UInt8(ascii: "\\") {
                letters.append(".")
                at += 1
            } else if at + 5 < inside.endIndex, inside[at + 1] == UInt8(ascii: "u") {
                let capitals = inside[at + 2..<at + 6].reduce(0) { $0 << 1 | ($1.isUpper ? 1 : 0) }
                letters.unicodeScalars.append(Unicode.Scalar(UInt8(ascii: "a") + UInt8(capitals)))
                at += 6
            } else {
                letters.append("s")
                at += 2
            }
        }
        self.letters = letters
    }

    /// A spelling as it was stored; `nil` where a letter means nothing.
    init?(letters: String) {
        guard letters.utf8.allSatisfy({ $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "s") || Self.isUnit($0) }) else {
            return nil
        }
        self.letters = letters
    }

    /// The inside of the literal again; `nil` where the text is another one.
    func applied(to text: [UInt8]) -> [UInt8]? {
        var literal: [UInt8] = []
        var rest = text[...]
        var pending: UInt16?
        for letter in letters.utf8 {
            if letter == UInt8(ascii: ".") || letter == UInt8(ascii: "s") {
                guard pending == nil, let byte = rest.popFirst() else { return nil }
                guard letter == UInt8(ascii: "s") else {
                    literal.append(byte)
                    continue
                }
                guard let escape = Self.short(byte) else { return nil }
                literal += [UInt8(ascii: "\\"), escape]
            } else {
                let unit: UInt16
                if let low = pending {
                    (unit, pending) = (low, nil)
                } else {
                    guard let character = Self.character(&rest) else { return nil }
                    (unit, pending) = character
                }
                literal += Self.escape(unit, capitals: letter - UInt8(ascii: "a"))
            }
        }
        return rest.isEmpty && pending == nil ? literal : nil
    }

    private static func isUnit(_ letter: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "p")).contains(letter) }

    /// Takes a character from the front: its unit, and a second one where it has two.
    private static func character(_ rest: inout ArraySlice<UInt8>) -> (UInt16, UInt16?)? {
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = rest.makeIterator()
        guard case .valid(let encoded) = parser.parseScalar(from: &iterator) else { return nil }
        rest = rest.dropFirst(encoded.count)
        let units = Array(String(Unicode.UTF8.decode(encoded)).utf16)
        return units.first.map { ($0, units.dropFirst().first) }
    }

    private static func escape(_ unit: UInt16, capitals: UInt8) -> [UInt8] {
        let digits = (0..<4).map { place in
            let digit = HexDigits.digit(UInt8(truncatingIfNeeded: unit >> (12 - 4 * place)) & 0xF)
            return capitals >> (3 - place) & 1 == 1 && !digit.isDigit ? digit - 0x20 : digit
        }
        return Array("\\u".utf8) + digits
    }

    private static func short(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte
        case 0x08: UInt8(ascii: "b")
        case 0x0C: UInt8(ascii: "f")
        case 0x0A: UInt8(ascii: "n")
        case 0x0D: UInt8(ascii: "r")
        case 0x09: UInt8(ascii: "t")
        default: nil
        }
    }
}
