import RandomTesting
import StrictJSON
import Testing

@Suite("Canonical form")
struct CanonicalJSONTests {
    @Test("the sample of RFC 8785, section 3.2.2, has the bytes of section 3.2.4")
    func sample() throws {
        let text = #"""
            {
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """#
        let expected =
            #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
            + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        #expect(try canonical(text) == expected)
    }

    @Test("the keys of RFC 8785, section 3.2.3, are sorted by UTF-16 code units")
    func keyOrder() throws {
        let text = #"""
            {"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
             "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}
            """#
        let values = [
            "Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign",
            "Emoji: Grinning Face", "Hebrew Letter Dalet With Dagesh",
        ]
        let bytes = try CanonicalJSON.bytes(of: document(text).root)
        var found: [String] = []
        for (_, value) in try JSONDocument(parsing: bytes).root.members { found.append(try value.string()) }
        #expect(found == values)
    }

    @Test("keys are sorted as Swift sorts their UTF-16 code units, literal or escaped")
    func keyOrderAgainstUTF16() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let alphabet = [
            "a", "b", "\u{7F}", "\u{80}", "\u{7FF}", "\u{D7FF}", "\u{E000}", "\u{FFFD}", "\u{10000}", "\u{10FFFF}",
        ]
        for _ in 0..<200 {
            var keys: Set<String> = []
            for _ in 0..<Int.random(in: 1...20, using: &generator) {
                keys.insert((0...2).map { _ in alphabet.randomElement(using: &generator) ?? "" }.joined())
            }
            let members = keys.shuffled(using: &generator).map { key in
                let escaped = key.utf16.map { unit in
                    "\\u" + String(repeating: "0", count: 4 - String(unit, radix: 16).count) + String(unit, radix: 16)
                }
                return "\"" + (Bool.random(using: &generator) ? key : escaped.joined()) + "\":0"
            }
            let expected = keys.sorted { $0.utf16.lexicographicallyPrecedes($1.utf16) }
            let form = try canonical("{" + members.joined(separator: ",") + "}")
            #expect(form == "{" + expected.map { "\"\($0)\":0" }.joined(separator: ",") + "}", "seed \(seed)")
        }
    }

    @Test(
        "doubles have the forms of RFC 8785, appendix B",
        arguments: [
            (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"), (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"),
            (0xFFEF_FFFF_FFFF_FFFF, "-1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
            (0xC340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44B5_2D02_C7E1_4AF5, "9.999999999999997e+22"), (0x44B5_2D02_C7E1_4AF6, "1e+23"),
            (0x44B5_2D02_C7E1_4AF7, "1.0000000000000001e+23"), (0x444B_1AE4_D6E2_EF4E, "999999999999999700000"),
            (0x444B_1AE4_D6E2_EF4F, "999999999999999900000"), (0x444B_1AE4_D6E2_EF50, "1e+21"),
            (0x3EB0_C6F7_A0B5_ED8C, "9.999999999999997e-7"), (0x3EB0_C6F7_A0B5_ED8D, "0.000001"),
            (0x41B3_DE43_5555_5553, "333333333.3333332"), (0x41B3_DE43_5555_5554, "333333333.33333325"),
            (0x41B3_DE43_5555_5555, "333333333.3333333"), (0x41B3_DE43_5555_5556, "333333333.3333334"),
            (0x41B3_DE43_5555_5557, "333333333.33333343"), (0xBECB_F647_612F_3696, "-0.0000033333333333333333"),
            (0x4314_3FF3_C1CB_0959, "1424953923781206.2"),
        ] as [(UInt64, String)]
    )
    func doubles(bits: UInt64, text: String) throws {
        let spelling = "\(Double(bitPattern: bits))"
        #expect(try canonical(spelling) == text)
    }

    @Test("random doubles keep their value and their form")
    func randomDoubles() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<5_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            let form = try canonical("\(value)")
            #expect(Double(form) == value, "seed \(seed)")
            #expect(try canonical(form) == form, "seed \(seed)")
        }
    }

    @Test(
        "integers keep their digits",
        arguments: [
            ("9007199254740993", "9007199254740993"), ("9223372036854775807", "9223372036854775807"),
            ("-12345678901234567890123", "-12345678901234567890123"), ("-0", "0"), ("0", "0"), ("1.0", "1"),
            ("1e2", "100"),
            ("-0.0", "0"), ("1e-400", "0"),
        ]
    )
    func integers(text: String, form: String) throws {
        #expect(try canonical(text) == form)
    }

    @Test("a number beyond the doubles has no canonical form")
    func overflow() throws {
        let document = try document("[1e309]")
        #expect(throws: JSONError.numberOutOfRange(at: 1)) { try CanonicalJSON.bytes(of: document.root) }
    }

    @Test("strings have the fewest escapes")
    func strings() throws {
        #expect(
            try canonical(#""\u0000\u0001\u0008\u0009\u000a\u000b\u000c\u000d\u001F\u0022\u005C\u002f\u007f\u2028""#)
                == "\"\\u0000\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f\\\"\\\\/\u{7F}\u{2028}\""
        )
    }

    @Test("a byte order mark in a text is a character as any other, however it is spelled")
    func byteOrderMark() throws {
        let form = try canonical(#"["\uFEFF","\uFEFFa\n\uFEFF"]"#)
        #expect(form == "[\"\u{FEFF}\",\"\u{FEFF}a\\n\u{FEFF}\"]")
        #expect(try canonical(form) == form)
        #expect(try document(form).root.elements.map { try $0.string() } == ["\u{FEFF}", "\u{FEFF}a\n\u{FEFF}"])
    }
}
