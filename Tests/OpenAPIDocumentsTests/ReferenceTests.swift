import Testing

@testable import OpenAPIDocuments

@Suite struct ReferenceTests {
    private static func get(_ schema: String) -> String {
        #""/a":{"get":{"operationId":"a","parameters":[{"name":"p","in":"query","schema":\#(schema)}]}}"#
    }

    private static let node =
        ##""Node":{"type":"object","properties":{"next":{"$ref":"#/components/schemas/Node"},"v":{"type":"string"}}}"##

    @Test func `a circle ends where it comes round`() throws {
        let found = try document(json(paths: Self.get(##"{"$ref":"#/components/schemas/Node"}"##), schemas: Self.node))
        #expect(
            found.operations.first?.input
                == #"{"properties":{"p":{"properties":{"next":{},"v":{"type":"string"}},"type":"object"}},"type":"object"}"#
        )
    }

    @Test func `pointers are unescaped`() throws {
        let schemas = #""a/b~c d":{"type":"null"}"#
        let paths = Self.get(##"{"$ref":"#/components/schemas/a~1b~0c%20d"}"##)
        #expect(
            try document(json(paths: paths, schemas: schemas)).operations.first?.input.contains(#""p":{"type":"null"}"#)
                == true
        )
    }

    @Test(arguments: [
        "https://evil.example/x.json", "other.yaml#/A", "//evil.example", "file:///etc/passwd", "",
    ])
    func `a reference out of the document is refused, used or not`(target: String) {
        let paths = Self.get(#"{"$ref":"\#(target)"}"#)
        #expect(refusal(json(paths: paths))?.problem == .remoteReference)
        let unused = json(paths: "", schemas: #""Unused":{"items":{"$ref":"\#(target)"}}"#)
        #expect(refusal(unused)?.problem == .remoteReference)
    }

    @Test func `an example that looks like a reference is none`() throws {
        let schemas = #""A":{"example":{"$ref":"https://x.example"},"default":{"$ref":"x"},"enum":[{"$ref":"y"}]}"#
        #expect(try document(json(paths: "", schemas: schemas)).operations.isEmpty)
        let named = #""A":{"type":"object","properties":{"$ref":{"type":"string"}}}"#
        #expect(
            try document(json(paths: Self.get(##"{"$ref":"#/components/schemas/A"}"##), schemas: named)).operations
                .count == 1
        )
    }

    @Test func `what refers to nothing is read without it, and the place is said`() throws {
        let text = """
            {"openapi":"3.0.0","paths":{"/a":{"get":{"operationId":"a","parameters":[
              {"$ref":"#/nowhere"}, {"name":"p","in":"query","schema":{"type":"string"}}
            ]}},"/b":{"get":{"operationId":"b"}}}}
            """
        let operations = try document(text).operations
        #expect(operations.map(\.name) == ["a", "b"])
        #expect(
            operations.first?.input
                == ##"{"allOf":[{"$ref":"#/nowhere"}],"properties":{"p":{"type":"string"}},"type":"object"}"##
        )
        #expect(operations.first?.missing.map(\.place) == [OpenAPIError.Place(line: 2, column: 3)])
        #expect(
            operations.first?.missing.first?.description == "line 2, column 3: a $ref leads to nothing in the document"
        )
        #expect(operations.last?.missing == [])
    }

    @Test(arguments: [
        ##""parameters":[{"name":"p","in":"query","schema":{"type":"array","items":{"$ref":"#/gone"}}}]"##,
        ##""parameters":[{"$ref":"#/components/schemas/Chain"}]"##,
        ##""requestBody":{"$ref":"#/gone"}"##,
        ##""requestBody":{"content":{"application/json":{"schema":{"$ref":"#/gone"}}}}"##,
        ##""responses":{"200":{"$ref":"#/gone"}}"##,
        ##""responses":{"200":{"content":{"application/json":{"schema":{"oneOf":[{"$ref":"#/gone"}]}}}}}"##,
    ])
    func `wherever it stands in an operation, the tool says that something is missing`(part: String) throws {
        let paths = #""/a":{"get":{"operationId":"a",\#(part)}}"#
        let chain = ##""Chain":{"$ref":"#/gone"}"##
        let operation = try #require(try document(json(paths: paths, schemas: chain)).operations.first)
        #expect(operation.missing.map(\.problem) == [.danglingReference])
        #expect((operation.input + (operation.output ?? "")).contains(##"{"$ref":"#/"##))
        // Everybody who reads the document again gets the same tool.
        let again = try document(json(paths: paths, schemas: chain)).operations.first?.definition
        #expect(again == operation.definition)
    }

    @Test func `where everything could be missing the document is refused`() {
        let path = refusal("{\"openapi\": \"3.0.0\",\n \"paths\": {\"/a\":\n   {\"$ref\": \"#/nowhere\"}}}")
        #expect(path?.problem == .danglingReference)
        #expect(path?.place == OpenAPIError.Place(line: 3, column: 4))
        let many = (0...OpenAPILimits.danglingReferences).map { ##"{"$ref":"#/gone/\##($0)"}"## }
        let paths = #""/a":{"get":{"parameters":[\#(many.joined(separator: ","))]}}"#
        #expect(refusal(json(paths: paths))?.problem == .danglingReferences(limit: OpenAPILimits.danglingReferences))
    }

    @Test func `references that lead to one another without end are refused`() {
        let schemas = ##""A":{"$ref":"#/components/schemas/B"},"B":{"$ref":"#/components/schemas/A"}"##
        let paths = ##""/a":{"$ref":"#/components/schemas/A"}"##
        #expect(refusal(json(paths: paths, schemas: schemas))?.problem == .badReference)
    }

    /// Every level refers twice to the next: written out whole that would be 2^40 schemas.
    @Test func `schemas that multiply are cut off`() throws {
        let levels = (0..<40).map { level in
            let next = ##"{"$ref":"#/components/schemas/L\##(level + 1)"}"##
            return #""L\#(level)":{"type":"object","properties":{"a":\#(next),"b":\#(next)}}"#
        }
        let schemas = (levels + [#""L40":{"type":"string"}"#]).joined(separator: ",")
        let operation = try #require(
            try document(json(paths: Self.get(##"{"$ref":"#/components/schemas/L0"}"##), schemas: schemas)).operations
                .first
        )
        #expect(operation.input.utf8.count < 100_000)
        #expect(operation.input.contains("{}"))
    }

    /// Two thousand operations that each refer to three megabytes.
    @Test func `a large part that is referred to from everywhere is refused`() {
        let big = #""Big":{"type":"object","x-big":"\#(String(repeating: "x", count: 3 << 20))"}"#
        let paths = (0..<2000).map { ##""/p\##($0)":{"get":{"requestBody":{"$ref":"#/components/schemas/Big"}}}"## }
        guard case .referencesTooLarge = refusal(json(paths: paths.joined(separator: ","), schemas: big))?.problem
        else {
            Issue.record("not refused")
            return
        }
    }
}
