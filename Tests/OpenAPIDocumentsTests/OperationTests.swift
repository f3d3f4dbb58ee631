import Foundation
import Testing
import ToolDefinitions
import WarderModel

@testable import OpenAPIDocuments

@Suite struct OperationTests {
    @Test func `parameters of path and operation and the body are one schema`() throws {
        let text = #"""
            {"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/pets/{id}":{
              "parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}},
                            {"name":"q","in":"query","schema":{"type":"string"}}],
              "put":{"operationId":"putPet","summary":"Put","description":"Puts a pet.","tags":["pets"],
                "parameters":[{"name":"q","in":"query","description":"How much","schema":{"type":"integer"}}],
                "requestBody":{"required":true,"content":{"text/plain":{"schema":{"type":"string"}},
                  "application/json":{"schema":{"$ref":"#/components/schemas/Pet"}}}},
                "responses":{"404":{"description":"no"},"200":{"description":"ok","content":{"application/json":
                  {"schema":{"$ref":"#/components/schemas/Pet"}}}}},"deprecated":true}}},
             "components":{"schemas":{"Pet":{"type":"object","properties":{"name":{"type":"string"}},"x-y":1,"example":{}}}}}
            """#
        let operation = try #require(try document(text).operations.first)
        #expect(operation.name == "putPet")
        #expect(operation.definition.description == "Put\n\nPuts a pet.")
        #expect(operation.isDeprecated && operation.tags == ["pets"])
        #expect(operation.definition.endpoint == Endpoint(method: .put, path: "/pets/{id}"))
        #expect(
            operation.input
                == #"{"properties":{"body":{"properties":{"name":{"type":"string"}},"type":"object"},"#
                + #""id":{"type":"string"},"q":{"description":"How much","type":"integer"}},"#
                + #""required":["id","body"],"type":"object"}"#
        )
        #expect(operation.output == #"{"properties":{"name":{"type":"string"}},"type":"object"}"#)
    }

    @Test func `Swagger 2 has its body among the parameters`() throws {
        let text = #"""
            {"swagger":"2.0","info":{"title":"t","version":"1"},"basePath":"/v2","paths":{"/a":{"post":{"operationId":"a",
              "parameters":[{"in":"body","name":"thing","required":true,"schema":{"$ref":"#/definitions/T"}},
                            {"in":"formData","name":"f","type":"string","enum":["x"]}],
              "responses":{"201":{"description":"","schema":{"$ref":"#/definitions/T"}}}}}},
             "definitions":{"T":{"type":"object"}}}
            """#
        let found = try document(text)
        let operation = try #require(found.operations.first)
        #expect(found.dialect == .swagger2)
        #expect(operation.definition.endpoint?.path == "/v2/a")
        #expect(
            operation.input
                == #"{"properties":{"body":{"type":"object"},"f":{"enum":["x"],"type":"string"}},"#
                + #""required":["body"],"type":"object"}"#
        )
        #expect(operation.output == #"{"type":"object"}"#)
    }

    @Test(arguments: [
        (#"[{"o":["b","a"]}]"#, [["a", "b"]]), (#"[{"o":["a"]},{"o":["b"]}]"#, [["a"], ["b"]]),
        (#"[{"o":["a"],"k":[]}]"#, [["a"]]), (#"[{"k":["not-oauth"]}]"#, []), (#"[{"o":["a"]},{}]"#, []), ("[]", []),
    ])
    func `scopes are alternatives`(security: String, expected: [[String]]) throws {
        let text = #"""
            {"openapi":"3.0.0","info":{"title":"t","version":"1"},"security":[{"o":["general"]}],
             "paths":{"/a":{"get":{"security":\#(security),"responses":{}},"post":{"responses":{}}}},
             "components":{"securitySchemes":{"o":{"type":"oauth2"},"k":{"type":"apiKey"}}}}
            """#
        let operations = try document(text).operations
        #expect(operations[0].definition.endpoint?.scopes == expected)
        #expect(operations[1].definition.endpoint?.scopes == [["general"]])
    }

    @Test func `names are legal, and made of method and path where there is no other`() throws {
        let long = String(repeating: "n", count: 200)
        let paths = #"""
            "/a/{id}":{"get":{},"delete":{"operationId":"pets/remove one!"},"post":{"operationId":"  "},
             "put":{"operationId":"\#(long)"},"patch":{"operationId":"größe"}}
            """#
        let names = try document(json(paths: paths)).operations.map(\.name)
        #expect(names.prefix(3) == ["get_a_id", "pets_remove_one", "post_a_id"])
        #expect(names[3].utf8.count == 128 && names[3].hasPrefix("nnn"))
        #expect(names[4] == "gr_e")
    }

    @Test func `namesakes are told apart, in every order the same`() throws {
        let one = #""/a":{"get":{"operationId":"same"}}"#
        let two = #""/b":{"get":{"operationId":"same"}}"#
        let three = #""/c":{"get":{"operationId":"same!"}}"#
        let other = #""/d":{"get":{"operationId":"other"}}"#
        func names(_ paths: [String]) throws -> [String: String] {
            let operations = try document(json(paths: paths.joined(separator: ","))).operations
            return Dictionary(uniqueKeysWithValues: operations.map { ($0.definition.endpoint?.path ?? "", $0.name) })
        }
        let found = try names([one, two, three, other])
        #expect(Set(found.values).count == 4)
        #expect(found["/d"] == "other")
        #expect(found["/a"]?.hasPrefix("same_") == true && found["/c"]?.hasPrefix("same_") == true)
        #expect(try names([other, three, two, one]) == found)
        #expect(try names([one]) == ["/a": "same"])
    }

    @Test func `the same document in JSON and in YAML makes the same tools`() throws {
        let yaml = """
            openapi: 3.0.0
            info: {title: t, version: 1}
            paths:
              /a:
                get:
                  operationId: a
                  parameters:
                    - {name: on, in: query, schema: {type: string, enum: [yes, "no", 1.50, true, 010, null]}}
                  responses:
                    200: {description: ok, content: {application/json: {schema: {type: object}}}}
            """
        let json = #"""
            {"openapi":"3.0.0","info":{"title":"t","version":1},"paths":{"/a":{"get":{"operationId":"a",
             "parameters":[{"name":"on","in":"query","schema":{"type":"string","enum":["yes","no",1.5,true,"010",null]}}],
             "responses":{"200":{"description":"ok","content":{"application/json":{"schema":{"type":"object"}}}}}}}}}
            """#
        let tools = try [yaml, json].map { try #require(try document($0).operations.first).definition }
        #expect(tools[0].digest == tools[1].digest)
        #expect(
            String(decoding: tools[0].canonicalBytes, as: UTF8.self).contains(
                #""enum":["yes","no",1.5,true,"010",null]"#
            )
        )
    }

    @Test(.enabled(if: RealDocuments.areThere, RealDocuments.missing))
    func `real documents are read`() throws {
        let petstore = try OpenAPIDocument(reading: RealDocuments.bytes("petstore3.yaml"))
        #expect(petstore.dialect == .openAPI30)
        #expect(petstore.operations.count == 19)
        #expect(petstore.operations.contains { $0.definition.endpoint?.scopes == [["read:pets", "write:pets"]] })
        let slack = try OpenAPIDocument(reading: RealDocuments.bytes("slack_web_v2_noexamples.json"))
        #expect(slack.dialect == .swagger2)
        #expect(slack.operations.count == 174)
        #expect(slack.operations.filter { $0.definition.endpoint?.method == .get }.count == 80)
        #expect(Set(slack.operations.map(\.name)).count == 174)
    }
}
