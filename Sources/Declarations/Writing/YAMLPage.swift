/// Lines of YAML, indented by what they stand in.
struct YAMLPage {
    private var lines: [String] = []

    /// With a line break behind the last line.
    var text: String { lines.map { $0 + "\n" }.joined() }

    /// A key and something that needs no quotes: a number, a truth value. Nothing where there is no value.
    mutating func entry(_ name: String, _ value: String?) {
        if let value { lines.append("\(Self.scalar(name)): \(value)") }
    }

    /// A key and a text.
    mutating func text(_ name: String, _ value: String?) { entry(name, value.map(Self.scalar)) }

    mutating func list(_ name: String, _ values: [String]?) {
        entry(name, values.map { "[\($0.map(Self.scalar).joined(separator: ", "))]" })
    }

    /// A key with a mapping behind it; an empty one is `{}`, or nothing at all.
    mutating func open(_ name: String, unlessEmpty: Bool = false, _ body: (inout YAMLPage) -> Void) {
        var inner = YAMLPage()
        body(&inner)
        if inner.lines.isEmpty {
            if !unlessEmpty { entry(name, "{}") }
            return
        }
        lines.append("\(Self.scalar(name)):")
        lines += inner.lines.map { "  \($0)" }
    }

    mutating func take(_ other: YAMLPage) { lines += other.lines }

    // MARK: Quotes

    /// Words that some reader of YAML takes for something else than a text.
    private static let taken: Set<String> = [
        "true", "false", "yes", "no", "on", "off", "y", "n", "null",
    ]

    /// Plain where every reader finds the same text in it.
    static func scalar(_ text: String) -> String {
        let isPlain =
            text.utf8.first.map(isLetter) == true && !taken.contains(text.lowercased())
            && text.utf8.allSatisfy { isLetter($0) || isDigit($0) || [0x2D, 0x2E, 0x2F, 0x5F].contains($0) }
        if isPlain || isRate(text) { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            // A file in which nothing looks like an anchor has no aliases, whatever else stands in its texts.
            case "&": quoted += escaped(scalar)
            case " "..."~": quoted.unicodeScalars.append(scalar)
            case _ where scalar.properties.isAlphabetic && scalar.value <= 0xFFFF:
                quoted.unicodeScalars.append(scalar)
            default: quoted += escaped(scalar)
            }
        }
        return quoted + "\""
    }

    /// `20/min`, `5m`: what begins with a digit and cannot be a number.
    private static func isRate(_ text: String) -> Bool {
        let digits = text.utf8.prefix(while: isDigit)
        let rest = text.utf8.dropFirst(digits.count)
        if digits.isEmpty || digits.count > 9 { return false }
        return rest.elementsEqual("/min".utf8) || (rest.count == 1 && rest.allSatisfy { "smhd".utf8.contains($0) })
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        let hex = String(scalar.value, radix: 16, uppercase: true)
        let width = scalar.value <= 0xFFFF ? 4 : 8
        return (width == 4 ? "\\u" : "\\U") + String(repeating: "0", count: width - hex.count) + hex
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
