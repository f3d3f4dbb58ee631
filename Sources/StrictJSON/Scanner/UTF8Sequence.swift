/// Well-formedness of single UTF-8 sequences (Unicode, table 3-7).
package enum UTF8Sequence {
    /// The length of the sequence at `offset` in bytes, 1 to 4, or `nil` if it is not well formed.
    ///
    /// Overlong forms, surrogates and code points above U+10FFFF are not well formed.
    package static func length(at offset: Int, in bytes: Span<UInt8>) -> Int? {
        let lead = bytes[offset]
        switch lead {
        case 0x00...0x7F: return 1
        case 0xC2...0xDF: return continues(offset, 2, in: bytes, second: 0x80...0xBF)
        case 0xE0: return continues(offset, 3, in: bytes, second: 0xA0...0xBF)
        case 0xED: return continues(offset, 3, in: bytes, second: 0x80...0x9F)
        case 0xE1...0xEF: return continues(offset, 3, in: bytes, second: 0x80...0xBF)
        case 0xF0: return continues(offset, 4, in: bytes, second: 0x90...0xBF)
        case 0xF1...0xF3: return continues(offset, 4, in: bytes, second: 0x80...0xBF)
        case 0xF4: return continues(offset, 4, in: bytes, second: 0x80...0x8F)
        default: return nil
        }
    }

    @inline(__always)
    private static func continues(
        _ offset: Int,
        _ length: Int,
        in bytes: Span<UInt8>,
        second: ClosedRange<UInt8>
    ) -> Int? {
        guard bytes.count - offset >= length, second.contains(bytes[offset + 1]) else { return nil }
        var at = offset + 2
        while at < offset + length {
            guard bytes[at] & 0xC0 == 0x80 else { return nil }
            at += 1
        }
        return length
    }
}
