import Testing
import WarderModel

@Suite struct SecretNameTests {
    @Test(arguments: [
        "a", "0", "github/pat", "a/b/c/d/e/f/g/h", "0_-.", "a..b", "payments/stripe-live_2.key",
        String(repeating: "x", count: 63),
        Array(repeating: String(repeating: "y", count: 49), count: 4).joined(separator: "/"),
    ])
    func `a name within the grammar is taken as it is`(text: String) throws {
        let name = try SecretName(text)
        #expect(name.text == text)
        #expect(name.description == text)
    }

    @Test(arguments: [
        (Spelling(""), NameError.empty),
        (".", .badSegment), ("..", .badSegment), ("a/.", .badSegment), ("a/..", .badSegment), ("../a", .badSegment),
        ("a/../b", .badSegment), ("./a", .badSegment), (".hidden", .badSegment), ("-a", .badSegment),
        ("_a", .badSegment),
        ("/", .badSegment), ("/a", .badSegment), ("a/", .badSegment), ("a//b", .badSegment), ("a/b//", .badSegment),
        ("%", .badCharacter), ("a%2fb", .badCharacter), ("a%2Fb", .badCharacter), ("%2e%2e", .badCharacter),
        ("a/%2e%2e/b", .badCharacter), ("a%00", .badCharacter),
        ("A", .badCharacter), ("aB", .badCharacter), ("GitHub/PAT", .badCharacter),
        ("a b", .badCharacter), (" a", .badCharacter), ("a ", .badCharacter), ("a\n", .badCharacter),
        ("a\r\n", .badCharacter), ("a\t", .badCharacter), ("a\\b", .badCharacter), ("a:b", .badCharacter),
        ("a@b", .badCharacter), ("a*", .badCharacter), ("a?", .badCharacter), ("a;b", .badCharacter),
        ("\0", .badCharacter), ("a\0", .badCharacter), ("a\0b", .badCharacter), ("a/\0", .badCharacter),
        ("\u{7f}", .badCharacter),
    ])
    func `a name outside of the grammar is refused with the rule it breaks`(name: Spelling, expected: NameError) {
        #expect(throws: expected) { try SecretName(name.text) }
    }

    @Test(arguments: [
        // Cyrillic а, fullwidth ａ, Greek ο, Latin small i without dot, Kelvin sign, long s, precomposed and combining
        // accents
        "p\u{0430}t", "\u{FF41}", "g\u{03BF}", "g\u{0131}t", "\u{212A}ey", "pa\u{017F}s", "caf\u{E9}", "cafe\u{301}",
        // look-alikes of `/`, `.`, `-`, and what cannot be seen
        "a\u{2215}b", "a\u{2044}b", "a\u{FF0F}b", "a\u{2024}b", "\u{FF0E}\u{FF0E}/a", "a\u{2010}b", "a\u{00AD}b",
        "a\u{200B}b", "a\u{200D}b", "a\u{FEFF}", "\u{FEFF}a", "a\u{202E}b", "a\u{2060}", "a\u{FE0F}", "\u{0661}",
        "a\u{3000}b", "a\u{E0061}",
    ])
    func `a look-alike beyond ASCII is refused`(name: Spelling) {
        #expect(throws: NameError.badCharacter) { try SecretName(name.text) }
    }

    @Test func `a segment has at most 63 bytes, a name eight segments and 200 bytes`() throws {
        #expect(throws: NameError.tooLong(limit: 63)) { try SecretName(String(repeating: "x", count: 64)) }
        #expect(throws: NameError.tooLong(limit: 63)) { try SecretName("a/" + String(repeating: "x", count: 64)) }
        #expect(throws: NameError.tooManySegments(limit: 8)) { try SecretName("a/b/c/d/e/f/g/h/i") }
        let segment = String(repeating: "x", count: 49)
        let almost = [segment, segment, segment, segment].joined(separator: "/")
        #expect(almost.utf8.count == 199)
        #expect(try SecretName(almost + "y").text.utf8.count == 200)
        #expect(throws: NameError.tooLong(limit: 200)) { try SecretName(almost + "yz") }
    }

    @Test func `names sort by their bytes`() throws {
        let sorted = ["0", "a", "a-b", "a.b", "a/b", "a0", "a_b", "ab", "b"]
        #expect(try sorted.shuffled().map { try SecretName($0) }.sorted().map(\.text) == sorted)
    }
}
