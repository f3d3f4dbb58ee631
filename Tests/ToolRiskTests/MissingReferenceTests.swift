import OpenAPIDocuments
import Testing
import ToolDefinitions
import ToolRisk
import WarderModel

/// What a tool only refers to is unknown, and nothing unknown is read-only.
@Suite struct MissingReferenceTests {
    private static func operation(_ parts: String, schemas: String = "") throws -> ToolDefinition {
        let text = ##"""
            {"openapi":"3.1.0","paths":{"/notes":{"get":{"operationId":"list_notes","description":"List the notes."\##(parts)}}},
            "components":{"schemas":{\##(schemas)}}}
            """##
        return try #require(try OpenAPIDocument(reading: Array(text.utf8)).operations.first).definition
    }

    @Test(arguments: [
        ##","parameters":[{"$ref":"#/gone"}]"##,
        ##","parameters":[{"name":"p","in":"query","schema":{"type":"array","items":{"$ref":"#/gone"}}}]"##,
        // Names that are words of JSON Schema elsewhere.
        ##","parameters":[{"name":"default","in":"query","schema":{"$ref":"#/gone"}}]"##,
        ##","parameters":[{"name":"p","in":"query","schema":{"properties":{"enum":{"$ref":"#/gone"}}}}]"##,
        // A place that there is in the tool, and was not in the document.
        ##","parameters":[{"name":"p","in":"query","schema":{"$ref":"#/properties/p"}}]"##,
        ##","requestBody":{"$ref":"#/gone"}"##,
        ##","responses":{"200":{"$ref":"#/gone"}}"##,
    ])
    func `an operation of which a part is not there is not read-only`(part: String) throws {
        let verdict = ToolClassifier.classify(try Self.operation(part))
        #expect(verdict.risk == .sideEffect)
        #expect(verdict.reasons == [.referenceMissing])
    }

    @Test func `what is there, and what only looks like a reference, changes nothing`() throws {
        #expect(risk(try Self.operation("")) == .readOnly)
        let present = ##","parameters":[{"name":"p","in":"query","schema":{"$ref":"#/components/schemas/P"}}]"##
        #expect(risk(try Self.operation(present, schemas: #""P":{"type":"string"}"#)) == .readOnly)
        let circle = ##""P":{"type":"object","properties":{"next":{"$ref":"#/components/schemas/P"}}}"##
        #expect(risk(try Self.operation(present, schemas: circle)) == .readOnly)
        let word = ##","parameters":[{"name":"p","in":"query","schema":{"default":{"$ref":"#/gone"}}}]"##
        #expect(risk(try Self.operation(word)) == .readOnly)
    }

    @Test func `so is a tool of a server whose schema leads nowhere`() throws {
        func listing(_ properties: String) throws -> Tool.Risk {
            risk(try tool("list_notes", "List the notes.", properties: properties))
        }
        #expect(try listing(##""a":{"type":"string"},"b":{"$ref":"#/properties/a"}"##) == .readOnly)
        #expect(try listing(##""a":{"$ref":"#/$defs/Gone"}"##) == .sideEffect)
        #expect(try listing(##""a":{"$ref":"https://example.org/schema.json"}"##) == .sideEffect)
        #expect(try listing(##""$ref":{"type":"string"}"##) == .readOnly)
    }

    @Test func `annotations do not help it`() throws {
        let properties = ##""a":{"$ref":"#/$defs/Gone"}"##
        let said = try tool(
            "list_notes",
            "List the notes.",
            properties: properties,
            annotations: #""readOnlyHint":true"#
        )
        #expect(risk(said) == .sideEffect)
    }
}
