/// Sixteen random bytes that name a stored record for as long as it exists. Says nothing about what it names.
package struct RecordID: Hashable, Sendable, Codable, CustomStringConvertible {
    package static let byteCount = 16

    package let high: UInt64
    package let low: UInt64

    /// - Parameter bytes: exactly 16 bytes.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Sixteen bytes, big-endian.
    package var bytes: [UInt8] {
        [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) } }
    }

    /// 32 lowercase hexadecimal digits.
    package var description: String { Hex.encode(bytes) }

    package init(from decoder: any Decoder) throws {
        guard let bytes = Hex.decode(try String(from: decoder)), let id = RecordID(bytes: bytes) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a record id")
            )
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}

extension RecordID {
    /// What others see of it: a prefix that says of what it is the id, and 22 base62 characters.
    func publicName(prefix: String) -> String { prefix + Base62.encode(bytes) }

    static func isPublicName(_ text: String, prefix: String) -> Bool {
        text.hasPrefix(prefix) && text.utf8.count == prefix.utf8.count + Base62.length(ofBytes: byteCount)
            && Base62.decode(text.dropFirst(prefix.count), byteCount: byteCount) != nil
    }
}

/// Lowercase hexadecimal, the one spelling used in formats and output.
package enum Hex {
    private static let digits = Array("0123456789abcdef".utf8)

    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        unsafe String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
            var index = 0
            for byte in bytes {
                unsafe buffer[index] = digits[Int(byte >> 4)]
                unsafe buffer[index + 1] = digits[Int(byte & 15)]
                index += 2
            }
            return index
        }
    }

    /// `nil` unless `text` is an even number of lowercase hexadecimal digits.
    package static func decode(_ text: String) -> [UInt8]? {
        guard text.utf8.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 2)
        var high: UInt8?
        for byte in text.utf8 {
            let nibble: UInt8
            switch byte {
            case 48...57: nibble = byte - 48
            case 97...102: nibble = byte - 87
            default: return nil
            }
            if let first = high {
                bytes.append(first << 4 | nibble)
                high = nil
            } else {
                high = nibble
            }
        }
        return bytes
    }
}
