/// Whether a path means the same to everybody who reads it, and stays below the declared one.
package enum RequestPath {
    private static let mostDecodings = 4

    /// Whether `path`, which may hold escapes, has no segment that leads elsewhere however often it is decoded.
    package static func isSafe(_ path: some StringProtocol) -> Bool {
        guard path.utf8.first == UInt8(ascii: "/"), !path.hasPrefix("//") else { return false }
        guard path.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }) else { return false }
        guard var bytes = decoded(Array(path.utf8), strictly: true), segmentsAreSafe(Array(path.utf8)) else {
            return false
        }
        for _ in 0..<mostDecodings {
            guard segmentsAreSafe(bytes), let next = decoded(bytes, strictly: false) else { return false }
            if next == bytes { return true }
            bytes = next
        }
        // Nobody escapes that often for an honest reason.
        return false
    }

    /// Whether `path` has no escapes and no odd segments, as a declared path must.
    package static func isPlain(_ path: String) -> Bool {
        guard isSafe(path), !path.contains("%"), !path.contains("?"), !path.contains(";") else { return false }
        return !path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).contains("")
    }

    /// Whether `path` is `parent` or below it.
    package static func isBelow(_ parent: String, _ path: some StringProtocol) -> Bool {
        guard path.hasPrefix(parent) else { return false }
        return parent.isEmpty || path.utf8.count == parent.utf8.count || path.dropFirst(parent.count).first == "/"
    }

    private static func segmentsAreSafe(_ bytes: [UInt8]) -> Bool {
        // C0 and C1 begin no UTF-8, but spell dots and slashes to readers that do not know that.
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != 0xC0 && $0 != 0xC1 }) else { return false }
        return bytes.split(whereSeparator: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }).allSatisfy {
            segment in
            // Some servers take what follows a semicolon for a parameter of the segment.
            let name = segment.prefix { $0 != UInt8(ascii: ";") }
            return !name.elementsEqual(".".utf8) && !name.elementsEqual("..".utf8)
        }
    }

    /// With each escape replaced once; `nil` where a `%` begins none. What decoding brought out may hold such a `%`.
    private static func decoded(_ bytes: [UInt8], strictly: Bool) -> [UInt8]? {
        var result: [UInt8] = []
        var position = 0
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "%") {
                if position + 2 < bytes.count, let high = digit(bytes[position + 1]),
                    let low = digit(bytes[position + 2])
                {
                    result.append(high << 4 | low)
                    position += 3
                    continue
                }
                if strictly { return nil }
            }
            result.append(bytes[position])
            position += 1
        }
        return result
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
