import StrictJSON
import Testing

@Suite("Scanner")
struct ScannerTests {
    @Test(
        "what lenient parsers let through is refused, and the error says where",
        arguments: [
            ("[1,]", JSONError.unexpectedByte(at: 3)),
            ("{\"n\":1,}", .unexpectedByte(at: 7)),
            ("{\"a\":1,\"a\":2}", .duplicateKey(at: 7)),
            ("{\"a\":1,\"\\u0061\":2}", .duplicateKey(at: 7)),
            ("{\"\\u00e9\":1,\"é\":2}", .duplicateKey(at: 12)),
            ("{\"😀\":1,\"\\ud83d\\uDE00\":2}", .duplicateKey(at: 10)),
            ("{\"x\":{\"\":1,\"\":2}}", .duplicateKey(at: 11)),
            ("\u{FEFF}{}", .byteOrderMark),
            ("", .unexpectedEnd(at: 0)),
            (" ", .unexpectedEnd(at: 1)),
            ("{}x", .unexpectedByte(at: 2)),
            ("{} {}", .unexpectedByte(at: 3)),
            ("//\n1", .unexpectedByte(at: 0)),
            ("NaN", .unexpectedByte(at: 0)),
            ("Infinity", .unexpectedByte(at: 0)),
            ("nul", .unexpectedEnd(at: 3)),
            ("nulL", .unexpectedByte(at: 3)),
            ("01", .invalidNumber(at: 0)),
            ("-", .invalidNumber(at: 0)),
            ("+1", .unexpectedByte(at: 0)),
            (".5", .unexpectedByte(at: 0)),
            ("[1.]", .invalidNumber(at: 1)),
            ("1e", .invalidNumber(at: 0)),
            ("0x10", .unexpectedByte(at: 1)),
            ("'a'", .unexpectedByte(at: 0)),
            ("{a:1}", .unexpectedByte(at: 1)),
            ("{\"a\" 1}", .unexpectedByte(at: 5)),
            ("[1 2]", .unexpectedByte(at: 3)),
            ("[1}", .unexpectedByte(at: 2)),
            ("\"a\u{1F}\"", .controlCharacter(at: 2)),
            ("\"a\u{0}\"", .controlCharacter(at: 2)),
            ("\"\\x\"", .invalidEscape(at: 1)),
            ("\"\\u12G4\"", .invalidEscape(at: 1)),
            ("\"\\ud800\"", .loneSurrogate(at: 1)),
            ("\"\\udc00\"", .loneSurrogate(at: 1)),
            ("\"\\ud800\\u0041\"", .loneSurrogate(at: 1)),
            ("\"\\udc00\\ud800\"", .loneSurrogate(at: 1)),
            ("\"\\u00", .unexpectedEnd(at: 5)),
            ("\"abc", .unexpectedEnd(at: 4)),
            ("\u{A0}1", .unexpectedByte(at: 0)),
            ("\u{0C}1", .unexpectedByte(at: 0)),
        ]
    )
    func traps(text: String, error: JSONError) {
        #expect(refusal(text) == error)
    }

    @Test(
        "ill-formed UTF-8 in a string is refused",
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80],
            [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xFE], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xC3, 0x28],
        ] as [[UInt8]]
    )
    func illFormed(sequence: [UInt8]) {
        #expect(refusal([0x22, 0x61] + sequence + [0x22]) == .invalidUTF8(at: 2))
        #expect(refusal([0x22, 0x61] + sequence) == .invalidUTF8(at: 2))
    }

    @Test(
        "the outermost code points of each UTF-8 length are accepted",
        arguments: [
            "\u{7F}", "\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}", "\u{10FFFF}",
        ]
    )
    func wellFormed(text: String) throws {
        #expect(try document("\"\(text)\"").root.string() == text)
    }

    @Test("UTF-16 is refused with and without a byte order mark")
    func utf16() {
        let text: [UInt8] = [0x5B, 0x00, 0x31, 0x00, 0x5D, 0x00]
        #expect(refusal(text) == .unexpectedByte(at: 1))
        #expect(refusal([0xFF, 0xFE] + text) == .unexpectedByte(at: 0))
        #expect(refusal([0x00] + text) == .unexpectedByte(at: 0))
    }

    @Test("keys that are only canonically equivalent are different keys")
    func equivalentKeys() throws {
        let root = try document("{\"\u{E9}\":1,\"e\u{301}\":2}").root
        #expect(try root.member("\u{E9}")?.int() == 1)
        #expect(try root.member("e\u{301}")?.int() == 2)
    }

    @Test("repeated keys are found in objects of every size")
    func duplicatesInLargeObjects() {
        for count in 2...40 {
            let keys = (1..<count).map { "\"key\($0)\":0" }
            #expect(refusal("{" + keys.joined(separator: ",") + "}") == nil)
            for repeated in [1, count / 2, count - 1] where repeated > 0 {
                let text = "{" + (keys + ["\"key\(repeated)\":1"]).joined(separator: ",") + "}"
                #expect(refusal(text) == .duplicateKey(at: text.utf8.count - 3 - "\"key\(repeated)\"".utf8.count))
            }
        }
    }
}
