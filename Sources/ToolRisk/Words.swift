/// Splits names, paths and sentences into words in lower case.
enum Words {
    /// The words of a name: `getHTTPStatus_v2` is `get http status v 2`.
    static func of(_ name: some StringProtocol) -> [String] {
        var words: [String] = []
        var word: [UInt8] = []
        var previous = Kind.other
        let bytes = Array(name.utf8)
        for (index, byte) in bytes.enumerated() {
            let kind = Kind(byte)
            // `aB` begins a word at B, and `ABc` at B.
            let next = index + 1 < bytes.count ? Kind(bytes[index + 1]) : .other
            let isBoundary =
                kind != previous && !(previous == .upper && kind == .lower)
                || kind == .upper && previous == .upper && next == .lower
            if isBoundary, !word.isEmpty {
                words.append(String(decoding: word, as: UTF8.self))
                word = []
            }
            if kind != .other { word.append(kind == .upper ? byte | 0x20 : byte) }
            previous = kind
        }
        if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
        return words
    }

    /// The words of a text for people, without its marks: `Gets the user's e-mail` is `gets the user's e-mail`.
    static func ofSentence(_ sentence: some StringProtocol) -> [String] {
        var words: [String] = []
        var word: [UInt8] = []
        for byte in sentence.utf8 {
            switch Kind(byte) {
            case .lower, .upper, .digit: word.append(byte | 0x20)
            case .other where byte == UInt8(ascii: "'") || byte == UInt8(ascii: "-") || byte >= 0x80:
                word.append(byte)
            case .other:
                if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
                word = []
            }
        }
        if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
        return words
    }

    private enum Kind {
        case lower, upper, digit, other

        init(_ byte: UInt8) {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): self = .lower
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): self = .upper
            case UInt8(ascii: "0")...UInt8(ascii: "9"): self = .digit
            default: self = .other
            }
        }
    }

    /// Forms that a word may be an inflection of, itself first: `queries` may come of `query`, `fetches` of `fetche` and
    /// of `fetch`, `getting` of `get`. A letter taken away comes before two: `states` are no `stat`.
    static func bases(of word: String) -> [String] {
        var bases = [word]
        if word.hasSuffix("ies"), word.utf8.count > 4 { bases.append(word.dropLast(3) + "y") }
        if word.hasSuffix("s"), !word.hasSuffix("ss"), word.utf8.count > 3 { bases.append(String(word.dropLast())) }
        if word.hasSuffix("es"), word.utf8.count > 3 { bases.append(String(word.dropLast(2))) }
        if word.hasSuffix("ing"), word.utf8.count > 5 {
            let stem = word.dropLast(3)
            bases += [String(stem), stem + "e"]
            let ends = stem.utf8.suffix(2)
            if ends.count == 2, ends.first == ends.last { bases.append(String(stem.dropLast())) }
        }
        return bases
    }
}
