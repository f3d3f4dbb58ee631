import Testing

@testable import ClientConfigurations

@Suite struct SyntaxTreeTests {
    @Test(arguments: [
        "{}", "[]", " 1 ", "null", "\"\"", "{\"a\":1}", "{ // one\n \"a\" : [ 1 , 2, ] , /* two */ }\n",
        "\u{FEFF}{\r\n\t\"a\": true,\r\n}\r\n", "// before\n[]// behind",
        "[\"\\u0000\\ud800\", \"\u{1F600}\", -0.5e+3]",
        "{\"a\":{\"b\":[[[]]],},}", "[\r1,\r2\r]", "/**/[]/***/", "{\"\":0,\"A\":0,\"a\":0}",
    ])
    func `what nobody edits is printed as it was read`(text: String) throws {
        #expect(try SyntaxTree(text.bytes).printed == text.bytes)
    }

    static let refused: [(String, SyntaxError.Problem, Int, Int)] = [
        ("", .empty, 1, 1), (" \n // nothing\n", .empty, 3, 1), ("\u{FEFF}", .empty, 1, 1),
        ("{", .unexpectedEnd, 1, 2), ("{\n \"a\":\n", .unexpectedEnd, 3, 1), ("[1", .unexpectedEnd, 1, 3),
        ("{\"a\" 1}", .unexpectedCharacter, 1, 6), ("{a: 1}", .unexpectedCharacter, 1, 2),
        ("{'a': 1}", .unexpectedCharacter, 1, 2), ("[,]", .unexpectedCharacter, 1, 2),
        ("[1,,]", .unexpectedCharacter, 1, 4),
        ("[1 2]", .unexpectedCharacter, 1, 4), ("{\"a\":1 \"b\":2}", .unexpectedCharacter, 1, 8),
        ("{\"a\":1]", .unexpectedCharacter, 1, 7), ("[1}", .unexpectedCharacter, 1, 3),
        ("{,}", .unexpectedCharacter, 1, 2),
        ("[tru]", .unexpectedCharacter, 1, 2), ("[truex]", .unexpectedCharacter, 1, 2),
        ("[True]", .unexpectedCharacter, 1, 2),
        ("{} {}", .secondValue, 1, 4), ("1 2", .secondValue, 1, 3), ("[]]", .secondValue, 1, 3),
        ("# no\n[]", .unexpectedCharacter, 1, 1), ("[/]", .unexpectedCharacter, 1, 2),
        ("/", .unexpectedCharacter, 1, 1),
        ("[] /* a\n/*", .unterminatedComment, 1, 4), ("/*/", .unterminatedComment, 1, 1),
        ("[\"a", .unterminatedText, 1, 2), ("[\n\"a\nb\"]", .unterminatedText, 2, 1),
        ("[\"a\\\"]", .unterminatedText, 1, 2),
        ("[\"a\tb\"]", .controlCharacter, 1, 4), ("[\"\u{1}\"]", .controlCharacter, 1, 3),
        ("[\"\\x41\"]", .badEscape, 1, 3), ("[\"\\u12G4\"]", .badEscape, 1, 3), ("[\"\\u12", .badEscape, 1, 3),
        ("[\"\\", .unexpectedEnd, 1, 3),
        ("[01]", .badNumber, 1, 2), ("[1.]", .badNumber, 1, 2), ("[-]", .badNumber, 1, 2), ("[1e]", .badNumber, 1, 2),
        ("[0x1F]", .badNumber, 1, 2), ("[1a]", .badNumber, 1, 2), ("[+1]", .unexpectedCharacter, 1, 2),
        ("[NaN]", .unexpectedCharacter, 1, 2), ("[1\"a\"]", .badNumber, 1, 2),
        ("[\"a\u{0}b\"]", .nul, 1, 4), ("[]\u{0}", .nul, 1, 3), ("[\u{A0}1]", .unexpectedCharacter, 1, 2),
        ("{\"a\":1,\n\"a\":2}", .duplicateKey, 2, 1), ("{\"a\":1,\"\\u0061\":2}", .duplicateKey, 1, 8),
        ("{\"\\ud800\":1,\"\\ud800\":2}", .duplicateKey, 1, 13),
        ("[{},{\"x\":{\"y\":0,\"y\":0}}]", .duplicateKey, 1, 17),
        ("\u{FEFF}{x}", .unexpectedCharacter, 1, 2), ("{\"\u{E9}\": \u{E9}}", .unexpectedCharacter, 1, 7),
        ("[\r\n\r\n!]", .unexpectedCharacter, 3, 1), ("[\r!]", .unexpectedCharacter, 2, 1),
    ]

    @Test(arguments: refused)
    func `what is wrong is refused with its place`(text: String, why: SyntaxError.Problem, line: Int, column: Int) {
        #expect(
            problem(text.bytes) == SyntaxError(problem: why, position: .init(line: line, column: column)),
            "\(text)"
        )
    }

    @Test(
        arguments: [[0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]] as [[UInt8]]
    )
    func `bytes that are no UTF-8 are refused wherever they stand`(bad: [UInt8]) {
        for around in [("[\"", "\"]"), ("[] //", "\n"), ("/*", "*/[]"), ("", "[]")] {
            let error = problem(around.0.bytes + bad + around.1.bytes)
            #expect(error?.problem == .notUTF8)
            #expect(error?.position == .init(line: 1, column: around.0.count + 1))
        }
    }

    @Test func `what is too large, too deep or too much is refused`() {
        let limits = SyntaxLimits(bytes: 20, depth: 3, tokens: 9)
        #expect(problem("[[[]]]".bytes, limits: limits) == nil)
        #expect(problem("[[[[]]]]".bytes, limits: limits)?.problem == .tooDeep(limit: 3))
        #expect(problem("[{\"a\":[[]]}]".bytes, limits: SyntaxLimits(depth: 3))?.position == .init(line: 1, column: 8))
        #expect(problem("[1,2,3,4]".bytes, limits: limits)?.problem == .tooManyTokens(limit: 9))
        #expect(problem("[1,2,3]  ".bytes, limits: limits) == nil)
        #expect(problem(Array(repeating: 0x20, count: 21), limits: limits)?.problem == .tooLarge(limitBytes: 20))
        let deep = String(repeating: "[", count: 100_000)
        #expect(problem(deep.bytes)?.problem == .tooDeep(limit: 100))
    }

    @Test func `an error quotes nothing of the file`() {
        for (text, _, _, _) in Self.refused {
            guard let error = problem(text.bytes) else { continue }
            #expect(error.description.hasPrefix("line \(error.position.line), column \(error.position.column): "))
        }
        let secret = "ghp_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"
        for text in [
            "{\"\(secret)\"}", "{\(secret)}", "[\"\(secret)", "{\"\(secret)\":1,\"\(secret)\":2}", "[]\(secret)",
        ] {
            let error = problem(text.bytes)
            #expect(error != nil)
            #expect("\(String(describing: error)) \(error?.description ?? "")".bytes.contains("ghp_") == false)
        }
    }

    @Test func `names are compared byte by byte, and texts come without escapes`() throws {
        // One letter in two spellings, which are equal as Unicode and are two names here.
        let tree = try SyntaxTree("{\"\u{E9}\":\"\\u00e9\",\"e\u{301}\":\"\\ud83d\\ude00\\n\",\"x\":\"\\ud800\"}".bytes)
        #expect(tree.root["\u{E9}"]?.textBytes == "\u{E9}".bytes)
        #expect(tree.root["e\u{301}"]?.text == "\u{1F600}\n")
        #expect(tree.root["x"]?.kind == .text)
        #expect(tree.root["x"]?.textBytes == nil)
        #expect(tree.root["y"] == nil)
    }
}
