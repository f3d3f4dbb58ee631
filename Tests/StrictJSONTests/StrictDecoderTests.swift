import SecretMemory
import StrictJSON
import Testing

private enum Role: String, Decodable {
    case reader
    case writer
}

private struct Request: Decodable, Equatable {
    struct Tool: Decodable, Equatable {
        let name: String
        let session: String?
    }

    let secret: String
    let version: Int?
    let wait: Bool?
    let role: Role
    let tools: [Tool]
    let labels: [String: String]
}

private let request =
    #"{"secret":"db","version":3,"role":"reader","tools":[{"name":"a","session":null},{"name":"b"}],"labels":{"x":"y"}}"#

/// The error of decoding `text` as `type`.
private func failure<Value: Decodable>(
    _ type: Value.Type,
    _ text: String,
    unknownKeys: UnknownKeys = .refuse
) throws -> JSONDecodingError? {
    let document = try document(text)
    do throws(JSONDecodingError) {
        _ = try document.decode(type, unknownKeys: unknownKeys)
        return nil
    } catch {
        return error
    }
}

@Suite("Strict decoder")
struct StrictDecoderTests {
    @Test("a synthesized type is decoded with nested, optional, listed and keyed members")
    func synthesized() throws {
        let value = try document(request).decode(Request.self)
        #expect(
            value
                == Request(
                    secret: "db",
                    version: 3,
                    wait: nil,
                    role: .reader,
                    tools: [.init(name: "a", session: nil), .init(name: "b", session: nil)],
                    labels: ["x": "y"]
                )
        )
    }

    @Test(
        "an error names the path and what should have been there",
        arguments: [
            ("{\"secret\":1}", "$.secret", "a string"),
            ("{\"version\":1}", "$.secret", "a value (the key is missing)"),
            ("{\"secret\":null}", "$.secret", "a string"),
            ("{\"secret\":\"a\\u0000b\"}", "$.secret", "text without U+0000"),
            ("{\"secret\":\"a\",\"version\":1.0}", "$.version", "an integer"),
            ("{\"secret\":\"a\",\"version\":9223372036854775808}", "$.version", "an integer within range"),
            ("{\"secret\":\"a\",\"wait\":0}", "$.wait", "a boolean"),
            ("{\"secret\":\"a\",\"role\":\"admin\"}", "$.role", "a valid Role"),
            ("{\"secret\":\"a\",\"role\":\"reader\",\"tools\":{}}", "$.tools", "an array"),
            ("{\"secret\":\"a\",\"role\":\"reader\",\"tools\":[{\"name\":\"b\"},3]}", "$.tools[1]", "an object"),
            (
                "{\"secret\":\"a\",\"role\":\"reader\",\"tools\":[{\"name\":\"b\"},{\"name\":[]}]}", "$.tools[1].name",
                "a string"
            ),
            ("[]", "$", "an object"),
        ]
    )
    func paths(text: String, path: String, expectation: String) throws {
        #expect(try failure(Request.self, text) == JSONDecodingError(path: path, expectation: expectation))
    }

    @Test("a member that the type does not know is refused with the path of its object and its offset alone")
    func unknownKeys() throws {
        let text = request.replacing("\"name\":\"b\"", with: "\"name\":\"b\",\"extra\":1")
        let offset = try #require(text.utf8.firstRange(of: "\"extra\"".utf8)?.lowerBound)
        let distance = text.utf8.distance(from: text.utf8.startIndex, to: offset)
        #expect(
            try failure(Request.self, text)
                == JSONDecodingError(
                    path: "$.tools[1]",
                    expectation: "known keys only (unknown key at byte \(distance))"
                )
        )
        #expect(try failure(Request.self, text, unknownKeys: .ignore) == nil)
    }

    @Test("a known member that is null or absent is not unknown")
    func optionals() throws {
        struct Options: Decodable {
            let a: Int?
            let b: String?
            let c: [Int]?
        }
        #expect(try failure(Options.self, "{}") == nil)
        #expect(try failure(Options.self, "{\"a\":null,\"b\":null,\"c\":null}") == nil)
        #expect(try document("{\"a\":1,\"b\":\"x\",\"c\":[2]}").decode(Options.self).c == [2])
        #expect(try failure(Options.self, "{\"a\":1,\"d\":null}")?.path == "$")
    }

    @Test("a type without members accepts only an empty object")
    func empty() throws {
        struct Empty: Decodable {}
        #expect(try failure(Empty.self, "{}") == nil)
        #expect(try failure(Empty.self, "{\"a\":1}")?.expectation == "known keys only (unknown key at byte 1)")
        #expect(try failure(Empty.self, "{\"a\":1}", unknownKeys: .ignore) == nil)
        #expect(try failure(Empty.self, "5")?.expectation == "an object")
        #expect(try failure([Empty].self, "[{},[]]")?.path == "$[1]")
    }

    @Test("a dictionary accepts every key")
    func dictionaries() throws {
        #expect(try document("{\"a\":1,\"b b\":2}").decode([String: Int].self) == ["a": 1, "b b": 2])
        #expect(try document("{\"1\":true}").decode([Int: Bool].self) == [1: true])
    }

    @Test("keys that a dictionary would merge are refused")
    func equivalentKeys() throws {
        let error = try failure([String: Int].self, "{\"\u{E9}\":1,\"e\u{301}\":2}")
        #expect(error == JSONDecodingError(path: "$", expectation: "keys that differ as text (key at byte 8)"))
        #expect(try failure([String: Int].self, "{\"\\u00e9\":1,\"e\\u0301\":2}") != nil)
        #expect(try document("{\"\u{E9}\":1,\"e\":2}").decode([String: Int].self).count == 2)
    }

    @Test("an enumeration with payloads accepts exactly one of its cases")
    func payloads() throws {
        enum Choice: Decodable, Equatable {
            case text(String)
            case pair(first: Int, second: Int)
        }
        #expect(try document("{\"pair\":{\"first\":1,\"second\":2}}").decode(Choice.self) == .pair(first: 1, second: 2))
        #expect(try document("{\"text\":{\"_0\":\"x\"}}").decode(Choice.self) == .text("x"))
        #expect(try failure(Choice.self, "{\"pair\":{\"first\":1,\"second\":2,\"third\":3}}")?.path == "$.pair")
        #expect(try failure(Choice.self, "{\"text\":{\"_0\":\"x\"},\"other\":1}")?.path == "$")
        #expect(try failure(Choice.self, "{\"other\":{}}")?.expectation == "a valid Choice")
    }

    @Test("elements that the type did not read are refused")
    func surplusElements() throws {
        struct Pair: Decodable {
            let first: Int
            let second: Int
            init(from decoder: any Decoder) throws {
                var container = try decoder.unkeyedContainer()
                first = try container.decode(Int.self)
                second = try container.decode(Int.self)
            }
        }
        #expect(try failure(Pair.self, "[1,2]") == nil)
        #expect(try failure(Pair.self, "[1,2,3]")?.expectation == "fewer elements (surplus element at byte 5)")
        #expect(try failure(Pair.self, "[1,2,3]", unknownKeys: .ignore) == nil)
        #expect(try failure(Pair.self, "[1]")?.expectation == "more than 1 elements")
    }

    @Test("nested containers are checked like nested types")
    func nestedContainers() throws {
        struct Flat: Decodable {
            enum Outer: String, CodingKey { case inner, list }
            enum Inner: String, CodingKey { case value }
            let value: Int
            let first: String
            init(from decoder: any Decoder) throws {
                let outer = try decoder.container(keyedBy: Outer.self)
                value = try outer.nestedContainer(keyedBy: Inner.self, forKey: .inner).decode(Int.self, forKey: .value)
                var list = try outer.nestedUnkeyedContainer(forKey: .list)
                first = try list.decode(String.self)
            }
        }
        #expect(try document("{\"inner\":{\"value\":4},\"list\":[\"a\"]}").decode(Flat.self).value == 4)
        #expect(try failure(Flat.self, "{\"inner\":{\"value\":4,\"x\":1},\"list\":[\"a\"]}")?.path == "$.inner")
        #expect(try failure(Flat.self, "{\"inner\":{\"value\":4},\"list\":[\"a\",1]}")?.path == "$.list")
        #expect(try failure(Flat.self, "{\"inner\":{\"value\":\"\"},\"list\":[]}")?.path == "$.inner.value")
    }

    @Test("wrapper types and every width of number are decoded")
    func scalars() throws {
        struct Identifier: RawRepresentable, Decodable, Equatable { let rawValue: String }
        struct Numbers: Decodable, Equatable {
            let a: Int8, b: UInt8, c: Int16, d: UInt16, e: Int32, f: UInt32, g: Int64, h: UInt64, i: UInt
            let j: Double, k: Float
        }
        #expect(try document("[\"x\"]").decode([Identifier].self) == [Identifier(rawValue: "x")])
        let text = #"{"a":-128,"b":255,"c":-1,"d":2,"e":3,"f":4,"g":5,"h":6,"i":7,"j":1.5,"k":2}"#
        let numbers = Numbers(a: -128, b: 255, c: -1, d: 2, e: 3, f: 4, g: 5, h: 6, i: 7, j: 1.5, k: 2)
        #expect(try document(text).decode(Numbers.self) == numbers)
        #expect(
            try failure(Numbers.self, text.replacing("255", with: "256"))?.description
                == "$.b: expected an integer that fits UInt8"
        )
        #expect(try failure(Numbers.self, text.replacing("\"k\":2", with: "\"k\":1e300"))?.path == "$.k")
        #expect(try document("[1,null,3]").decode([Int?].self) == [1, nil, 3])
        #expect(try document("[[1],[]]").decode([[UInt16]].self) == [[1], []])
    }

    @Test("a class hierarchy finds its superclass under its key")
    func superclass() throws {
        final class Derived: Decodable {
            enum Keys: String, CodingKey { case b }
            struct Parent: Decodable { let a: Int }
            let parent: Parent
            let b: Int
            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: Keys.self)
                b = try container.decode(Int.self, forKey: .b)
                parent = try Parent(from: try container.superDecoder())
            }
        }
        #expect(try document("{\"b\":1,\"super\":{\"a\":2}}").decode(Derived.self).parent.a == 2)
        #expect(try failure(Derived.self, "{\"b\":1,\"super\":{\"a\":2,\"x\":3}}")?.path == "$.super")
        #expect(try failure(Derived.self, "{\"b\":1}")?.expectation == "a member named super")
    }
}
