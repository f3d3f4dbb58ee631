/// What is asked of text byte by byte.
extension UInt8 {
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    var isLower: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
    var isUpper: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
    var isLetter: Bool { isLower || isUpper }
    var isAlphanumeric: Bool { isLetter || isDigit }
    var isSpace: Bool { self == UInt8(ascii: " ") || (0x09...0x0D).contains(self) }
    /// White space within a line.
    var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
    /// Of names of variables, parameters and options, and of most tokens.
    var isWord: Bool { isAlphanumeric || self == UInt8(ascii: "_") || self == UInt8(ascii: "-") }
}

extension ArraySlice<UInt8> {
    /// Without white space at the ends.
    var trimmed: ArraySlice<UInt8> {
        guard let first = firstIndex(where: { !$0.isSpace }), let last = lastIndex(where: { !$0.isSpace }) else {
            return self[startIndex..<startIndex]
        }
        return self[first...last]
    }

    var lowercased: String { String(decoding: self, as: UTF8.self).lowercased() }

    func hasPrefix(_ text: String) -> Bool { starts(with: text.utf8) }

    /// The longest end of it whose bytes all pass.
    func ending(while passes: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        var start = endIndex
        while start > startIndex, passes(self[start - 1]) { start -= 1 }
        return self[start...]
    }

    /// Where `text` first stands; `nil` when it does not.
    func firstRange(of text: some Collection<UInt8>) -> Range<Int>? {
        guard let first = text.first, text.count <= count else { return nil }
        var at = startIndex
        while let found = self[at...].firstIndex(of: first), found + text.count <= endIndex {
            if self[found...].starts(with: text) { return found..<found + text.count }
            at = found + 1
        }
        return nil
    }
}
