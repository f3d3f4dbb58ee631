import Foundation
import StrictJSON
import Testing

@testable import ToolDefinitions

@Suite struct DefinitionDigestTests {
    struct Vector: Decodable {
        let title: String
        let definition: RawJSON
        let canonical: String
        let sha256: String
    }

    static let vectors = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Vectors/tool-definition-v1/definitions.json")

    @Test func `the digests are those that another program computed`() throws {
        let document = try JSONDocument(parsing: Array(Data(contentsOf: Self.vectors)))
        let vectors = try document.decode([Vector].self)
        #expect(vectors.count == 5)
        for vector in vectors {
            let found = try tool(String(decoding: vector.definition.bytes, as: UTF8.self))
            #expect(String(decoding: found.canonicalBytes, as: UTF8.self) == vector.canonical, "\(vector.title)")
            #expect(found.digest == vector.sha256, "\(vector.title)")
        }
    }

    @Test func `keys in another order and spaces change nothing`() throws {
        let one = try tool(#"{"name":"a","inputSchema":{"type":"object","properties":{"x":{},"y":{"type":"string"}}}}"#)
        let other = try tool(
            #"""
            { "inputSchema" : { "properties" : { "y" : { "type" : "string" } , "\u0078" : { } } ,
              "type" : "object" } , "name" : "\u0061" }
            """#
        )
        #expect(one.digest == other.digest)
    }

    static let whole = #"""
        {"name":"a","title":"t","description":"d","inputSchema":{"type":"object","required":["x"]},
         "outputSchema":{"type":"string"},"annotations":{"readOnlyHint":true},"execution":{"taskSupport":"optional"}}
        """#

    @Test(arguments: [
        (#""name":"a""#, #""name":"b""#), (#""title":"t""#, #""title":"T""#), (#""title":"t","#, ""),
        (#""description":"d""#, #""description":"d ""#), (#""required":["x"]"#, #""required":[]"#),
        (#""type":"string""#, #""type":"number""#), (#"Hint":true"#, #"Hint":false"#),
        (#""readOnlyHint":true"#, #""readOnlyHint":true,"x":0"#), (#""optional""#, #""required""#),
    ])
    func `everything that counts changes the digest`(part: String, other: String) throws {
        let changed = Self.whole.replacing(part, with: other)
        #expect(changed != Self.whole)
        #expect(try tool(changed).digest != tool(Self.whole).digest)
    }

    @Test(arguments: [
        #""_meta":{"a":1}"#, #""icons":[{"src":"x"}]"#, #""somethingNew":1"#,
    ])
    func `what does not count changes nothing`(member: String) throws {
        let more = Self.whole.replacing(#"{"name":"a""#, with: #"{\#(member),"name":"a""#)
        #expect(more != Self.whole)
        #expect(try tool(more).digest == tool(Self.whole).digest)
    }

    @Test(arguments: [#"{}"#, #"{"taskSupport":"forbidden"}"#, #"null"#, #"{"taskSupport":null}"#])
    func `an execution that says what holds anyway is as if it were not there`(execution: String) throws {
        let without = try tool(#"{"name":"a","inputSchema":{"type":"object"}}"#)
        let with = try tool(#"{"name":"a","inputSchema":{"type":"object"},"execution":\#(execution)}"#)
        #expect(with.digest == without.digest)
    }

    @Test func `the same words about another request are another tool`() throws {
        let document = try JSONDocument(parsing: Array(#"{"name":"a","inputSchema":{"type":"object"}}"#.utf8))
        let endpoints = [
            nil, Endpoint(method: .get, path: "/a"), Endpoint(method: .delete, path: "/a"),
            Endpoint(method: .get, path: "/b"), Endpoint(method: .get, path: "/a", scopes: [["w"]]),
            Endpoint(method: .get, path: "/a", scopes: [["w"], ["r"]]),
            Endpoint(method: .get, path: "/a", scopes: [["w", "r"]]),
        ]
        let digests = try endpoints.map { try ToolDefinition(reading: document.root, endpoint: $0).digest }
        #expect(Set(digests).count == endpoints.count)
        let bytes = try ToolDefinition(reading: document.root, endpoint: endpoints[4]).canonicalBytes
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"{"endpoint":{"method":"get","path":"/a","scopes":[["w"]]},"inputSchema":{"type":"object"},"name":"a"}"#
        )
    }
}
