/// A secret that stands among the arguments of `warder mcp connect` itself, in place of a variable: every user of the
/// machine can read it there.
package enum LiteralSecret {
    /// Bytes in a row that nobody writes around a variable, as a scheme or a prefix.
    private static let shortest = 12

    /// - Parameters:
    ///   - value: an address, or what a header says; what stands in braces is a variable.
    ///   - name: of the header.
    /// - Returns: whether there is one, beyond doubt.
    package static func stands(in value: String, name: String? = nil) -> Bool {
        let bytes = Array(value.utf8)
        return ValueReader(name: name, value: value).spans.contains { span in
            guard span.evidence.certainty > .doubtful else { return false }
            let text = bytes[span.range]
            return !text.contains(UInt8(ascii: "{")) || longestRun(outsideBraces: text) >= shortest
        }
    }

    /// Of bytes that are no space, before, between and behind the variables.
    private static func longestRun(outsideBraces text: ArraySlice<UInt8>) -> Int {
        var (longest, run, isInside) = (0, 0, false)
        for byte in text {
            switch byte {
            case UInt8(ascii: "{"): (run, isInside) = (0, true)
            case UInt8(ascii: "}"): (run, isInside) = (0, false)
            case UInt8(ascii: " "): run = 0
            default: if !isInside { run += 1 }
            }
            longest = max(longest, run)
        }
        return longest
    }
}
