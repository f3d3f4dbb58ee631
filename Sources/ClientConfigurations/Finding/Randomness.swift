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
        guard bytes.count >= 24, bytes.count <= 4096, bytes.allSatisfy(isOfToken) else { return false }
        if bytes.allSatisfy({ HexDigits.value($0) != nil }) {
            return bytes.count >= 32 && bytes.contains { $0.isDigit } && bytes.contains { $0.isLetter }
                && entropy(bytes) >= 3
        }
        let classes = [
            bytes.contains { $0.isLower }, bytes.contains { $0.isUpper }, bytes.contains { $0.isDigit },
        ]
        guard classes.allSatisfy({ $0 }), entropy(bytes) >= 3.8 else { return false }
        let longest = bytes.split { !$0.isAlphanumeric }.max { $0.count < $1.count } ?? []
        // Without a digit it may be `ModelContextProtocol…`.
        let least = longest.count * (longest.contains { $0.isDigit } ? 2 : 3) / 8
        return longest.count >= 16 && changes(longest) >= least
    }

    /// The parts of a value that look like chance: it as a whole, or else a segment of an address's path, the value of a
    /// parameter, or what stands between white space, quotes, `:`, `,`, `;` and the first `=`.
    static func find(in bytes: ArraySlice<UInt8>) -> [SecretSpan] {
        let trimmed = bytes.trimmed
        let isAddress = bytes.firstRange(of: Array("://".utf8)) != nil
        let ranges: [Range<Int>] =
            isLikely(trimmed) && !isDigest(trimmed, in: bytes)
            ? [trimmed.startIndex..<trimmed.endIndex]
            : bytes.split(whereSeparator: isBetween).flatMap { word -> [Range<Int>] in
                // What names a content says nothing secret: `sha256:…`, and `sha512-…` of packages.
                if isDigest(word, in: bytes) { return [] }
                let pieces = isAddress ? word.split { "/?#&".utf8.contains($0) } : [word]
                return pieces.map(valuePart).filter { isLikely($0) && !(isAddress && isCommit($0, in: bytes)) }
                    .map { $0.startIndex..<$0.endIndex }
            }
        return ranges.map { SecretSpan(range: $0, evidence: .random) }
    }

    /// What stands behind `NAME=`; base64 ends in `=` as well.
    private static func valuePart(_ word: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let equals = word.firstIndex(of: UInt8(ascii: "=")) else { return word }
        let rest = word[(equals + 1)...]
        return rest.allSatisfy { $0 == UInt8(ascii: "=") } ? word : rest
    }

    private static func isOfToken(_ byte: UInt8) -> Bool { byte.isWord || "+/=.~%".utf8.contains(byte) }

    private static func isBetween(_ byte: UInt8) -> Bool {
        byte.isSpace || ":,;\"'`|<>()[]{}".utf8.contains(byte)
    }

    private static func isDigest(_ word: ArraySlice<UInt8>, in text: ArraySlice<UInt8>) -> Bool {
        let names = ["sha1", "sha256", "sha384", "sha512", "md5"]
        if names.contains(where: { word.hasPrefix($0 + "-") }) { return true }
        let name = text[..<word.startIndex].dropLast().ending { $0.isAlphanumeric }.lowercased
        return names.contains(name)
    }

    /// Whether it is the commit that a package or a file is taken from: `git+https://…#COMMIT`.
    private static func isCommit(_ piece: ArraySlice<UInt8>, in text: ArraySlice<UInt8>) -> Bool {
        guard piece.count == 40, piece.allSatisfy({ HexDigits.value($0) != nil }) else { return false }
        let before = text[..<piece.startIndex].ending { !$0.isSpace }
        switch before.last {
        case UInt8(ascii: "#"): return before.firstRange(of: "git+".utf8) != nil
        case UInt8(ascii: "/"):
            return before.firstRange(of: "://raw.githubusercontent.com/".utf8) != nil
                && !before.contains(UInt8(ascii: "?"))
        default: return false
        }
    }

    /// How often a small letter, a capital and a digit take turns. In a word that is joined from others it is seldom.
    private static func changes(_ run: ArraySlice<UInt8>) -> Int {
        zip(run, run.dropFirst()).count { $0.isLower != $1.isLower || $0.isUpper != $1.isUpper }
    }
}
