/// How characters are written as escapes: the short forms of RFC 8259 where there is one, otherwise `\u` and four
/// lower-case digits.
enum JSONEscape {
    /// Appends the escape of a code point of the basic multilingual plane.
    static func append(_ point: UInt32, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\\"))
        switch point {
        case 0x22: output.append(UInt8(ascii: "\""))
        case 0x5C: output.append(UInt8(ascii: "\\"))
        case 0x08: output.append(UInt8(ascii: "b"))
        case 0x09: output.append(UInt8(ascii: "t"))
        case 0x0A: output.append(UInt8(ascii: "n"))
        case 0x0C: output.append(UInt8(ascii: "f"))
        case 0x0D: output.append(UInt8(ascii: "r"))
        default:
            output.append(UInt8(ascii: "u"))
            for shift in [12, 8, 4, 0] { output.append(HexDigit.digit(point >> UInt32(shift))) }
        }
    }

    /// The code point at `offset`, if a terminal may act on it: DEL, C1 controls, line and paragraph separators, and
    /// the characters that change the direction of text. `length` is the length of the well-formed sequence there.
    @inline(__always)
    static func terminalHazard(at offset: Int, length: Int, in bytes: Span<UInt8>) -> UInt32? {
        let point: UInt32
        switch length {
        case 1: point = UInt32(bytes[offset])
        case 2: point = UInt32(bytes[offset] & 0x1F) << 6 | UInt32(bytes[offset &+ 1] & 0x3F)
        case 3:
            point =
                UInt32(bytes[offset] & 0x0F) << 12 | UInt32(bytes[offset &+ 1] & 0x3F) << 6
                | UInt32(bytes[offset &+ 2] & 0x3F)
        default: return nil
        }
        switch point {
        case 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: return point
        default: return nil
        }
    }
}
