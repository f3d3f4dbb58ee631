import RandomTesting
import Testing

@testable import WarderModel

/// docs/formats/token.md.
@Suite struct TokenTextTests {
    private static let counting = "wdr_t_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4N0uCR"
    private static let highest = "wdr_t_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp11uJYQ7"

    @Test func `bytes 00 to 1f give the published text`() {
        #expect(TokenText.encode(Array(UInt8(0)...31)) == Self.counting)
        #expect(TokenText.decode(Self.counting) == Array(0...31))
    }

    @Test func `32 bytes ff give the published text`() {
        #expect(TokenText.encode([UInt8](repeating: 0xff, count: 32)) == Self.highest)
        #expect(TokenText.decode(Self.highest) == [UInt8](repeating: 0xff, count: 32))
    }

    /// A text whose checksum is right, whatever its body.
    private func checked(_ text: String) -> String {
        let sum = CRC32.checksum(text.utf8)
        return text + Base62.encode([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> $0) })
    }

    @Test func `a value of 2^256 or more is refused though its checksum is right`() {
        let prefix = "wdr_t_"
        let greatest = "yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1"
        #expect(checked(prefix + greatest) == Self.highest)
        for body in [
            "yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp2", "yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xz0",
            "yi000000000000000000000000000000000000000000".prefix(43).description,
            "z000000000000000000000000000000000000000000", String(repeating: "z", count: 43),
        ] {
            #expect(body.utf8.count == 43)
            #expect(TokenText.decode(checked(prefix + body)) == nil, "\(body)")
        }
    }

    @Test func `a checksum of 2^32 or more is refused`() {
        // 4gfFC3 is 2^32 - 1.
        #expect(Base62.decode("4gfFC3", byteCount: 4) == [0xff, 0xff, 0xff, 0xff])
        #expect(Base62.decode("4gfFC4", byteCount: 4) == nil)
        #expect(TokenText.decode(Self.counting.dropLast(6) + "zzzzzz") == nil)
    }

    @Test func `every change of one character is refused`() {
        let characters = Array(Self.counting)
        for place in characters.indices {
            for other in "0aZ_+/é\0" where other != characters[place] {
                var changed = characters
                changed[place] = other
                #expect(TokenText.decode(String(changed)) == nil, "\(place) \(other)")
            }
        }
    }

    @Test(arguments: [
        "", "wdr_t_", "003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4N0uCR",
        "wdr_s_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4N0uCR",
        "wdr_t_03aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4N0uCR",
        "wdr_t_0003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4N0uCR",
        " wdr_t_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4N0uCR",
        "wdr_t_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4N0uCR\n",
        "WDR_T_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4N0uCR",
        "wdr-t-003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4N0uCR",
    ])
    func `another prefix or length is refused`(spelling: Spelling) {
        #expect(TokenText.decode(spelling.text) == nil)
    }

    @Test func `a text of another prefix is no token though its checksum is right`() {
        let share = TokenText.encode(Array(UInt8(0)...31), prefix: "wdr_s_")
        #expect(share.hasPrefix("wdr_s_"))
        #expect(TokenText.decode(share) == nil)
        #expect(TokenText.decode(share, prefix: "wdr_s_") == Array(0...31))
        #expect(TokenText.decode(checked("wdr_x_" + Self.counting.dropFirst(6).dropLast(6))) == nil)
    }

    @Test func `random bytes come back, from a string and from a part of one`() {
        var generator = SeededGenerator.printed()
        for _ in 0..<2_000 {
            let bytes = generator.bytes(32)
            let text = TokenText.encode(bytes)
            #expect(text.utf8.count == TokenText.length, "seed \(generator.seed)")
            #expect(TokenText.decode(text) == bytes, "seed \(generator.seed)")
            #expect(TokenText.decode("Bearer \(text) ".dropFirst(7).dropLast()) == bytes, "seed \(generator.seed)")
        }
    }

    @Test func `no random text of the right length and alphabet is taken`() {
        var generator = SeededGenerator.printed()
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        for _ in 0..<5_000 {
            let text = "wdr_t_" + String((0..<49).map { _ in alphabet.randomElement(using: &generator) ?? "0" })
            // One in four billion would be right by chance.
            #expect(TokenText.decode(text) == nil, "seed \(generator.seed)")
        }
    }
}

@Suite struct Base62Tests {
    @Test(arguments: [(4, 6), (16, 22), (32, 43)])
    func `lengths are fixed, and just enough for the greatest value`(bytes: Int, characters: Int) {
        #expect(Base62.length(ofBytes: bytes) == characters)
        let greatest = Base62.encode([UInt8](repeating: 0xff, count: bytes))
        #expect(greatest.utf8.count == characters)
        #expect(greatest.first != "0")
        #expect(Base62.encode([UInt8](repeating: 0, count: bytes)) == String(repeating: "0", count: characters))
    }

    @Test func `nothing but 4, 16 and 32 bytes is spelled`() async {
        await #expect(processExitsWith: .failure) { _ = Base62.encode([UInt8](repeating: 0, count: 8)) }
        await #expect(processExitsWith: .failure) { _ = Base62.encode([UInt8]()) }
        await #expect(processExitsWith: .failure) { _ = Base62.decode("00000000000", byteCount: 8) }
    }

    @Test(arguments: [
        (UInt32(0), "000000"), (1, "000001"), (9, "000009"), (10, "00000A"), (35, "00000Z"), (36, "00000a"),
        (61, "00000z"),
        (62, "000010"), (3843, "0000zz"), (.max, "4gfFC3"),
    ])
    func `digits are 0-9, A-Z, a-z, the greatest place first`(number: UInt32, text: String) {
        let bytes = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
        #expect(Base62.encode(bytes) == text)
        #expect(Base62.decode(text, byteCount: 4) == bytes)
    }

    @Test(arguments: [
        "", "00000", "0000000", "00000-", "00000_", "00000+", "00000/", "00000:", "00000@", "00000[", "00000`",
    ])
    func `another length and other characters are refused`(spelling: Spelling) {
        #expect(Base62.decode(spelling.text, byteCount: 4) == nil)
    }

    @Test(arguments: ["00000{", "0000é", "\u{FF10}000", "00000\0", "00000\u{301}"])
    func `so is what only looks like the alphabet`(spelling: Spelling) {
        #expect(Base62.decode(spelling.text, byteCount: 4) == nil)
    }

    @Test func `random values of every used size come back, and sort as they did`() {
        var generator = SeededGenerator.printed()
        for size in [4, 16, 32] {
            for _ in 0..<1_000 {
                let left = generator.bytes(size)
                let right = generator.bytes(size)
                #expect(Base62.decode(Base62.encode(left), byteCount: size) == left, "seed \(generator.seed)")
                #expect(
                    left.lexicographicallyPrecedes(right) == (Base62.encode(left) < Base62.encode(right)),
                    "seed \(generator.seed)"
                )
            }
        }
    }
}

@Suite struct CRC32Tests {
    @Test func `the check value of the catalogue of CRC algorithms`() {
        #expect(CRC32.checksum("123456789".utf8) == 0xCBF4_3926)
    }

    @Test func `agrees with zlib`() {
        #expect(CRC32.checksum([]) == 0)
        #expect(CRC32.checksum("a".utf8) == 0xE8B7_BE43)
        #expect(CRC32.checksum("abc".utf8) == 0x3524_41C2)
        #expect(CRC32.checksum([0, 0, 0, 0]) == 0x2144_DF1C)
    }
}

@Suite struct TokenAccessorTests {
    @Test func `an accessor is tok_ and 22 characters`() throws {
        let accessor = TokenAccessor(random: RecordID(high: .max, low: .max))
        #expect(accessor.text == "tok_7n42DGM5Tflk9n8mt7Fhc7")
        #expect(try TokenAccessor(accessor.text) == accessor)
        #expect(TokenAccessor(random: RecordID(high: 0, low: 1)).text == "tok_0000000000000000000001")
    }

    @Test(arguments: [
        "", "tok_", "tok_7n42DGM5Tflk9n8mt7Fhc8", "tok_zzzzzzzzzzzzzzzzzzzzzz", "tok_000000000000000000001",
        "tok_00000000000000000000001", "tok-0000000000000000000001", "TOK_0000000000000000000001",
        "tok_000000000000000000000é", "to\u{212A}_0000000000000000000001",
    ])
    func `any other text is none`(spelling: Spelling) {
        #expect(throws: NameError.badCharacter) { try TokenAccessor(spelling.text) }
    }
}

@Suite struct TokenHashTests {
    @Test func `hashes that differ in one bit are different`() {
        let bytes = Array(UInt8(0)...31)
        let hash = TokenHash(exactly: bytes)
        #expect(hash == TokenHash(exactly: bytes))
        for bit in 0..<256 {
            var other = bytes
            other[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(TokenHash(exactly: other) != hash, "bit \(bit)")
        }
    }
}

@Suite struct MomentTests {
    @Test func `order follows the time since boot, whatever the wall clock says`() {
        let early = Moment(wall: Timestamp(milliseconds: 9_000_000), uptime: 1_000)
        let late = Moment(wall: Timestamp(milliseconds: 1_000), uptime: 2_000)
        #expect(early.isBefore(late))
        #expect(!late.isBefore(early))
        #expect(!early.isBefore(early))
    }

    @Test func `adding moves both clocks`() {
        let moment = Moment(wall: Timestamp(milliseconds: 5), uptime: 7).adding(seconds: 300)
        #expect(moment == Moment(wall: Timestamp(milliseconds: 300_005), uptime: 300_007))
    }
}
