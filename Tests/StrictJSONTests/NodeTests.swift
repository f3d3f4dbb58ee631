import SecretMemory
import StrictJSON
import Testing

@Suite("Nodes")
struct NodeTests {
    @Test("the cursor reads every kind of value in document order")
    func kinds() throws {
        let root = try document(#" {"a" : [1, "x", true, false, null, {}, []], "b": -7} "#).root
        #expect(root.kind == .object)
        var keys: [String] = []
        for (key, _) in root.members { keys.append(try key.string()) }
        #expect(keys == ["a", "b"])
        let array = try #require(root.member("a"))
        #expect(array.elements.map(\.kind) == [.number, .string, .bool, .bool, .null, .object, .array])
        let elements = Array(array.elements)
        #expect(try elements[0].int() == 1)
        #expect(try elements[1].string() == "x")
        #expect(try elements[2].bool())
        #expect(try !elements[3].bool())
        #expect(elements[4].isNull)
        #expect(try root.member("b")?.int() == -7)
        #expect(root.member("c") == nil)
        #expect(root.offset == 1)
    }

    @Test("escapes are resolved")
    func escapes() throws {
        let root = try document(#""\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\ude00é""#).root
        #expect(try root.string() == "\"\\/\u{8}\u{C}\n\r\tA\u{E9}\u{20AC}\u{1F600}é")
    }

    @Test("U+0000 in text is refused unless the reader allows it")
    func nul() throws {
        let root = try document("[\"a\\u0000b\"]").root
        let node = try #require(root.elements.first { _ in true })
        #expect(throws: JSONError.nulInText(at: 1)) { try node.string() }
        #expect(try node.string(allowingNUL: true) == "a\u{0}b")
    }

    @Test(
        "integers are read in the whole range of Int64 and in one spelling only",
        arguments: [
            ("0", Int64(0)), ("-1", -1), ("9223372036854775807", .max), ("-9223372036854775808", .min),
            ("1234567890123456789", 1_234_567_890_123_456_789),
        ]
    )
    func integers(text: String, value: Int64) throws {
        #expect(try document(text).root.int() == value)
    }

    @Test(
        "numbers that are not integers in the plain spelling are refused as integers",
        arguments: [
            ("1.0", JSONError.notAnInteger(at: 0)), ("1e2", .notAnInteger(at: 0)), ("1E0", .notAnInteger(at: 0)),
            ("-0", .notAnInteger(at: 0)), ("-0.0", .notAnInteger(at: 0)),
            ("9223372036854775808", .numberOutOfRange(at: 0)), ("-9223372036854775809", .numberOutOfRange(at: 0)),
            ("99999999999999999999999", .numberOutOfRange(at: 0)),
            ("\"1\"", .unexpectedKind(expected: .number, at: 0)),
        ]
    )
    func notIntegers(text: String, error: JSONError) throws {
        let root = try document(text).root
        #expect(throws: error) { try root.int() }
    }

    @Test("doubles take every spelling and refuse what no finite double is near")
    func doubles() throws {
        #expect(try document("1e2").root.double() == 100)
        #expect(try document("0.1").root.double() == 0.1)
        #expect(throws: JSONError.numberOutOfRange(at: 0)) { try document("1e400").root.double() }
    }

    @Test("asking for another kind is an error with the kind and the place")
    func wrongKind() throws {
        let root = try document("[true]").root
        let node = try #require(root.elements.first { _ in true })
        #expect(throws: JSONError.unexpectedKind(expected: .string, at: 1)) { try node.string() }
        #expect(throws: JSONError.unexpectedKind(expected: .string, at: 1)) { try node.secret() }
        #expect(throws: JSONError.unexpectedKind(expected: .bool, at: 0)) { try root.bool() }
        #expect(Array(node.members).isEmpty && Array(node.elements).isEmpty)
    }

    @Test("text is compared byte for byte after its escapes are resolved")
    func isText() throws {
        #expect(try document("\"caf\u{E9}\"").root.isText("caf\u{E9}"))
        #expect(try document("\"caf\\u00e9\"").root.isText("caf\u{E9}"))
        #expect(try !document("\"caf\\u00e9\"").root.isText("cafe\u{301}"))
        #expect(try !document("\"caf\\u00e9\"").root.isText("caf"))
        #expect(try !document("\"\\u0061\"").root.isText("ab"))
        #expect(try document("\"\"").root.isText(""))
        #expect(try !document("1").root.isText("1"))
    }

    @Test("raw bytes are the value as it stands")
    func rawBytes() throws {
        let root = try document("{\"a\": [1 , \"\\u0041\"] }").root
        let value = try #require(root.member("a"))
        #expect(String(decoding: value.rawBytes, as: UTF8.self) == "[1 , \"\\u0041\"]")
    }

    @Test(
        "a secret is the UTF-8 form of the text, escapes resolved and U+0000 included",
        arguments: [("", ""), ("s3cr3t", "s3cr3t"), ("a\\u0000\\n\\ud83d\\ude00z", "a\u{0}\n\u{1F600}z")]
    )
    func secrets(json: String, text: String) throws {
        let secret = try document("\"\(json)\"").root.secret()
        #expect(secret.count == text.utf8.count)
        #expect(unsafe secret.withUnsafeBytes { unsafe Array($0) } == Array(text.utf8))
    }

    @Test("a wiped document holds zeros and gives nothing out")
    func wipe() throws {
        let document = try document(#"{"value":"s3cr3t","n":1,"t":true}"#)
        let value = try #require(document.root.member("value"))
        let number = try #require(document.root.member("n"))
        let flag = try #require(document.root.member("t"))
        document.wipe()
        #expect(document.root.rawBytes.allSatisfy { $0 == 0 })
        #expect(throws: JSONError.wiped) { try value.string() }
        #expect(throws: JSONError.wiped) { try value.secret() }
        #expect(throws: JSONError.wiped) { try number.int() }
        #expect(throws: JSONError.wiped) { try number.double() }
        #expect(throws: JSONError.wiped) { try flag.bool() }
        #expect(throws: JSONError.wiped) { try CanonicalJSON.bytes(of: document.root) }
        #expect(!value.isText("s3cr3t"))
    }

    @Test("a document is kept alive by its nodes alone")
    func lifetime() throws {
        weak var observed: JSONDocument?
        do {
            let document = try document(#"{"a":[{"b":1}],"c":{}}"#)
            observed = document
            struct Shape: Decodable {
                struct Inner: Decodable { let b: Int }
                let a: [Inner]
                let c: [String: Int]
            }
            _ = try document.decode(Shape.self)
            #expect(throws: JSONDecodingError.self) { try document.decode([String: [Int]].self) }
            #expect(observed != nil)
        }
        #expect(observed == nil)
    }
}
