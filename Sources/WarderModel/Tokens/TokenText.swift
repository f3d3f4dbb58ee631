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
        let characters = text.utf8
        guard characters.count == prefix.utf8.count + 49, text.hasPrefix(prefix) else { return nil }
        let checked = text.dropLast(6)
        guard Base62.decode(text.suffix(6), byteCount: 4) == bigEndian(CRC32.checksum(checked.utf8)) else { return nil }
        return Base62.decode(checked.dropFirst(prefix.count), byteCount: 32)
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

    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
    }
}
