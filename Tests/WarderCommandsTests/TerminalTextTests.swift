import Testing
import WarderModel

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
            // Letters and marks by category, which show nothing: "acme" and "acme" with one are two names.
            ("acme\u{3164}", "acme\\u{3164}"), ("acme\u{115F}", "acme\\u{115f}"), ("a\u{34F}", "a\\u{34f}"),
            ("a\u{FE0F}", "a\\u{fe0f}"), ("a\u{E0101}", "a\\u{e0101}"), ("a\u{2800}b", "a\\u{2800}b"),
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
            #expect(!escaped.unicodeScalars.contains { HiddenCharacter.contains($0) })
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

    @Test(
        "wrapped text says all of it in rows that fit",
        arguments: [
            ("abcdef", 6, ["abcdef"]), ("abcdef", 4, ["abcd", "> ef"]), ("", 4, [""]), ("日本語", 4, ["日本", "> 語"]),
            ("abc", 3, ["abc"]), ("abcd", 3, ["abc", "d"]), ("日本", 1, ["日", "本"]),
        ]
    )
    func wrapping(_ text: String, _ limit: Int, _ rows: [String]) {
        #expect(TerminalText.wrapped(text, to: limit, continuation: "> ") == rows)
    }

    @Test("a mark stays with what it is on, and marks alone make no row")
    func marks() {
        let many = "e" + String(repeating: "\u{301}", count: 1000)
        #expect(TerminalText.wrapped(many + "f", to: 1, continuation: "") == [many, "f"])
    }
}
