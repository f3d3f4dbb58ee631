/// Finds the value in an answer of usual form.
///
/// Reads what the vault writes when it gives a value, and nothing else: one whole answer with status 200 and a length.
/// Whatever differs in anything is for the event loop, which reads all of HTTP.
enum ValueAnswer {
    /// Where the body lies; `nil` unless the bytes are that one answer, from the first to the last.
    static func body(in bytes: Span<UInt8>) -> Range<Int>? {
        guard hasPrefix("http/1.1 200 ", bytes, at: 0), var line = endOfLine(bytes, from: 0) else { return nil }
        var length: Int?
        while let end = endOfLine(bytes, from: line) {
            if end == line + 2 {
                guard let length, length == bytes.count - end else { return nil }
                return end..<bytes.count
            }
            if hasPrefix("content-length: ", bytes, at: line) {
                guard length == nil, let number = number(bytes, line + 16..<end - 2) else { return nil }
                length = number
            } else if !usual.contains(where: { hasPrefix($0, bytes, at: line) }) {
                return nil
            }
            line = end
        }
        return nil
    }

    /// Fields that say nothing of where an answer ends, or of what becomes of the connection.
    private static let usual: [StaticString] = ["content-type: ", "cache-control: ", "etag: "]

    /// The offset behind the line's CR LF; `nil` for a line that has other controls or no end.
    private static func endOfLine(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        var offset = start
        while offset < bytes.count, bytes[offset] >= 0x20, bytes[offset] != 0x7F { offset += 1 }
        guard offset + 1 < bytes.count, bytes[offset] == 0x0D, bytes[offset + 1] == 0x0A else { return nil }
        return offset + 2
    }

    /// Whether these lower-case letters stand there, in whichever case.
    private static func hasPrefix(_ prefix: StaticString, _ bytes: Span<UInt8>, at start: Int) -> Bool {
        guard bytes.count - start >= prefix.utf8CodeUnitCount else { return false }
        return prefix.withUTF8Buffer { prefix in
            for offset in prefix.indices {
                let byte = bytes[start + offset]
                let isUpper = (0x41...0x5A).contains(byte)
                guard unsafe (isUpper ? byte | 0x20 : byte) == prefix[offset] else { return false }
            }
            return true
        }
    }

    private static func number(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        // No answer that fits has more digits.
        guard (1...5).contains(range.count) else { return nil }
        var number = 0
        for offset in range {
            guard (0x30...0x39).contains(bytes[offset]) else { return nil }
            number = number * 10 + Int(bytes[offset] & 0x0F)
        }
        return number
    }
}
