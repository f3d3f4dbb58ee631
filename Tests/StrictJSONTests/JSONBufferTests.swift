import RandomTesting
import StrictJSON
import Testing

@Suite("JSON buffer")
struct JSONBufferTests {
    private func written(_ body: (inout JSONBuffer) -> Void) -> String {
        var buffer = JSONBuffer()
        body(&buffer)
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    @Test("commas and colons are placed between values and nowhere else")
    func structure() {
        let text = written { json in
            json.beginObject()
            json.field("a", 1)
            json.key("b")
            json.beginArray()
            json.null()
            json.bool(false)
            json.beginObject()
            json.endObject()
            json.beginArray()
            json.endArray()
            json.string("x")
            json.endArray()
            json.field("c", true)
            json.field("d", "y")
            json.key(text: "e\n")
            json.raw(Array("{\"z\":[]}".utf8))
            json.endObject()
        }
        #expect(text == #"{"a":1,"b":[null,false,{},[],"x"],"c":true,"d":"y","e\n":{"z":[]}}"#)
    }

    @Test("lines stand alone")
    func lines() {
        let text = written { json in
            for number in 1...2 {
                json.beginArray()
                json.int(number)
                json.endArray()
                json.endLine()
            }
        }
        #expect(text == "[1]\n[2]\n")
    }

    @Test("integers of every width are written in full")
    func integers() {
        let text = written { json in
            json.beginArray()
            json.int(Int64.min)
            json.int(Int64.max)
            json.int(UInt64.max)
            json.int(UInt32(0))
            json.int(Int32.min)
            json.int(100)
            json.endArray()
        }
        #expect(text == "[-9223372036854775808,9223372036854775807,18446744073709551615,0,-2147483648,100]")
    }

    /// The rule of the documentation, written a second time.
    private func escaped(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22: result += "\\\""
            case 0x5C: result += "\\\\"
            case 0x08: result += "\\b"
            case 0x09: result += "\\t"
            case 0x0A: result += "\\n"
            case 0x0C: result += "\\f"
            case 0x0D: result += "\\r"
            case 0x00..<0x20, 0x7F...0x9F, 0x61C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    @Test("every character of the basic plane is written as documented and reads back")
    func everyCharacter() throws {
        for value in (UInt32(0)...0xFFFF).filter({ !(0xD800...0xDFFF).contains($0) }) + [0x1_0000, 0x1_F600, 0x10_FFFF]
        {
            let scalar = try #require(Unicode.Scalar(value))
            let text = "ab\(scalar)c"
            let json = written { $0.string(text) }
            guard json == escaped(text), try document(json).root.isText(text) || value == 0 else {
                Issue.record("U+\(String(value, radix: 16))")
                continue
            }
        }
    }

    @Test("random strings are written as documented at every alignment and read back")
    func randomStrings() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let special: [Unicode.Scalar] = [
            "\"", "\\", "\n", "\u{0}", "\u{1F}", "\u{7F}", "\u{85}", "é", "\u{202E}", "€", "😀",
        ]
        for _ in 0..<3_000 {
            var text = ""
            for _ in 0..<Int.random(in: 0...40, using: &generator) {
                let scalar =
                    Int.random(in: 0..<8, using: &generator) == 0
                    ? special.randomElement(using: &generator)
                    : Unicode.Scalar(UInt8.random(in: 0x20...0x7E, using: &generator))
                if let scalar { text.unicodeScalars.append(scalar) }
            }
            let json = written { $0.string(text) }
            #expect(json == escaped(text), "seed \(seed)")
            #expect(Array(try document(json).root.string(allowingNUL: true).utf8) == Array(text.utf8), "seed \(seed)")
        }
    }

    @Test("no text can bring a terminal control or a new line into the output")
    func terminals() throws {
        let hostile = "\u{1B}[2J\u{9B}31m\u{7F}\r\n\u{85}\u{2028}\u{2029}\u{202E}\u{2066}\u{200F}\u{61C}"
        let json = written { $0.string(hostile) }
        #expect(json.unicodeScalars.allSatisfy { $0.isASCII && $0.value >= 0x20 && $0.value != 0x7F })
        #expect(try document(json).root.isText(hostile))
    }

    @Test("bytes of a secret are written like text")
    func secretBytes() throws {
        var buffer = JSONBuffer(capacity: 64)
        buffer.beginArray()
        let secret = Array("s3\"cr€t\n".utf8)
        try unsafe secret.withUnsafeBytes { try unsafe buffer.string(utf8: $0) }
        buffer.endArray()
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == "[\"s3\\\"cr€t\\n\"]")
        buffer.wipe()
        #expect(buffer.bytes.isEmpty)
    }

    @Test("bytes that are not UTF-8 are refused and leave no trace")
    func illFormedBytes() throws {
        var buffer = JSONBuffer()
        buffer.beginArray()
        buffer.int(1)
        let bytes: [UInt8] = [0x61, 0xC3, 0x28]
        #expect(throws: JSONError.invalidUTF8(at: 1)) {
            try unsafe bytes.withUnsafeBytes { try unsafe buffer.string(utf8: $0) }
        }
        buffer.int(2)
        buffer.endArray()
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == "[1,2]")
    }

    @Test(
        "plain text is what is well-formed UTF-8",
        arguments: [
            (Array("".utf8), true), (Array("a€😀\u{0}".utf8), true), ([0xFF], false), ([0x61, 0xED, 0xA0, 0x80], false),
            (Array("long enough for a word".utf8) + [0xC3], false),
        ] as [([UInt8], Bool)]
    )
    func plainText(bytes: [UInt8], isPlain: Bool) {
        #expect(unsafe bytes.withUnsafeBytes { unsafe JSONBuffer.isPlainText($0) } == isPlain)
    }
}
