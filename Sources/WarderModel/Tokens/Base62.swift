/// Numbers in base 62 with the alphabet `0-9A-Za-z`, big-endian, padded with `0` to a fixed length, so that each value
/// has one spelling.
package enum Base62 {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// Characters needed for any value of `count` bytes: 43 for 32 bytes, 22 for 16, 6 for 4.
    ///
    /// - Precondition: one of these three; nothing else is spelled in base 62.
    package static func length(ofBytes count: Int) -> Int {
        switch count {
        case 4: 6
        case 16: 22
        case 32: 43
        default: preconditionFailure("base 62 spells 4, 16 or 32 bytes")
        }
    }

    /// The spelling of 4, 16 or 32 bytes.
    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        var words = limbs(bytes)
        var digits = [UInt8](repeating: alphabet[0], count: length(ofBytes: bytes.count))
        for index in digits.indices.reversed() {
            var remainder: UInt64 = 0
            for word in words.indices {
                let dividend = remainder << 32 | UInt64(words[word])
                words[word] = UInt32(dividend / 62)
                remainder = dividend % 62
            }
            digits[index] = alphabet[Int(remainder)]
        }
        return String(decoding: digits, as: UTF8.self)
    }

    /// The 4, 16 or 32 bytes of a spelling; `nil` unless `text` has exactly the fixed length, only letters of the
    /// alphabet, and a value that fits `byteCount` bytes.
    package static func decode(_ text: some StringProtocol, byteCount: Int) -> [UInt8]? {
        decode(Array(text.utf8).span, byteCount: byteCount)
    }

    static func decode(_ characters: Span<UInt8>, byteCount: Int) -> [UInt8]? {
        guard characters.count == length(ofBytes: byteCount) else { return nil }
        var words = [UInt32](repeating: 0, count: byteCount / 4)
        // Five digits at a time: the product of a word with 62^5 leaves room for a carry in 64 bits.
        for start in stride(from: 0, to: characters.count, by: 5) {
            var carry: UInt64 = 0
            var factor: UInt64 = 1
            for index in start..<min(start + 5, characters.count) {
                guard let digit = value(of: characters[index]) else { return nil }
                carry = carry * 62 + UInt64(digit)
                factor *= 62
            }
            for word in words.indices.reversed() {
                let sum = UInt64(words[word]) * factor + carry
                words[word] = UInt32(truncatingIfNeeded: sum)
                carry = sum >> 32
            }
            guard carry == 0 else { return nil }
        }
        return words.flatMap { word in
            (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * UInt32($0))) }
        }
    }

    private static func limbs(_ bytes: some Collection<UInt8>) -> [UInt32] {
        var words: [UInt32] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            words.append(rest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
            rest = rest.dropFirst(4)
        }
        return words
    }

    private static func value(of character: UInt8) -> UInt8? {
        switch character {
        case 48...57: character - 48
        case 65...90: character - 55
        case 97...122: character - 61
        default: nil
        }
    }
}
