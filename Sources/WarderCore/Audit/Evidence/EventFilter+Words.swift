extension EventFilter {
    /// What was asked for, in one line and one spelling: `server=github&since=2026-11-01T00:00:00.000Z`, names in the
    /// order of their bytes. All but letters, digits and `-._~:/@` is `%` and two capital digits.
    ///
    /// Somebody may look for what leaked: of `changes`, only that it was looked for stands there.
    var words: String {
        var parts = conditions.map { condition in
            let name = condition.path.joined(separator: ".")
            return name == "changes" ? name : "\(name)=\(Self.percentEncoded(condition.value))"
        }
        if let since { parts.append("since=\(since)") }
        if let until { parts.append("until=\(until)") }
        return parts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.joined(separator: "&")
    }

    private static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { result, byte in
            let isPlain =
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                    UInt8(ascii: "~"), UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "@"):
                    true
                default: false
                }
            if isPlain {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
    }
}
