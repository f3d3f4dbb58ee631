/// A secret that stands among the arguments of `warder mcp connect` itself, in place of a variable: every user of the
/// machine can read it there.
package enum LiteralSecret {
    /// Bytes in a row, with a digit, that nobody writes around a variable, as a scheme or a prefix.
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
            return !text.contains(UInt8(ascii: "{")) || runs(outsideBraces: text).contains(where: isSecret)
        }
    }

    /// What begins like a token is one; of others, nobody writes the name of a cookie or of a team with a digit in it.
    private static func isSecret(_ run: ArraySlice<UInt8>) -> Bool {
        if !KnownTokens.find(in: run).isEmpty { return true }
        let isName = run.last == UInt8(ascii: "=") && run.dropLast().allSatisfy { $0.isWord }
        return run.count >= shortest && !isName && run.contains { $0.isDigit }
    }

    /// What stands without a space before, between and behind the variables.
    private static func runs(outsideBraces text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var isInside = false
        return text.split { byte in
            if byte == UInt8(ascii: "{") { isInside = true }
            defer { if byte == UInt8(ascii: "}") { isInside = false } }
            return isInside || byte == UInt8(ascii: "}") || byte.isSpace
        }
    }
}
