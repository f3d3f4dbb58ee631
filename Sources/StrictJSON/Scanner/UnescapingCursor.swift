/// Walks the bytes of a string with its escapes resolved, without building them anywhere.
///
/// It reads only strings that the scanner accepted, so every escape is complete and every surrogate has its pair.
struct UnescapingCursor {
    private var at: Int
    private let end: Int
    /// Bytes of the last escape still to be handed out, the next one lowest.
    private var pending: UInt32 = 0
    private var pendingCount = 0

    /// Begins at the content of a string entry.
    init(_ content: Range<Int>) {
        at = content.lowerBound
        end = content.upperBound
    }

    /// The next byte, or `nil` at the end.
    mutating func next(in bytes: Span<UInt8>) -> UInt8? {
        if pendingCount > 0 {
            let byte = UInt8(truncatingIfNeeded: pending)
            pending >>= 8
            pendingCount &-= 1
            return byte
        }
        guard at < end else { return nil }
        let byte = bytes[at]
        at &+= 1
        guard byte == UInt8(ascii: "\\") else { return byte }
        let escape = bytes[at]
        at &+= 1
        switch escape {
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "u"): return codePoint(in: bytes)
        default: return escape
        }
    }

    /// Reads the digits after `\u` and hands out the first byte of the code point's UTF-8 form.
    private mutating func codePoint(in bytes: Span<UInt8>) -> UInt8 {
        var point = unit(in: bytes)
        if point >= 0xD800, point <= 0xDBFF {
            at &+= 2
            point = 0x1_0000 &+ (point &- 0xD800) << 10 &+ (unit(in: bytes) &- 0xDC00)
        }
        switch point {
        case 0..<0x80:
            return UInt8(truncatingIfNeeded: point)
        case 0x80..<0x800:
            pending = 0x80 | point & 0x3F
            pendingCount = 1
            return UInt8(truncatingIfNeeded: 0xC0 | point >> 6)
        case 0x800..<0x1_0000:
            pending = (0x80 | point >> 6 & 0x3F) | (0x80 | point & 0x3F) << 8
            pendingCount = 2
            return UInt8(truncatingIfNeeded: 0xE0 | point >> 12)
        default:
            pending = (0x80 | point >> 12 & 0x3F) | (0x80 | point >> 6 & 0x3F) << 8 | (0x80 | point & 0x3F) << 16
            pendingCount = 3
            return UInt8(truncatingIfNeeded: 0xF0 | point >> 18)
        }
    }

    private mutating func unit(in bytes: Span<UInt8>) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            unit = unit << 4 | (HexDigit.value(bytes[at]) ?? 0)
            at &+= 1
        }
        return unit
    }
}
