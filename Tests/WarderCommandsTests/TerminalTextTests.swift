import Testing

@testable import WarderCommands

@Suite("Text on a terminal")
struct TerminalTextTests {
    @Test(
        "what could drive a terminal or disguise a line is written out",
        arguments: [
            ("\u{1B}[31mred\u{1B}[0m", "\\u{1b}[31mred\\u{1b}[0m"), ("\u{1B}]0;title\u{7}", "\\u{1b}]0;title\\u{7}"),
            ("a\nb\rc\td", "a\\nb\\rc\\td"), ("\u{9B}2J", "\\u{9b}2J"), ("\u{7F}", "\\u{7f}"),
            ("safe\u{202E}exe.txt", "safe\\u{202e}exe.txt"), ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
            ("zero\u{200B}width", "zero\\u{200b}width"), ("\u{FEFF}", "\\u{feff}"), ("\u{2028}", "\\u{2028}"),
            ("\u{E000}", "\\u{e000}"), ("\u{E0041}", "\\u{e0041}"), ("\u{0}", "\\u{0}"),
        ]
    )
    func escapes(_ text: String, _ expected: String) {
        #expect(TerminalText.escaped(text) == expected)
    }

    @Test(
        "ordinary text of any script stays as it is",
        arguments: ["", "plain ~ text", "Zoë", "日本語", "здравствуй", "e\u{301}", "🙂"]
    )
    func plain(_ text: String) {
        #expect(TerminalText.escaped(text) == text)
    }

    @Test("no scalar that is left can be a control or format character")
    func nothingHazardousIsLeft() {
        for value in UInt32(0)...0x2FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let escaped = TerminalText.escaped(String(Character(scalar)))
            #expect(!escaped.unicodeScalars.contains { TerminalText.isHazard($0) })
        }
    }

    @Test("width counts columns", arguments: [("abc", 3), ("日本", 4), ("e\u{301}", 1), ("", 0), ("🙂", 2)])
    func width(_ text: String, _ columns: Int) {
        #expect(TerminalText.width(text) == columns)
    }

    @Test(
        "a cut text fits, and shows that it was cut",
        arguments: [
            ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("ab", 1, "…"),
            ("ab", 0, ""),
        ]
    )
    func truncation(_ text: String, _ limit: Int, _ expected: String) {
        #expect(TerminalText.truncated(text, to: limit) == expected)
        #expect(TerminalText.width(TerminalText.truncated(text, to: limit)) <= limit)
    }
}
