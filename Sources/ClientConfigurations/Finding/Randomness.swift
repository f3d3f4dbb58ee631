import Glibc

/// Whether bytes look like chance.
enum Randomness {
    /// Shannon's entropy of the bytes as they are counted, in bits a byte; 0 for none.
    static func entropy(_ bytes: ArraySlice<UInt8>) -> Double {
        guard !bytes.isEmpty else { return 0 }
        var counts: [UInt8: Int] = [:]
        for byte in bytes { counts[byte, default: 0] += 1 }
        let total = Double(bytes.count)
        return counts.values.reduce(0) { $0 - Double($1) / total * log2(Double($1) / total) }
    }

    /// Long, of one run of base64 or hexadecimal, and of many different characters.
    ///
    /// Words, versions, identifiers with dashes and paths do not pass: a value is moved on this evidence only when a
    /// person says so, and a list of doubts that nobody reads helps nobody.
    static func isLikely(_ bytes: ArraySlice<UInt8>) -> Bool {
        let bytes = bytes.trimmed
        guard bytes.count >= 24, bytes.count <= 4096, bytes.allSatisfy({ $0.isWord || "+/=.~".utf8.contains($0) })
        else {
            return false
        }
        if bytes.allSatisfy({ HexDigits.value($0) != nil }) {
            return bytes.count >= 32 && bytes.contains { $0.isDigit } && bytes.contains { $0.isLetter }
                && entropy(bytes) >= 3
        }
        let classes = [
            bytes.contains { $0.isLower }, bytes.contains { $0.isUpper }, bytes.contains { $0.isDigit },
        ]
        guard classes.allSatisfy({ $0 }), entropy(bytes) >= 3.8 else { return false }
        let longestRun = bytes.split { !$0.isAlphanumeric }.map(\.count).max() ?? 0
        return longestRun >= 16
    }
}
