import RandomTesting
import SecretMemory
import Testing
import WarderModel

@testable import Sealing

/// docs/formats/sealed-value.md, the plaintext.
@Suite struct SecretFieldsTests {
    private func field(_ name: String, _ value: [UInt8]) -> [UInt8] { field(Array(name.utf8), value) }

    private func field(_ name: [UInt8], _ value: [UInt8]) -> [UInt8] {
        [UInt8(name.count)] + name + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value.count >> $0) } + value
    }

    private func decode(_ content: [UInt8]) throws -> SecretFields {
        try SecretFields(decoding: SecretBytes(copying: content.padded))
    }

    @Test func `a version has 1 to 32 fields`() throws {
        func fields(_ count: Int) throws -> SecretFields {
            try Fixture.fields(Dictionary(uniqueKeysWithValues: (0..<count).map { ("f\($0)", [UInt8($0)]) }))
        }
        #expect(throws: SealingError.malformed) { try fields(0) }
        #expect(throws: SealingError.malformed) { try fields(33) }
        let most = try fields(32)
        #expect(try SecretFields(decoding: most.encoded()).plain == most.plain)
    }

    @Test func `all values together have at most one mebibyte`() throws {
        let half = [UInt8](repeating: 0x80, count: 1 << 19)
        let most = try Fixture.fields(["a": half, "b": half, "c": []])
        #expect(try SecretFields(decoding: most.encoded()).plain == most.plain)
        #expect(throws: SealingError.malformed) { try Fixture.fields(["a": half, "b": half, "c": [0]]) }
        #expect(throws: SealingError.malformed) { try Fixture.fields(["a": half + half + [0]]) }
    }

    @Test func `a value may be empty`() throws {
        #expect(try decode([1] + field("value", [])).plain == ["value": []])
    }

    @Test func `values of any bytes come back, the mark of the padding among them`() throws {
        var generator = SeededGenerator.printed()
        for _ in 0..<300 {
            var values: [String: [UInt8]] = [:]
            for index in 0..<Int.random(in: 1...8, using: &generator) {
                let count = Int.random(in: 0...200, using: &generator)
                values["f\(index)"] =
                    switch Int.random(in: 0..<3, using: &generator) {
                    case 0: [UInt8](repeating: 0, count: count)
                    case 1: [UInt8](repeating: 0x80, count: count)
                    default: generator.bytes(count)
                    }
            }
            let fields = try Fixture.fields(values)
            #expect(try SecretFields(decoding: fields.encoded()).plain == values, "seed \(generator.seed)")
        }
    }

    @Test func `plaintexts that make no sense are malformed`() throws {
        let one = field("a", [1, 2, 3])
        let cases: [(String, [UInt8])] = [
            ("nothing", []), ("no field", [0]), ("no field, then bytes", [0] + one),
            ("a field announced and none there", [1]), ("two announced and one there", [2] + one),
            ("one announced and two there", [1] + one + field("b", [])), ("a byte after the last", [1] + one + [0, 1]),
            ("a name of no byte", [1] + field("", [1])), ("a name over the end", [1, 5] + Array("abc".utf8)),
            ("a name of 255 bytes over the end", [1, 255] + Array("abc".utf8)),
            ("a name outside of the grammar", [1] + field("a/b", [1])), ("a dot segment", [1] + field("..", [1])),
            ("a name with NUL", [1] + field("a\0", [1])),
            ("a name of 64 bytes", [1] + field(String(repeating: "a", count: 64), [])),
            ("a name beyond ASCII", [1] + field("\u{E4}", [1])),
            ("a name that is no UTF-8", [1] + field([0xff, 0xfe], [1])),
            ("a name cut within a character", [1] + field([0xe2, 0x82], [1])),
            ("a name twice", [2] + one + field("a", [4])),
            ("no value length", [1, 1, 0x61]), ("half a value length", [1, 1, 0x61, 0, 0]),
            ("a value over the end", [1, 1, 0x61, 0, 0, 0, 4, 1, 2, 3]),
            ("a value of 2^32 - 1 bytes", [1, 1, 0x61, 255, 255, 255, 255, 1, 2, 3]),
            ("a value of 2^31 bytes", [1, 1, 0x61, 0x80, 0, 0, 0, 1, 2, 3]),
            ("33 fields", [33] + (0..<33).flatMap { field("f\($0)", []) }),
            ("255 fields", [255] + (0..<255).flatMap { field("f\($0)", []) }),
            ("more than a mebibyte", [1] + field("a", [UInt8](repeating: 1, count: 1 << 20 + 1))),
        ]
        for (name, content) in cases {
            #expect(throws: SealingError.malformed, "\(name)") { try decode(content) }
        }
    }

    @Test func `damaged plaintexts are malformed or mean something, and never crash`() throws {
        var generator = SeededGenerator.printed()
        var (refused, accepted) = (0, 0)
        for _ in 0..<3_000 {
            var content = [UInt8(2)] + field("user", Array("ada".utf8)) + field("value", generator.bytes(20))
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0...content.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0 where place < content.count: content[place] = .random(in: .min ... .max, using: &generator)
                case 1 where place < content.count: content[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                case 2: content.removeSubrange(place...)
                default:
                    let count = Int.random(in: 1...8, using: &generator)
                    content.insert(contentsOf: generator.bytes(count), at: place)
                }
            }
            do {
                let fields = try decode(content)
                accepted += 1
                // Whatever was accepted is written as it was read, but for the order of the fields.
                #expect(try fields.encoded().count == content.padded.count, "seed \(generator.seed)")
                #expect(try SecretFields(decoding: fields.encoded()).plain == fields.plain, "seed \(generator.seed)")
            } catch let error as SealingError {
                refused += 1
                #expect(error == .malformed, "seed \(generator.seed)")
            }
        }
        #expect(refused > 500 && accepted > 100, "seed \(generator.seed): \(refused) refused, \(accepted) accepted")
    }

    @Test func `random bytes are hardly ever fields`() throws {
        var generator = SeededGenerator.printed()
        for _ in 0..<3_000 {
            let content = generator.bytes(Int.random(in: 0...150, using: &generator))
            #expect(throws: SealingError.malformed, "seed \(generator.seed)") { try decode(content) }
        }
    }
}
