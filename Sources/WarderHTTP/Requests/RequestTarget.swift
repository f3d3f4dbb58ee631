/// The path and the query of a request, taken apart before any rule looks at them.
///
/// A path has one spelling: no percent escapes, no empty or dot segments, ASCII of a short list. So nothing that a rule
/// compares can be written in two ways. Query values may be percent-encoded UTF-8.
struct RequestTarget {
    /// Without the leading slash.
    let segments: [Substring]
    let path: Substring
    let query: [(name: String, value: String)]

    /// Longest target in bytes.
    static let maximumBytes = 2048

    /// `nil` for anything else than a clean absolute path with an optional query.
    init?(_ text: String) {
        guard text.utf8.count <= Self.maximumBytes, text.utf8.first == UInt8(ascii: "/") else { return nil }
        let mark = text.utf8.firstIndex(of: UInt8(ascii: "?"))
        path = text[..<(mark ?? text.endIndex)]
        guard path.utf8.allSatisfy(Self.isPathByte) else { return nil }
        segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        guard segments.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else { return nil }
        guard let mark else {
            query = []
            return
        }
        guard let pairs = Self.parse(query: text[text.utf8.index(after: mark)...]) else { return nil }
        query = pairs
    }

    /// The value of a parameter that may stand once; throws for one that stands twice.
    func parameter(_ name: String) throws(Problem) -> String? {
        let values = query.filter { $0.name == name }
        guard values.count <= 1 else { throw .invalid("The query names one parameter twice.") }
        return values.first?.value
    }

    private static func isPathByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122: true
        case UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "@"): true
        default: false
        }
    }

    private static func parse(query: Substring) -> [(String, String)]? {
        if query.isEmpty { return [] }
        var pairs: [(String, String)] = []
        for pair in query.split(separator: "&", omittingEmptySubsequences: false) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, pairs.count < 64, let value = decode(parts[1]) else {
                return nil
            }
            pairs.append((String(parts[0]), value))
        }
        return pairs
    }

    private static func decode(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                guard (33...126).contains(byte), byte != UInt8(ascii: "+") else { return nil }
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }
}
