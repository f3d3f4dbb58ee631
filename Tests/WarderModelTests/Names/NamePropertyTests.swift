import Foundation
import RandomTesting
import Testing
import WarderModel

/// The parsers against the grammars of the design, written down a second time as regular expressions.
@Suite struct NamePropertyTests {
    private static let segment = "[a-z0-9][a-z0-9._-]{0,62}"
    private static let tool = #"(?!\.{1,2}\z)[A-Za-z0-9_.-]{1,128}|@launch"#

    private static let pieces: [String] =
        ["a", "z", "0", "9", "_", "-", ".", "/", "abc", "x1", "..", "/..", "//", "%2f", "A", "Z", "@", "@launch", "\0"]
        + [
            " ", "\n", "\r\n", "\u{7F}", "\u{E9}", "e\u{301}", "\u{430}", "\u{FF41}", "\u{212A}", "\u{200B}",
            "\u{1F511}",
        ]
        + [String(repeating: "n", count: 60), String(repeating: "m", count: 62)]

    /// Mostly letters and slashes, so that a good part of the texts is within the grammar.
    private func text(using generator: inout SeededGenerator) -> String {
        var text = ""
        let isTame = Int.random(in: 0..<4, using: &generator) > 0
        for _ in 0..<Int.random(in: 0...12, using: &generator) {
            let count = isTame ? 10 : Self.pieces.count
            text += Self.pieces[Int.random(in: 0..<count, using: &generator)]
        }
        return text
    }

    private func compare<Name: ParsedName>(
        _ type: Name.Type,
        with pattern: String,
        limit: Int,
        _ generator: inout SeededGenerator
    ) throws {
        // ICU looks at code points, so that nothing that merely looks or sorts like ASCII is let through here.
        let grammar = try NSRegularExpression(pattern: "\\A(?:\(pattern))\\z")
        var accepted = 0
        for _ in 0..<20_000 {
            let text = text(using: &generator)
            let whole = NSRange(location: 0, length: text.utf16.count)
            let expected = text.utf8.count <= limit && grammar.firstMatch(in: text, range: whole) != nil
            let name = try? Name(text)
            #expect((name != nil) == expected, "\(type), seed \(generator.seed): \(text.debugDescription)")
            guard let name else { continue }
            accepted += 1
            #expect(Array(name.text.utf8) == Array(text.utf8), "seed \(generator.seed)")
            #expect(try Name(name.text) == name, "seed \(generator.seed)")
            #expect(try JSONDecoder().decode(Name.self, from: JSONEncoder().encode(name)) == name)
        }
        #expect(accepted > 500, "\(type), seed \(generator.seed): too few of the texts are names")
    }

    @Test func `a secret's name is parsed to itself, and nothing outside of the grammar is`() throws {
        var generator = SeededGenerator.printed()
        try compare(SecretName.self, with: "\(Self.segment)(?:/\(Self.segment)){0,7}", limit: 200, &generator)
    }

    @Test func `so is a server's name`() throws {
        var generator = SeededGenerator.printed()
        try compare(ServerName.self, with: Self.segment, limit: 63, &generator)
    }

    @Test func `so is a tool's name`() throws {
        var generator = SeededGenerator.printed()
        try compare(ToolName.self, with: Self.tool, limit: 128, &generator)
    }

    @Test func `so is the whole name of a tool`() throws {
        var generator = SeededGenerator.printed()
        try compare(ToolID.self, with: "\(Self.segment)/(?:\(Self.tool))", limit: 63 + 1 + 128, &generator)
    }

    @Test func `so is a field's name`() throws {
        var generator = SeededGenerator.printed()
        try compare(FieldName.self, with: "[A-Za-z0-9_][A-Za-z0-9._-]{0,62}", limit: 63, &generator)
    }

    @Test func `so is an operator's name`() throws {
        var generator = SeededGenerator.printed()
        try compare(OperatorName.self, with: "[a-z_][a-z0-9._-]{0,62}", limit: 63, &generator)
    }

    @Test func `a stored name that breaks the grammar does not decode`() {
        for text in [#""..""#, #""a/../b""#, #""A""#, #""""#, "1", "null", #""a\u0000""#] {
            #expect(throws: (any Error).self) {
                try JSONDecoder().decode(SecretName.self, from: Data(text.utf8))
            }
        }
    }
}
