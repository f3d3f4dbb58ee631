import RandomTesting

/// Writes a document with comments, odd spaces and trailing commas, and remembers what stands in it.
struct RandomDocument {
    private(set) var random: SeededGenerator
    private(set) var text = ""
    /// Names and scalars in order.
    private(set) var leaves: [String] = []

    init(_ random: SeededGenerator) { self.random = random }

    mutating func write() {
        if number(5) == 0 { text += "\u{FEFF}" }
        space()
        value(depth: 0)
        space()
    }

    private mutating func value(depth: Int) {
        switch number(depth > 4 ? 4 : 7) {
        case 0:
            let word = Self.word(&random)
            leaves.append(word)
            text += literal(word)
        case 1: scalar("\(Int.random(in: -1000...1000, using: &random))")
        case 2: scalar(["1.5e-7", "0", "-0.25", "12E+4"].randomElement(using: &random) ?? "0")
        case 3: scalar(["true", "false", "null"].randomElement(using: &random) ?? "null")
        case 4: array(depth: depth)
        default: object(depth: depth)
        }
    }

    private mutating func scalar(_ spelling: String) {
        text += spelling
        leaves.append(spelling)
    }

    private mutating func array(depth: Int) {
        list("[", "]") { writer, _ in writer.value(depth: depth + 1) }
    }

    private mutating func object(depth: Int) {
        list("{", "}") { writer, index in
            let name = "\(Self.word(&writer.random))\(index)"
            writer.leaves.append(name)
            writer.text += writer.literal(name)
            writer.space()
            writer.text += ":"
            writer.space()
            writer.value(depth: depth + 1)
        }
    }

    private mutating func list(_ open: String, _ close: String, item: (inout RandomDocument, Int) -> Void) {
        text += open
        let count = number(5)
        for index in 0..<count {
            space()
            item(&self, index)
            space()
            if index < count - 1 || number(4) == 0 { text += "," }
        }
        space()
        text += close
    }

    private mutating func space() {
        for _ in 0..<number(3) {
            text +=
                [" ", "\t", "\n", "\r\n", "\n    ", "\r", "// note \"{[,]}\" é\n", "/* a\n * b ,*/", "//\r\n", ""]
                .randomElement(
                    using: &random
                ) ?? ""
        }
    }

    private mutating func literal(_ word: String) -> String {
        let plain = "\"" + word.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        guard number(4) == 0 else { return plain }
        // The same word, every unit as an escape.
        return "\""
            + word.utf16.map { unit in
                let digits = String(unit, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }.joined() + "\""
    }

    static func word(_ random: inout SeededGenerator) -> String {
        let letters = ["a", "B", "7", "_", "-", "/", " ", "\"", "\\", "é", "😀", "$", "{", "}", "//", "/*", ","]
        return (0..<Int.random(in: 0...6, using: &random)).map { _ in letters.randomElement(using: &random) ?? "" }
            .joined()
    }

    private mutating func number(_ bound: Int) -> Int { .random(in: 0..<bound, using: &random) }
}
