/// The grammar of single strings and numbers (RFC 8259, sections 6 and 7).
enum JSONTokens {
    /// Checks the string whose opening quote is at `start`; the result's `end` is after the closing quote.
    static func string(
        _ start: Int,
        in bytes: Span<UInt8>
    ) throws(JSONError) -> (end: Int, flags: JSONTapeEntry.Flags) {
        var flags: JSONTapeEntry.Flags = []
        var at = start &+ 1
        while true {
            at = PlainBytes.end(from: at, in: bytes)
            guard at < bytes.count else { throw .unexpectedEnd(at: at) }
            let byte = bytes[at]
            switch byte {
            case UInt8(ascii: "\""):
                return (at &+ 1, flags)
            case UInt8(ascii: "\\"):
                flags.insert(.hasEscapes)
                at = try escape(at, in: bytes)
            case 0x00..<0x20:
                throw .controlCharacter(at: at)
            case 0x7F:
                at &+= 1
            default:
                flags.insert(.hasNonASCII)
                guard let length = UTF8Sequence.length(at: at, in: bytes) else { throw .invalidUTF8(at: at) }
                at &+= length
            }
        }
    }

    /// Checks the escape whose backslash is at `start`, both halves if it is a surrogate pair.
    private static func escape(_ start: Int, in bytes: Span<UInt8>) throws(JSONError) -> Int {
        guard start &+ 1 < bytes.count else { throw .unexpectedEnd(at: bytes.count) }
        switch bytes[start &+ 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return start &+ 2
        case UInt8(ascii: "u"):
            let unit = try hexUnit(start, in: bytes)
            switch unit {
            case 0xD800...0xDBFF:
                guard start &+ 7 < bytes.count, bytes[start &+ 6] == UInt8(ascii: "\\"),
                    bytes[start &+ 7] == UInt8(ascii: "u")
                else { throw .loneSurrogate(at: start) }
                let second = try hexUnit(start &+ 6, in: bytes)
                guard (0xDC00...0xDFFF).contains(second) else { throw .loneSurrogate(at: start) }
                return start &+ 12
            case 0xDC00...0xDFFF:
                throw .loneSurrogate(at: start)
            default:
                return start &+ 6
            }
        default:
            throw .invalidEscape(at: start)
        }
    }

    /// The four hexadecimal digits of the `\u` escape whose backslash is at `start`.
    private static func hexUnit(_ start: Int, in bytes: Span<UInt8>) throws(JSONError) -> UInt32 {
        guard start &+ 6 <= bytes.count else { throw .unexpectedEnd(at: bytes.count) }
        var unit: UInt32 = 0
        for offset in 2..<6 {
            guard let digit = HexDigit.value(bytes[start &+ offset]) else { throw .invalidEscape(at: start) }
            unit = unit << 4 | digit
        }
        return unit
    }

    /// Checks the number that begins at `start`; whatever follows it is left to the caller.
    static func number(_ start: Int, in bytes: Span<UInt8>) throws(JSONError) -> (end: Int, isFraction: Bool) {
        var at = start
        if bytes[at] == UInt8(ascii: "-") { at &+= 1 }
        let integer = digits(from: at, in: bytes)
        guard integer > at else { throw .invalidNumber(at: start) }
        // A leading zero stands alone: `01` would otherwise have two readings.
        guard integer == at &+ 1 || bytes[at] != UInt8(ascii: "0") else { throw .invalidNumber(at: start) }
        at = integer
        var isFraction = false
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            isFraction = true
            let end = digits(from: at &+ 1, in: bytes)
            guard end > at &+ 1 else { throw .invalidNumber(at: start) }
            at = end
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            isFraction = true
            at &+= 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at &+= 1 }
            let end = digits(from: at, in: bytes)
            guard end > at else { throw .invalidNumber(at: start) }
            at = end
        }
        return (at, isFraction)
    }

    @inline(__always)
    private static func digits(from start: Int, in bytes: Span<UInt8>) -> Int {
        var at = start
        while at < bytes.count, bytes[at] &- UInt8(ascii: "0") < 10 { at &+= 1 }
        return at
    }
}
