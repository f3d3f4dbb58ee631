/// The order of object keys in the canonical form: by UTF-16 code units (RFC 8785, section 3.2.3).
enum KeyOrder {
    /// Negative, zero or positive as `left` comes before, equals or follows `right`, escapes resolved.
    static func compare(_ left: JSONTapeEntry, _ right: JSONTapeEntry, in bytes: Span<UInt8>) -> Int {
        guard left.flags.contains(.hasEscapes) || right.flags.contains(.hasEscapes) else {
            return comparePlain(left.content, right.content, in: bytes)
        }
        var leftCursor = UnescapingCursor(left.content)
        var rightCursor = UnescapingCursor(right.content)
        while true {
            let leftByte = leftCursor.next(in: bytes)
            let rightByte = rightCursor.next(in: bytes)
            guard let leftByte, let rightByte else {
                return (leftByte == nil ? 0 : 1) &- (rightByte == nil ? 0 : 1)
            }
            if leftByte != rightByte { return rank(leftByte) &- rank(rightByte) }
        }
    }

    private static func comparePlain(_ left: Range<Int>, _ right: Range<Int>, in bytes: Span<UInt8>) -> Int {
        let common = min(left.count, right.count)
        var offset = 0
        while offset < common {
            let leftByte = bytes[left.lowerBound &+ offset]
            let rightByte = bytes[right.lowerBound &+ offset]
            if leftByte != rightByte { return rank(leftByte) &- rank(rightByte) }
            offset &+= 1
        }
        return left.count &- right.count
    }

    /// Sorts keys into canonical order.
    static func sort(_ keys: inout [JSONTapeEntry], in bytes: Span<UInt8>) {
        keys.sort { compare($0, $1, in: bytes) < 0 }
    }

    /// UTF-8 order is code point order; UTF-16 differs only in that surrogates (UTF-8 lead bytes from F0) come before
    /// U+E000 to U+FFFF (lead bytes EE and EF).
    private static func rank(_ byte: UInt8) -> Int {
        switch byte {
        case 0xF0...0xFF: Int(byte) - 2
        case 0xEE...0xEF: Int(byte) + 0x10
        default: Int(byte)
        }
    }
}
