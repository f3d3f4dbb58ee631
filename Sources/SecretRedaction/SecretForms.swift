/// The spellings in which a secret turns up in what programs write.
///
/// Spaces are left out of all of them, as they are of the text that is searched: so a value is found that a tool has
/// broken into lines or indented.
struct SecretForms {
    /// Never empty; each without white space.
    private(set) var forms: [[UInt8]] = []

    /// Shorter values are looked for as they are: their encodings turn up everywhere.
    private static let leastEncoded = 4
    /// Lines of a longer value that are looked for by themselves, as of a key that is printed in part.
    private static let leastLine = 8
    private static let mostLines = 512

    /// - Returns: `nil` for a value with so many lines that looking for all would take too long.
    init?(_ secret: [UInt8]) {
        guard let strings = Self.unescaped(secret) else { return nil }
        strings.forEach { add($0) }
        guard secret.count >= Self.leastEncoded else { return }
        for digits in ["0123456789ABCDEF", "0123456789abcdef"] as [StaticString] {
            add(Self.percent(secret, digits: digits, spaceAsPlus: false))
            add(Self.percent(secret, digits: digits, spaceAsPlus: true))
            add(Self.json(secret, digits: digits, escapesSlash: false))
            add(Self.json(secret, digits: digits, escapesSlash: true))
        }
        if let ascii = Self.jsonASCII(secret) { add(ascii) }
        add(Self.shell(secret))
        add(Self.markup(secret))
        for characters in ["<>&", "<>&'=", "<>&'\"+`"] { add(Self.scriptSafe(secret, escaping: characters)) }
    }

    /// Those without an escape, as whoever reads escapes by himself looks for them: the value, its lines, and what it is
    /// in hexadecimal and base64.
    ///
    /// - Returns: `nil` for a value with so many lines that looking for all would take too long.
    static func unescaped(_ secret: [UInt8]) -> [[UInt8]]? {
        let lines = secret.split(separator: UInt8(ascii: "\n")).filter { $0.count >= leastLine }
        guard lines.count <= mostLines else { return nil }
        var strings = [secret] + (lines.count > 1 ? lines.map { Array($0) } : [])
        guard secret.count >= leastEncoded else { return strings }
        strings.append(hex(secret, digits: "0123456789abcdef"))
        strings.append(hex(secret, digits: "0123456789ABCDEF"))
        for shift in 0..<3 {
            let standard = base64(secret, shift: shift)
            strings.append(standard)
            strings.append(
                standard.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: "-") : $0 == UInt8(ascii: "/") ? 0x5F : $0 }
            )
        }
        return strings
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == 0x7F }

    private mutating func add(_ form: [UInt8]) {
        let text = form.filter { !Self.isSpace($0) }
        if !text.isEmpty, !forms.contains(text) { forms.append(text) }
    }

    mutating func wipe(_ zero: (inout [UInt8]) -> Void) {
        for index in forms.indices { zero(&forms[index]) }
    }

    // MARK: Encodings

    private static func hex(_ secret: [UInt8], digits: StaticString) -> [UInt8] {
        secret.flatMap { [digit($0 >> 4, digits), digit($0 & 15, digits)] }
    }

    private static func digit(_ value: UInt8, _ digits: StaticString) -> UInt8 {
        unsafe digits.utf8Start[Int(value)]
    }

    /// The characters that depend on the secret alone when `shift` bytes stand before it, as in `user:password`.
    private static func base64(_ secret: [UInt8], shift: Int) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        let bits = Array(repeating: 0, count: shift) + secret
        var text: [UInt8] = []
        for start in stride(from: 0, to: bits.count, by: 3) {
            let group = (0..<3).map { start + $0 < bits.count ? UInt32(bits[start + $0]) : 0 }
            let word = group[0] << 16 | group[1] << 8 | group[2]
            for position in [18, 12, 6, 0] as [UInt32] { text.append(alphabet[Int(word >> position & 63)]) }
        }
        let first = (shift * 8 + 5) / 6
        return Array(text[first..<(bits.count * 8 / 6)])
    }

    private static func percent(_ secret: [UInt8], digits: StaticString, spaceAsPlus: Bool) -> [UInt8] {
        secret.flatMap { byte -> [UInt8] in
            let letter = byte | 0x20
            let isPlain =
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letter)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-._~".utf8.contains(byte)
            if isPlain { return [byte] }
            if spaceAsPlus, byte == UInt8(ascii: " ") { return [UInt8(ascii: "+")] }
            return [UInt8(ascii: "%"), digit(byte >> 4, digits), digit(byte & 15, digits)]
        }
    }

    private static func json(_ secret: [UInt8], digits: StaticString, escapesSlash: Bool) -> [UInt8] {
        secret.flatMap { escaped($0, digits: digits, escapesSlash: escapesSlash) ?? [$0] }
    }

    private static func escaped(_ byte: UInt8, digits: StaticString, escapesSlash: Bool) -> [UInt8]? {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): [0x5C, byte]
        case UInt8(ascii: "/") where escapesSlash: [0x5C, byte]
        case 0x08: Array("\\b".utf8)
        case 0x09: Array("\\t".utf8)
        case 0x0A: Array("\\n".utf8)
        case 0x0C: Array("\\f".utf8)
        case 0x0D: Array("\\r".utf8)
        case 0..<0x20: Array("\\u00".utf8) + [digit(byte >> 4, digits), digit(byte & 15, digits)]
        default: nil
        }
    }

    /// As serialisers write it that leave ASCII only; `nil` where that makes no difference.
    private static func jsonASCII(_ secret: [UInt8]) -> [UInt8]? {
        guard secret.contains(where: { $0 > 0x7E }), let text = String(validating: secret, as: UTF8.self) else {
            return nil
        }
        let digits: StaticString = "0123456789abcdef"
        return text.utf16.flatMap { unit -> [UInt8] in
            guard unit > 0x7E else {
                let byte = UInt8(unit)
                return escaped(byte, digits: digits, escapesSlash: false) ?? [byte]
            }
            let nibbles = [12, 8, 4, 0].map { digit(UInt8(unit >> UInt16($0) & 15), digits) }
            return Array("\\u".utf8) + nibbles
        }
    }

    /// As a shell that traces its commands shows it.
    private static func shell(_ secret: [UInt8]) -> [UInt8] {
        secret.flatMap { $0 == UInt8(ascii: "'") ? Array("'\\''".utf8) : [$0] }
    }

    /// As it stands in HTML and XML.
    private static func markup(_ secret: [UInt8]) -> [UInt8] {
        secret.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "&"): Array("&amp;".utf8)
            case UInt8(ascii: "<"): Array("&lt;".utf8)
            case UInt8(ascii: ">"): Array("&gt;".utf8)
            case UInt8(ascii: "\""): Array("&quot;".utf8)
            case UInt8(ascii: "'"): Array("&#39;".utf8)
            default: [byte]
            }
        }
    }

    /// As serialisers write JSON that may end up in a page: which characters they escape differs.
    private static func scriptSafe(_ secret: [UInt8], escaping characters: String) -> [UInt8] {
        let digits: StaticString = "0123456789abcdef"
        return secret.flatMap { byte -> [UInt8] in
            guard characters.utf8.contains(byte) else {
                return escaped(byte, digits: digits, escapesSlash: false) ?? [byte]
            }
            return Array("\\u00".utf8) + [digit(byte >> 4, digits), digit(byte & 15, digits)]
        }
    }
}
