/// A text of JSON between its quotes, and the text that it means.
enum TextLiteral {
    /// What a literal that the lexer accepted means, with the offset in the literal at which each byte came about.
    struct Decoded {
        var text: [UInt8] = []
        /// One for each byte of the text.
        var offsets: [Int] = []
    }

    /// The bytes of the text, escapes resolved; `nil` where half of a surrogate pair stands alone, which no text has.
    static func decode(_ literal: ArraySlice<UInt8>) -> [UInt8]? {
        guard literal.contains(UInt8(ascii: "\\")) else { return Array(literal.dropFirst().dropLast()) }
        return decodeWithOffsets(literal)?.text
    }

    /// As ``decode(_:)``, with the place of each byte; offsets are counted from the opening quote.
    static func decodeWithOffsets(_ literal: ArraySlice<UInt8>) -> Decoded? {
        var decoded = Decoded()
        var at = literal.startIndex + 1
        let end = literal.endIndex - 1
        while at < end {
            let offset = at - literal.startIndex
            guard literal[at] == UInt8(ascii: "\\") else {
                decoded.text.append(literal[at])
                decoded.offsets.append(offset)
                at += 1
                continue
            }
            let scalar: Unicode.Scalar
            switch literal[at + 1] {
            case UInt8(ascii: "u"):
                guard let read = readUnits(literal, at: &at) else { return nil }
                scalar = read
            default:
                scalar = Unicode.Scalar(named(literal[at + 1]))
                at += 2
            }
            for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
                decoded.text.append(byte)
                decoded.offsets.append(offset)
            }
        }
        return decoded
    }

    /// The literal of a text, quotes included: only what has to be escaped is.
    static func encode(_ text: some Sequence<UInt8>) -> [UInt8] {
        var literal = [UInt8(ascii: "\"")]
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): literal += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): literal += Array("\\n".utf8)
            case UInt8(ascii: "\r"): literal += Array("\\r".utf8)
            case UInt8(ascii: "\t"): literal += Array("\\t".utf8)
            case 0..<0x20, 0x7F:
                literal += Array("\\u00".utf8) + [HexDigits.digit(byte >> 4), HexDigits.digit(byte & 0xF)]
            default: literal.append(byte)
            }
        }
        return literal + [UInt8(ascii: "\"")]
    }

    static func encode(_ text: String) -> [UInt8] { encode(text.utf8) }

    private static func named(_ escape: UInt8) -> UInt8 {
        switch escape {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: escape
        }
    }

    /// Reads `\uXXXX`, or two of them that make a pair.
    private static func readUnits(_ literal: ArraySlice<UInt8>, at: inout Int) -> Unicode.Scalar? {
        let first = unit(literal[at + 2..<at + 6])
        at += 6
        guard (0xD800...0xDBFF).contains(first) else { return Unicode.Scalar(first) }
        guard at + 6 < literal.endIndex, literal[at] == UInt8(ascii: "\\"), literal[at + 1] == UInt8(ascii: "u") else {
            return nil
        }
        let second = unit(literal[at + 2..<at + 6])
        guard (0xDC00...0xDFFF).contains(second) else { return nil }
        at += 6
        return Unicode.Scalar(0x1_0000 + (first - 0xD800) << 10 + (second - 0xDC00))
    }

    private static func unit(_ digits: ArraySlice<UInt8>) -> UInt32 {
        digits.reduce(0) { $0 << 4 | UInt32(HexDigits.value($1) ?? 0) }
    }
}

enum HexDigits {
    static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }
}
