import SecretMemory

/// RFC 4648 base64 with padding, between buffers that can be wiped: Foundation's returns text that cannot.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    /// Writes `bytes` into `text`, which has exactly the right length.
    static func encode(_ bytes: UnsafeRawBufferPointer, into text: inout [UInt8]) {
        var at = 0
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let rest = min(3, bytes.count - start)
            var group: UInt32 = 0
            for offset in 0..<3 {
                group = group << 8 | (offset < rest ? UInt32(unsafe bytes[start + offset]) : 0)
            }
            for digit in 0..<4 {
                let index = Int(group >> UInt32(18 - 6 * digit)) & 63
                text[at] = digit <= rest ? alphabet[index] : padding
                at += 1
            }
        }
    }

    /// The decoded bytes.
    ///
    /// - Throws: `CommandFailure.malformedAnswer` for anything but the one spelling of some bytes.
    static func decode(_ text: SecretBytes) throws(CommandFailure) -> SecretBytes {
        guard text.count % 4 == 0 else { throw .malformedAnswer }
        do {
            return try unsafe text.withUnsafeBytes { text in
                let padded = unsafe text.suffix(2).count { $0 == padding }
                return try unsafe SecretBytes(count: text.count / 4 * 3 - padded) { output in
                    for start in stride(from: 0, to: text.count, by: 4) {
                        let last = start + 4 == text.count
                        let group = try unsafe group(text, at: start, padding: last ? padded : 0)
                        for offset in 0..<(last ? 3 - padded : 3) {
                            unsafe output[start / 4 * 3 + offset] = UInt8(
                                truncatingIfNeeded: group >> UInt32(16 - 8 * offset)
                            )
                        }
                    }
                }
            }
        } catch {
            throw .malformedAnswer
        }
    }

    private static func group(_ text: UnsafeRawBufferPointer, at start: Int, padding count: Int) throws -> UInt32 {
        var group: UInt32 = 0
        for offset in 0..<4 {
            let byte = unsafe text[start + offset]
            if offset >= 4 - count {
                guard byte == padding else { throw CommandFailure.malformedAnswer }
                group <<= 6
            } else {
                guard let digit = value(of: byte) else { throw CommandFailure.malformedAnswer }
                group = group << 6 | digit
            }
        }
        // Bits below the last byte must be zero, or two texts would stand for the same bytes.
        let spare: UInt32 = count == 0 ? 0 : count == 1 ? 0xFF : 0xFFFF
        guard group & spare == 0 else { throw CommandFailure.malformedAnswer }
        return group
    }

    private static func value(of byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
