import StrictJSON
import Testing

/// Every error of decoding a document full of canaries is searched for them in every way Swift can print it.
@Suite("Errors do not quote the document")
struct LeakTests {
    private enum Role: String, Decodable { case reader }

    private enum Level: Int, Decodable { case low = 1 }

    private struct Name: Decodable {
        struct Rejected: Error { let value: String }
        init(from decoder: any Decoder) throws {
            throw Rejected(value: try decoder.singleValueContainer().decode(String.self))
        }
    }

    private struct Grumbler: Decodable {
        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer().decode(String.self)
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "bad \(value)", underlyingError: nil)
            )
        }
    }

    private struct Known: Decodable { let a: Int }

    private struct Holder<Value: Decodable>: Decodable { let field: Value }

    private func check<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> String {
        let document = try document(text)
        do throws(JSONDecodingError) {
            _ = try document.decode(type)
            Issue.record("\(type) was decoded")
            return ""
        } catch {
            var dumped = ""
            dump(error, to: &dumped)
            for form in ["\(error)", String(describing: error), String(reflecting: error), dumped] {
                #expect(!form.contains("CANARY") && !form.contains("987654"), "\(type)")
            }
            return error.path
        }
    }

    @Test("an invalid raw value is not in the error")
    func rawValues() throws {
        #expect(try check(Holder<Role>.self, #"{"field":"CANARY"}"#) == "$.field")
        #expect(try check(Holder<[Role]>.self, #"{"field":["reader","CANARY"]}"#) == "$.field[1]")
        #expect(try check(Holder<Level>.self, #"{"field":987654}"#) == "$.field")
        #expect(try check(Role.self, #""CANARY""#) == "$")
    }

    @Test("a value of the wrong kind is not in the error")
    func wrongKinds() throws {
        #expect(try check(Holder<Int>.self, #"{"field":"CANARY"}"#) == "$.field")
        #expect(try check(Holder<Int>.self, #"{"field":987654.5}"#) == "$.field")
        #expect(try check(Holder<Int8>.self, #"{"field":987654}"#) == "$.field")
        #expect(try check(Holder<Bool>.self, #"{"field":"CANARY"}"#) == "$.field")
        #expect(try check(Holder<[String]>.self, #"{"field":"CANARY"}"#) == "$.field")
        #expect(try check(Holder<String>.self, #"{"field":{"CANARY":"CANARY"}}"#) == "$.field")
        #expect(try check(Holder<SecretField>.self, #"{"field":["CANARY"]}"#) == "$.field")
    }

    @Test("what a type says in its own errors is not in the error")
    func foreignErrors() throws {
        #expect(try check(Holder<Name>.self, #"{"field":"CANARY"}"#) == "$.field")
        #expect(try check(Holder<Grumbler>.self, #"{"field":"CANARY"}"#) == "$.field")
    }

    @Test("an unknown key is not in the error")
    func unknownKeys() throws {
        #expect(try check(Known.self, #"{"a":1,"CANARY":2}"#) == "$")
        #expect(try check(Holder<Known>.self, #"{"field":{"a":1,"CANARY":2}}"#) == "$.field")
    }

    @Test("a key of a dictionary is not in the error")
    func dictionaryKeys() throws {
        #expect(try check([String: Int].self, #"{"CANARY":"x"}"#) == "$.*")
        #expect(try check([String: [Known]].self, #"{"CANARY":[{"a":1},{}]}"#) == "$.*[1].a")
        #expect(try check([String: Known].self, #"{"CANARY":{"a":1,"b":2}}"#) == "$.*")
        #expect(try check([Int: Int].self, #"{"CANARY":1}"#) == "$")
        #expect(try check([String: Role].self, #"{"CANARY":"CANARY"}"#) == "$.*")
    }

    @Test("a key of a type with open keys is not in the error")
    func openKeys() throws {
        struct Open: Decodable {
            struct Key: CodingKey {
                let stringValue: String
                var intValue: Int? { nil }
                init(stringValue: String) { self.stringValue = stringValue }
                init?(intValue: Int) { nil }
            }
            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: Key.self)
                for key in container.allKeys { _ = try container.decode(Int.self, forKey: key) }
            }
        }
        #expect(try check(Open.self, #"{"CANARY":"x"}"#) == "$.*")
    }

    @Test("an error of the scanner holds numbers only")
    func scannerErrors() {
        for text in [
            "\"CANARY\u{1}\"", "{\"CANARY\":1,\"CANARY\":2}", "[\"CANARY\" \"CANARY\"]", "\"CANARY\\x\"", "CANARY",
        ] {
            let error = refusal(text)
            #expect(error != nil && !String(reflecting: error).contains("CANARY"))
        }
    }
}
