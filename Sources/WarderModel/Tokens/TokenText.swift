/// The spelling of bearer texts: a prefix, 43 base62 characters for 32 random bytes, and 6 for a CRC32 of everything
/// before it.
///
/// The prefix lets secret scanners find one, the checksum lets them (and the vault) tell one from a look-alike without
/// asking.
package enum TokenText {
    package static let prefix = "wdr_t_"
    /// Length of a whole token in characters.
    package static let length = 55

    /// `body`: 32 random bytes.
    package static func encode(_ body: some Collection<UInt8>, prefix: String = prefix) -> String {
        let text = prefix + Base62.encode(body)
        return text + Base62.encode(bigEndian(CRC32.checksum(text.utf8)))
    }

    /// The 32 bytes of a well-formed token; `nil` for any other text.
    package static func decode(_ text: some StringProtocol, prefix: String = prefix) -> [UInt8]? {
        // Nothing generic from here on: it runs for every request.
        let whole = String(text)
        let characters = whole.utf8.span
        guard characters.count == prefix.utf8.count + 49, whole.hasPrefix(prefix) else { return nil }
        let end = characters.count - 6
        let checksum = CRC32.checksum(characters.extracting(0..<end))
        guard Base62.decode(characters.extracting(end...), byteCount: 4) == bigEndian(checksum) else { return nil }
        return Base62.decode(characters.extracting(prefix.utf8.count..<end), byteCount: 32)
    }

    private static func bigEndian(_ word: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * UInt32($0))) }
    }
}

/// CRC-32 as in RFC 1952 (reflected polynomial 0xEDB88320). Finds typing mistakes; protects nothing.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
    }

    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 { checksum(Array(bytes).span) }

    static func checksum(_ bytes: Span<UInt8>) -> UInt32 {
        let table = table
        var value = ~UInt32(0)
        for index in bytes.indices { value = value >> 8 ^ table[Int(UInt8(truncatingIfNeeded: value) ^ bytes[index])] }
        return ~value
    }
}
