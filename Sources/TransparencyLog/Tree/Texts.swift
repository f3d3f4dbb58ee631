import FoundationEssentials

/// Base64 (RFC 4648, section 4) with padding, one spelling for all bytes.
package enum Base64 {
    package static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    /// - Returns: `nil` for everything that ``encode(_:)`` does not give, bits behind the last byte among it.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let text = String(text)
        guard let data = Data(base64Encoded: text) else { return nil }
        let bytes = Array(data)
        return encode(bytes).utf8.elementsEqual(text.utf8) ? bytes : nil
    }
}

/// Lowercase hexadecimal.
enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// - Returns: `nil` for an odd number of digits, for capitals, and for anything else.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let values = text.utf8.compactMap { digits.firstIndex(of: $0) }
        guard values.count == text.utf8.count, values.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }
}

/// Decimal numbers with one spelling, as in checkpoints: no sign, no zero in front, at most 2^63 − 1.
enum Decimal {
    static func decode(_ text: some StringProtocol) -> UInt64? {
        let digits = text.utf8
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            digits.count == 1 || digits.first != UInt8(ascii: "0"),
            let value = Int64(text)
        else { return nil }
        return UInt64(value)
    }
}
