import Foundation
import RandomTesting
import Testing
import WarderModel

@Suite struct HexTests {
    @Test func `bytes are written in lowercase, two digits each`() {
        #expect(Hex.encode([]) == "")
        #expect(Hex.encode([0x00, 0x0f, 0xa0, 0xff]) == "000fa0ff")
        #expect(Hex.encode(Array(0...255)).utf8.count == 512)
        #expect(Hex.encode([1, 2, 3].dropFirst()) == "0203")
    }

    @Test(arguments: ["0", "000", "0g", "AA", "aA", " 00", "00 ", "0x00", "é", "\0\0", "０0", "--", "/0", ":0", "`0"])
    func `other spellings are refused`(spelling: Spelling) {
        #expect(Hex.decode(spelling.text) == nil)
    }

    @Test func `bytes come back`() {
        var generator = SeededGenerator.printed()
        for count in 0..<300 {
            let bytes = generator.bytes(count)
            #expect(Hex.decode(Hex.encode(bytes)) == bytes, "seed \(generator.seed)")
        }
    }
}

@Suite struct RecordIDTests {
    @Test func `an id is sixteen bytes, big-endian`() throws {
        let id = try #require(RecordID(bytes: Array(UInt8(0)...15)))
        #expect(id == RecordID(high: 0x0001_0203_0405_0607, low: 0x0809_0a0b_0c0d_0e0f))
        #expect(id.bytes == Array(0...15))
        #expect(id.description == "000102030405060708090a0b0c0d0e0f")
    }

    @Test(arguments: [0, 15, 17, 32])
    func `another length is no id`(count: Int) {
        #expect(RecordID(bytes: [UInt8](repeating: 7, count: count)) == nil)
    }

    @Test func `bytes and stored form come back`() throws {
        var generator = SeededGenerator.printed()
        for _ in 0..<500 {
            let bytes = generator.bytes(16)
            let id = try #require(RecordID(bytes: bytes))
            #expect(id.bytes == bytes, "seed \(generator.seed)")
            let stored = try JSONEncoder().encode([id])
            #expect(String(decoding: stored, as: UTF8.self) == "[\"\(Hex.encode(bytes))\"]", "seed \(generator.seed)")
            #expect(try JSONDecoder().decode([RecordID].self, from: stored) == [id], "seed \(generator.seed)")
        }
    }

    @Test(arguments: [
        #""""#, #""00""#, #""000102030405060708090A0B0C0D0E0F""#, #""000102030405060708090a0b0c0d0e0f00""#, "1",
    ])
    func `another stored form is refused`(json: String) {
        #expect(throws: (any Error).self) { try JSONDecoder().decode(RecordID.self, from: Data(json.utf8)) }
    }
}
