import Foundation
import StrictJSON
import Testing
import WarderModel

@testable import ToolDefinitions

@Suite struct ToolListTests {
    static let ping = #"{"name":"ping","inputSchema":{"type":"object"}}"#

    @Test func `an answer of the older protocol is read`() throws {
        let page = #"{"jsonrpc":"2.0","id":2,"result":{"tools":[\#(Self.ping)]}}"#
        let list = try ToolList(parsing: Array(page.utf8))
        #expect(list.tools.map(\.name.text) == ["ping"])
        #expect(list.nextCursor == nil)
    }

    @Test func `an answer of the newer protocol is read`() throws {
        let page = #"""
            {"jsonrpc":"2.0","id":"a","result":{"resultType":"complete","ttlMs":60000,"cacheScope":"private",
             "_meta":{},"tools":[\#(Self.ping)],"nextCursor":"p2"}}
            """#
        let list = try ToolList(parsing: Array(page.utf8))
        #expect(list.tools.count == 1)
        #expect(list.nextCursor == "p2")
    }

    @Test func `everything that a tool says of itself is there`() throws {
        let found = try tool(
            #"""
            {"name":"drop","title":"Drop it","description":"Drops.","inputSchema":{"type":"object"},
             "outputSchema":{"type":"string"},
             "annotations":{"readOnlyHint":false,"destructiveHint":true,"idempotentHint":null,"title":"x"}}
            """#
        )
        #expect(found.title == "Drop it")
        #expect(found.description == "Drops.")
        #expect(found.outputSchema?.bytes == Array(#"{"type":"string"}"#.utf8))
        #expect(found.annotations == ToolAnnotations(readOnly: false, destructive: true))
        #expect(found.endpoint == nil)
    }

    @Test func `pages become one list`() throws {
        let pages = try ["one", "two"].map { name in
            let cursor = name == "one" ? #","nextCursor":"2""# : ""
            return try ToolList(
                parsing: Array(#"{"tools":[{"name":"\#(name)","inputSchema":{"type":"object"}}]\#(cursor)}"#.utf8)
            )
        }
        #expect(try ToolList.joining(pages).tools.map(\.name.text) == ["one", "two"])
        #expect(throws: ToolListError.pageMissing) { try ToolList.joining([pages[0]]) }
        #expect(throws: ToolListError.repeatedName(2)) { try ToolList.joining([pages[1], pages[1]]) }
        #expect(try ToolList.joining([]).tools.isEmpty)
    }

    @Test(arguments: [
        (#"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}"#, ToolListError.serverError),
        (#"{"jsonrpc":"2.0","id":1,"result":[]}"#, .notAList),
        (#"{"jsonrpc":"2.0","id":1}"#, .notAList),
        (#"{"tools":{}}"#, .notAList), ("[]", .notAList), (#""tools""#, .notAList),
        (#"{"resultType":"input_required","tools":[]}"#, .notComplete),
        (#"{"resultType":"task","tools":[]}"#, .notComplete),
        (#"{"tools":[],"nextCursor":""}"#, .badCursor), (#"{"tools":[],"nextCursor":7}"#, .badCursor),
        (#"{"tools":[\#(ping),\#(ping)]}"#, .repeatedName(2)),
        (#"{"tools":[],"tools":[]}"#, .notJSON(.duplicateKey(at: 12))),
        (#"{"tools":[],}"#, .notJSON(.unexpectedByte(at: 12))),
    ])
    func `what is no list is refused`(page: String, expected: ToolListError) {
        #expect(refusal(page) == expected)
    }

    @Test(arguments: [
        (#"[]"#, ToolDefinitionError.notAnObject),
        (#"{"inputSchema":{"type":"object"}}"#, .noName),
        (#"{"name":null,"inputSchema":{"type":"object"}}"#, .noName),
        (#"{"name":7,"inputSchema":{"type":"object"}}"#, .notText(.name)),
        (#"{"name":"a b","inputSchema":{"type":"object"}}"#, .badName(.badCharacter)),
        (#"{"name":"@launch","inputSchema":{"type":"object"}}"#, .badName(.badCharacter)),
        (#"{"name":"..","inputSchema":{"type":"object"}}"#, .badName(.badSegment)),
        (#"{"name":"","inputSchema":{"type":"object"}}"#, .badName(.empty)),
        (#"{"name":"a"}"#, .badInputSchema),
        (#"{"name":"a","inputSchema":{"type":"array"}}"#, .badInputSchema),
        (#"{"name":"a","inputSchema":true}"#, .badInputSchema),
        (#"{"name":"a","inputSchema":{"type":"object"},"outputSchema":"x"}"#, .badOutputSchema),
        (#"{"name":"a","inputSchema":{"type":"object"},"title":["x"]}"#, .notText(.title)),
        (#"{"name":"a","inputSchema":{"type":"object"},"description":1}"#, .notText(.description)),
        (#"{"name":"a","inputSchema":{"type":"object"},"annotations":[]}"#, .badAnnotations),
        (#"{"name":"a","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":"yes"}}"#, .badAnnotations),
        (#"{"name":"a","inputSchema":{"type":"object"},"execution":1}"#, .badExecution),
        (#"{"name":"a","inputSchema":{"type":"object","maximum":1e999}}"#, .badNumber),
    ])
    func `what is no definition is refused`(json: String, expected: ToolDefinitionError) {
        #expect(refusalOfTool(json) == expected)
    }

    @Test func `what is too much is refused`() {
        let long = String(repeating: "x", count: 65_537)
        #expect(refusalOfTool(#"{"name":"\#(long)","inputSchema":{"type":"object"}}"#) == .tooLong(.name, limit: 4096))
        #expect(
            refusalOfTool(#"{"name":"a","description":"\#(long)","inputSchema":{"type":"object"}}"#)
                == .tooLong(.description, limit: 65_536)
        )
        let wide = String(repeating: #","\#(long)""#, count: 16)
        #expect(
            refusalOfTool(
                #"{"name":"a","inputSchema":{"type":"object","enum":["\#(long)"\#(wide.replacing(",x", with: ",\"x"))]}}"#
            )
                == .tooLarge(limit: 1 << 20)
        )
        let deep = String(repeating: #"{"items":"#, count: 200) + "{}" + String(repeating: "}", count: 200)
        guard case .notJSON(.tooDeep(_)) = refusal(#"{"tools":[{"name":"a","inputSchema":\#(deep)}]}"#) else {
            Issue.record("nesting without end is not refused")
            return
        }
        let many = (0...4096).map { #"{"name":"t\#($0)","inputSchema":{"type":"object"}}"# }.joined(separator: ",")
        #expect(refusal(#"{"tools":[\#(many)]}"#) == .tooManyTools(limit: 4096))
        #expect(refusal(String(repeating: " ", count: 8 << 20) + "1") == .notJSON(.tooLarge(limit: 8 << 20)))
    }

    /// Whatever a server sends, the sentence about it has none of it.
    @Test(arguments: [
        #"{"tools":[{"name":"ESCAPE-ME","inputSchema":{"type":"ESCAPE-ME"}}]}"#,
        #"{"tools":[{"name":"ESCAPE ME"}]}"#, #"{"ESCAPE-ME":1}"#, #"{"tools":ESCAPE-ME"#,
        #"{"tools":[{"name":"a","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":"ESCAPE-ME"}}]}"#,
        #"{"jsonrpc":"2.0","id":1,"error":{"message":"ESCAPE-ME"}}"#,
    ])
    func `a refusal quotes nothing`(page: String) throws {
        let sentence = try #require(refusal(page)).description
        #expect(!sentence.contains("ESCAPE"))
        #expect(sentence.first?.isLowercase == true && !sentence.hasSuffix("."))
    }

    @Test(.enabled(if: RealLists.areThere, RealLists.missing), arguments: RealLists.names)
    func `the lists of real servers are read`(name: String) throws {
        let list = try ToolList(parsing: RealLists.bytes(name))
        #expect(!list.tools.isEmpty)
        #expect(Set(list.tools.map(\.digest)).count == list.tools.count)
    }
}
