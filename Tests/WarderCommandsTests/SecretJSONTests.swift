import SecretMemory
import StrictJSON
import Testing
import WarderTesting

@testable import WarderCommands

@Suite("Secrets in JSON")
struct SecretJSONTests {
    private func encoded(_ bytes: [UInt8]) throws -> String {
        let secret = try SecretBytes(copying: bytes)
        var buffer = JSONBuffer(capacity: SecretJSON.capacity(for: secret))
        buffer.beginObject()
        try SecretJSON.append(secret, key: "value", to: &buffer)
        buffer.endObject()
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    @Test("text travels as text, anything else as base64")
    func encoding() throws {
        #expect(try encoded(Array("pa\"s\u{0}s\n".utf8)) == #"{"value":"pa\"s\u0000s\n"}"#)
        #expect(try encoded([0xFF, 0x00]) == #"{"value_base64":"/wA="}"#)
        #expect(try encoded([0xFF, 0x00, 0x7F]) == #"{"value_base64":"/wB/"}"#)
        #expect(try encoded([0xC3]) == #"{"value_base64":"ww=="}"#)
    }

    @Test("whatever goes in comes out")
    func roundTrip() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededNumbers(seed: seed)
        for count in 0..<300 {
            var bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            if count % 3 == 0 { bytes = bytes.map { $0 & 0x7F } }
            let document = try JSONDocument(parsing: Array(encoded(bytes).utf8), limits: .answer)
            #expect(try SecretJSON.read("value", of: document.root).copy == bytes, "seed \(seed)")
        }
    }

    @Test("there is room in the buffer from the start, whatever the value", arguments: [UInt8(0), 0x22, 0x41, 0xFF])
    func room(_ byte: UInt8) throws {
        let secret = try SecretBytes(copying: [UInt8](repeating: byte, count: 1000))
        var buffer = JSONBuffer(capacity: SecretJSON.capacity(for: secret) + 64)
        let before = buffer.bytes.capacity
        try SecretJSON.append(secret, key: "value", to: &buffer)
        #expect(buffer.bytes.capacity == before)
    }

    @Test(
        "base64 has one spelling",
        arguments: ["/w=", "/w", "/w==\n", "/x==", "/wB", "/wB=", "====", "=w==", "/===", "_w==", "/w==/w==", "/ w="]
    )
    func badBase64(_ text: String) throws {
        var buffer = JSONBuffer()
        buffer.beginObject()
        buffer.field("value_base64", text)
        buffer.endObject()
        let document = try JSONDocument(parsing: buffer.bytes)
        #expect(throws: CommandFailure.self) { try SecretJSON.read("value", of: document.root) }
    }

    @Test(
        "an answer without a value is no answer",
        arguments: ["{}", #"{"value":1}"#, #"{"value_base64":"?"}"#, #"{"value":null}"#]
    )
    func noValue(_ text: String) throws {
        let document = try JSONDocument(parsing: Array(text.utf8))
        #expect(throws: CommandFailure.self) { try SecretJSON.read("value", of: document.root) }
    }
}
