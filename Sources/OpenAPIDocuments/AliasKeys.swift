/// Finds names in YAML that could be aliases, before the text is given to the library.
///
/// The library compares the names of a mapping with one another, aliases written out. A name that is an alias of aliases
/// of aliases would keep it busy for ever, and no limit on what it returns helps against that. Every such name is spelled
/// in one of two ways: after a `?` that begins a token, or as an alias (or a list with one) before a colon on the same
/// line. Both are refused where they could be meant, which costs a false alarm only in a text that has anchors.
package enum AliasKeys {
    /// The first place that may be a name made of an alias; `nil` in a text that uses no anchor.
    package static func first(in bytes: [UInt8]) -> OpenAPIError.Place? {
        let anchors = anchors(in: bytes)
        guard !anchors.isEmpty else { return nil }
        var found: Int?
        var hasAliases = false
        // From the end, so that each alias knows whether a colon follows on its line.
        var colonFollows = false
        for index in bytes.indices.reversed() {
            if isBreak(bytes[index]) { colonFollows = false }
            if bytes[index] == UInt8(ascii: ":") { colonFollows = true }
            guard bytes[index] == UInt8(ascii: "*"), anchors.contains(name(after: index, in: bytes)) else { continue }
            hasAliases = true
            if colonFollows { found = index }
        }
        guard hasAliases else { return nil }
        let offset = [found, firstExplicitKey(in: bytes)].compactMap(\.self).min()
        return offset.map { TextPlace.of($0, in: bytes) }
    }

    /// What could be names of anchors.
    private static func anchors(in bytes: [UInt8]) -> Set<ArraySlice<UInt8>> {
        var anchors: Set<ArraySlice<UInt8>> = []
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "&") {
            let name = name(after: index, in: bytes)
            if !name.isEmpty { anchors.insert(name) }
        }
        return anchors
    }

    /// The letters, digits, `_` and `-` after an indicator.
    private static func name(after index: Int, in bytes: [UInt8]) -> ArraySlice<UInt8> {
        bytes[(index + 1)...].prefix(while: isNameByte)
    }

    private static func firstExplicitKey(in bytes: [UInt8]) -> Int? {
        var canBegin = true
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "?"), canBegin { return index }
            if isBreak(byte) || isOpening(byte) {
                canBegin = true
            } else if byte != 0x20, byte != 0x09, byte != UInt8(ascii: "-") {
                canBegin = false
            }
        }
        return nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    private static func isOpening(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: ",")
    }

    /// The last bytes of YAML's line breaks: LF, CR, U+0085, U+2028, U+2029.
    private static func isBreak(_ byte: UInt8) -> Bool { [0x0A, 0x0D, 0x85, 0xA8, 0xA9].contains(byte) }
}
