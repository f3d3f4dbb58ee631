import Foundation
import SecretMemory
import StrictJSON
import Testing

@Suite("Secret and raw fields")
struct SecretFieldTests {
    private struct Write: Decodable {
        let name: String
        let value: SecretField
        let previous: SecretField?
    }

    @Test("a secret field holds the bytes of the string")
    func decodes() throws {
        let write = try document(#"{"name":"db","value":"p\u00e4ss\u0000\"","previous":null}"#).decode(Write.self)
        #expect(unsafe write.value.bytes.withUnsafeBytes { unsafe Array($0) } == Array("p\u{E4}ss\u{0}\"".utf8))
        #expect(write.previous == nil)
    }

    @Test("a secret field of another kind is refused by its path")
    func wrongKind() throws {
        let document = try document(#"{"name":"db","value":["s3cr3t"]}"#)
        #expect(throws: JSONDecodingError(path: "$.value", expectation: "a string")) {
            try document.decode(Write.self)
        }
    }

    @Test("no other decoder can make a secret field or a raw one")
    func otherDecoder() {
        let json = Data(#"{"name":"db","value":"x"}"#.utf8)
        #expect(throws: (any Error).self) { try JSONDecoder().decode(Write.self, from: json) }
        #expect(throws: (any Error).self) { try JSONDecoder().decode([String: RawJSON].self, from: json) }
    }

    @Test("printing a secret field shows nothing of the secret")
    func printing() throws {
        let field = try document("\"CANARY\"").decode(SecretField.self)
        var dumped = ""
        dump(field, to: &dumped)
        for text in [String(describing: field), String(reflecting: field), dumped] {
            #expect(!text.contains("CANARY"))
        }
    }

    @Test("a raw field keeps any value in its canonical form")
    func raw() throws {
        struct Envelope: Decodable { let meta: RawJSON }
        let document = try document(#"{"meta": {"b": [1.50, {"z":1,"a":null}], "a": "\u0041\/"} }"#)
        let meta = try document.decode(Envelope.self).meta
        #expect(String(decoding: meta.bytes, as: UTF8.self) == #"{"a":"A/","b":[1.5,{"a":null,"z":1}]}"#)
    }

    @Test("raw fields are equal exactly when their values are")
    func rawEquality() throws {
        #expect(
            try document(#"{"a":1,"b":2}"#).decode(RawJSON.self)
                == document(#" {"b":2, "\u0061":1}"#).decode(RawJSON.self)
        )
        #expect(try document("[1,2]").decode(RawJSON.self) != document("[2,1]").decode(RawJSON.self))
    }

    @Test("a number without a canonical form is refused by its path")
    func rawOverflow() throws {
        let document = try document("{\"a\":[1e999]}")
        #expect(throws: JSONDecodingError(path: "$.*", expectation: "numbers that a double can hold")) {
            try document.decode([String: RawJSON].self)
        }
    }
}
