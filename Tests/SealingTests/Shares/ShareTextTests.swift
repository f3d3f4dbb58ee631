import RandomTesting
import SecretMemory
import Testing
import WarderModel

@testable import SecretShares

/// docs/formats/share.md, "Text" and "Reading".
@Suite struct ShareTextTests {
    private static let digits = "0123456789abcdefghjkmnpqrstvwxyz"

    private func share(_ bytes: [UInt8]) throws -> Share {
        try Share(
            set: ShareSet(id: Fixture.id, threshold: 3, count: 5),
            index: 4,
            bytes: SecretBytes(copying: bytes)
        )
    }

    private func text(_ share: Share) throws -> String { String(decoding: try share.text().plain, as: UTF8.self) }

    private func error(reading text: some Sequence<UInt8>, position: Int = 1) throws -> ShareError? {
        let secret = try SecretBytes(copying: Array(text))
        do throws(ShareError) {
            _ = try Share(text: secret, position: position)
            return nil
        } catch { return error }
    }

    @Test func `digits are the alphabet in order, and everything else is unknown`() {
        #expect(String(decoding: (UInt8(0)..<32).map(Base32.digit), as: UTF8.self) == Self.digits)
        let values = (UInt8.min...255).map(Base32.value)
        for character in UInt8.min...255 {
            let expected = Self.digits.utf8.enumerated().first { $0.element == character }?.offset
            #expect(values[Int(character)] == expected.map { UInt8($0) } ?? Base32.unknown, "\(character)")
        }
    }

    @Test func `every length is spelled in groups of four, and read in both spellings`() throws {
        var random = SeededGenerator.printed()
        for length in 16...64 {
            let original = try share(random.bytes(length))
            let printed = try text(original)
            let groups = printed.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
            #expect(printed.hasPrefix("wdr_s_"))
            #expect(groups.dropLast().allSatisfy { $0.count == 4 })
            #expect((1...4).contains(try #require(groups.last).count))
            #expect(groups.joined().count == ((28 + length) * 8 + 4) / 5)
            #expect(groups.joined().allSatisfy(Self.digits.contains))
            for spelling in [printed, printed.replacing("-", with: "")] {
                let read = try Share(text: SecretBytes(copying: spelling.utf8))
                #expect(read.set == original.set)
                #expect(read.index == original.index)
                #expect(read.bytes.isEqual(to: original.bytes))
                #expect(try text(read) == printed)
            }
        }
        #expect(try text(share(random.bytes(32))).count == 125)
    }

    @Test func `one wrong character anywhere is found`() throws {
        var random = SeededGenerator.printed()
        let share = try share(random.bytes(32))
        let grouped = Array(try text(share).utf8)
        for spelling in [grouped, grouped.filter { $0 != UInt8(ascii: "-") }] {
            for place in spelling.indices {
                for character in UInt8(0x20)...0x7f where character != spelling[place] {
                    var typed = spelling
                    typed[place] = character
                    let isDigit = place >= 6 && spelling[place] != UInt8(ascii: "-")
                    let expected: ShareError =
                        isDigit && Self.digits.utf8.contains(character) ? .mistyped(share: 7) : .malformed(share: 7)
                    #expect(try error(reading: typed, position: 7) == expected, "\(place), \(character)")
                }
            }
        }
    }

    @Test func `two characters swapped, next to each other or across a dash, are found`() throws {
        var random = SeededGenerator.printed()
        for _ in 0..<20 {
            let share = try share(random.bytes(.random(in: 16...64, using: &random)))
            let spelling = Array(try text(share).utf8)
            for distance in [1, 2] {
                for place in spelling.indices.dropLast(distance)
                where spelling[place] != spelling[place + distance] {
                    var typed = spelling
                    typed.swapAt(place, place + distance)
                    #expect(try error(reading: typed) != nil, "\(place)")
                }
            }
        }
    }

    @Test func `two groups swapped are found`() throws {
        var random = SeededGenerator.printed()
        let groups = try text(share(random.bytes(32))).dropFirst(6).split(separator: "-")
        for first in groups.indices {
            for second in groups.indices.dropFirst(first + 1) where groups[first] != groups[second] {
                var typed = groups
                typed.swapAt(first, second)
                #expect(try error(reading: "wdr_s_\(typed.joined(separator: "-"))".utf8) == .mistyped(share: 1))
            }
        }
    }

    @Test func `a share that is cut, and one with something added, are refused`() throws {
        var random = SeededGenerator.printed()
        let grouped = try text(share(random.bytes(32)))
        for spelling in [grouped, grouped.replacing("-", with: "")] {
            for count in 0..<spelling.count {
                #expect(try error(reading: spelling.utf8.prefix(count)) != nil, "\(count)")
                #expect(try error(reading: spelling.utf8.suffix(count)) != nil, "\(count)")
                var missing = Array(spelling.utf8)
                missing.remove(at: count)
                #expect(try error(reading: missing) != nil, "\(count)")
                for extra in "0z- \n".utf8 {
                    var longer = Array(spelling.utf8)
                    longer.insert(extra, at: count)
                    #expect(try error(reading: longer) != nil, "\(count), \(extra)")
                }
            }
            for extra in ["0", "00000000", "-0000", "-", " ", "\n", "\r\n", "\0"] {
                #expect(try error(reading: (spelling + extra).utf8) != nil)
            }
        }
    }

    @Test func `any other text is refused`() throws {
        var random = SeededGenerator.printed()
        let characters = Array(("-_ \n" + Self.digits).utf8)
        for round in 0..<4000 {
            let length = Int.random(in: 0...200, using: &random)
            let noise =
                round.isMultiple(of: 2)
                ? random.bytes(length)
                : Array("wdr_s_".utf8) + (0..<length).map { _ in characters.randomElement(using: &random) ?? 0 }
            #expect(try error(reading: noise) != nil)
        }
    }

    @Test func `every bit of the bytes is under the checksum, and a later format comes after it`() throws {
        var random = SeededGenerator.printed()
        let encoded = try #require(try ShareText.decode(share(random.bytes(32)).text())).plain
        #expect(encoded.count == 60)
        #expect(Array(encoded[..<20]) == [1] + Fixture.id.bytes + [3, 5, 4])
        for bit in 0..<encoded.count * 8 {
            let text = try ShareText.encode(SecretBytes(copying: encoded.flippingBit(bit)))
            #expect(try error(reading: text.plain) == .mistyped(share: 1), "\(bit)")
        }
        let later = try ShareChecksum.appended(to: SecretBytes(copying: [9] + encoded[1..<52]))
        #expect(try error(reading: ShareText.encode(later).plain, position: 3) == .unsupportedFormat(9, share: 3))
    }

    @Test func `the first share that cannot be read is named by its position, and nothing of it is said`() throws {
        var random = SeededGenerator.printed()
        var texts = try Share.split(SecretBytes(copying: random.bytes(32)), threshold: 2, count: 4).map {
            try $0.text()
        }
        #expect(try Share.parse(texts).map(\.index) == [1, 2, 3, 4])
        var typed = texts[2].plain
        typed.swapAt(20, 21)
        typed[23] = typed[23] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
        texts[2] = try SecretBytes(copying: typed)
        let error = try #require(throws: ShareError.self) { try Share.parse(texts) }
        let expected: [ShareError] = [.mistyped(share: 3), .malformed(share: 3)]
        #expect(expected.contains(error))
        #expect("\(error)".count < 20)
        #expect(try Share.parse([]).isEmpty)
    }

    @Test func `a share shows nothing when it is printed`() throws {
        let share = try share([UInt8](repeating: 0xab, count: 32))
        var dumped = ""
        dump(share, to: &dumped)
        for shown in ["\(share)", String(reflecting: share), dumped] {
            #expect(shown.contains("SecretBytes(redacted)"))
            #expect(!shown.contains("171"))
            #expect(!shown.contains("abab"))
        }
    }
}
