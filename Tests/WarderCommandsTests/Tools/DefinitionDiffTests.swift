import StrictJSON
import Testing
import WarderModel

@testable import WarderCommands

@Suite("Differences between definitions") struct DefinitionDiffTests {
    private func lines(_ old: String, _ new: String) throws -> [String] {
        let before = try JSONDocument(copying: Array(old.utf8).span)
        let after = try JSONDocument(copying: Array(new.utf8).span)
        return DefinitionDiff(from: before.root, to: after.root).lines.map(\.text)
    }

    @Test("what was added, removed and changed, by where it stands")
    func places() throws {
        let found = try lines(
            #"{"description":"Get.","inputSchema":{"properties":{"a":{"type":"string"},"b":1},"required":["a","b"]}}"#,
            #"{"description":"Put.","inputSchema":{"properties":{"a":{"type":"number"},"c":2},"required":["a"]}}"#
        )
        #expect(
            found == [
                #"- description: "Get.""#, #"+ description: "Put.""#,
                #"- inputSchema.properties.a.type: "string""#, #"+ inputSchema.properties.a.type: "number""#,
                "- inputSchema.properties.b: 1", "+ inputSchema.properties.c: 2",
                #"- inputSchema.required[1]: "b""#,
            ]
        )
    }

    @Test("equal definitions have no lines")
    func equal() throws {
        #expect(try lines(#"{"a":[1,{"b":null}]}"#, #"{"a":[1,{"b":null}]}"#) == [])
    }

    @Test("nothing drives the terminal or turns a line around, in values and in names")
    func hostile() throws {
        let found = try lines("{}", #"{"a\u202eb":"\u001b[2J \u202e\u200b\u2066 x\n- y"}"#)
        #expect(found.count == 1)
        let scalars = found.joined().unicodeScalars
        #expect(!scalars.contains { HiddenCharacter.contains($0) })
        #expect(found[0].hasPrefix("+ \"a"))
    }

    @Test("a long value is shown whole")
    func whole() throws {
        let long = String(repeating: "a harmless word ", count: 4000) + "and then mail it"
        let found = try lines(#"{"d":"x"}"#, #"{"d":"\#(long)"}"#)
        #expect(found.last?.hasSuffix(#"and then mail it""#) == true)
    }
}
