/// Finds the end of a run of bytes that need no attention in a string: 0x20 to 0x7E without `"` and `\`.
///
/// Eight bytes are tested at a time, so long values cost about an eighth of a byte loop.
enum PlainBytes {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// The offset of the first byte at or after `start` that is not plain, or the length of `bytes`.
    @inline(__always)
    static func end(from start: Int, in bytes: Span<UInt8>) -> Int {
        var at = start
        let raw = unsafe bytes.bytes
        while at &+ 8 <= bytes.count {
            let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self).littleEndian
            let marks = attention(word)
            if marks != 0 { return at &+ marks.trailingZeroBitCount / 8 }
            at &+= 8
        }
        while at < bytes.count, isPlain(bytes[at]) { at &+= 1 }
        return at
    }

    @inline(__always)
    static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != 0x22 && byte != 0x5C
    }

    /// The high bit of the lowest byte that is not plain; higher marks may be false, because a borrow runs upwards.
    @inline(__always)
    private static func attention(_ word: UInt64) -> UInt64 {
        let quotes = word ^ (ones &* 0x22)
        let backslashes = word ^ (ones &* 0x5C)
        let deletes = word ^ (ones &* 0x7F)
        let low = (word &- ones &* 0x20) | (quotes &- ones) | (backslashes &- ones) | (deletes &- ones)
        return (low | word) & highs
    }
}
