import Locking
import Testing
import WarderModel

@testable import UpstreamProxy

@Suite("Calls in flight")
struct CallsInFlightTests {
    /// What a client sends, and what of it reached the server.
    private struct Conversation {
        let calls: CallsInFlight
        private var client: ClientDirection
        private var server: ServerDirection

        init(_ calls: CallsInFlight = CallsInFlight()) {
            self.calls = calls
            client = ClientDirection(calls)
            server = ServerDirection(calls)
        }

        @discardableResult
        mutating func ask(_ line: String) -> ClientDirection.Outcome { client.next(Array((line + "\n").utf8)[...]) }

        mutating func answer(_ line: String) { _ = server.next(Array((line + "\n").utf8)[...]) }

        var tools: [String?] { calls.current.map { $0.tool?.text } }
    }

    private static func call(_ id: String, _ tool: String) -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)","arguments":{"b":1,"a":2}}}"#
    }

    @Test("with no call in flight there is the launch alone")
    func launch() {
        #expect(CallsInFlight().current == [.launch])
    }

    @Test("a call is in flight from its request to its answer, in both eras")
    func oneCall() {
        var talk = Conversation()
        talk.ask(#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}"#)
        #expect(talk.tools == ["@launch"])
        talk.answer(#"{"jsonrpc":"2.0","id":0,"result":{}}"#)
        let line = Self.call("1", "search")
        #expect(talk.ask(line).toServer == Array((line + "\n").utf8))
        #expect(talk.tools == ["search"])
        #expect(talk.calls.current.first?.arguments == Array(#"{"a":2,"b":1}"#.utf8))
        talk.answer(#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}"#)
        #expect(talk.tools == ["search"])
        talk.answer(#"{"jsonrpc":"2.0","id":1,"result":{"content":[]}}"#)
        #expect(talk.tools == ["@launch"])
        let modern =
            #"{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"get","_meta":{"#
            + #""io.modelcontextprotocol/protocolVersion":"2026-07-28","traceparent":"00-a-b-01"}}}"#
        talk.ask(modern)
        #expect(talk.calls.current == [ToolCall(tool: try? ToolName("get"), traceparent: "00-a-b-01")])
        talk.answer(#"{"jsonrpc":"2.0","id":"x","error":{"code":-32602,"message":"no"}}"#)
        #expect(talk.tools == ["@launch"])
    }

    @Test("several calls are all in flight, oldest first")
    func several() {
        var talk = Conversation()
        talk.ask(Self.call("1", "one"))
        talk.ask(Self.call("2", "two"))
        #expect(talk.tools == ["one", "two"])
        talk.answer(#"{"jsonrpc":"2.0","id":1,"result":{}}"#)
        #expect(talk.tools == ["two"])
    }

    @Test("a request of the server's own with the same id ends nothing")
    func serverRequest() {
        var talk = Conversation()
        talk.ask(Self.call("1", "one"))
        talk.answer(#"{"jsonrpc":"2.0","id":1,"method":"sampling/createMessage","params":{}}"#)
        #expect(talk.tools == ["one"])
    }

    @Test("the client's answers to the server's requests begin and end nothing")
    func clientAnswer() {
        var talk = Conversation()
        talk.ask(Self.call("1", "one"))
        #expect(!talk.ask(#"{"jsonrpc":"2.0","id":1,"result":{"action":"accept"}}"#).toServer.isEmpty)
        #expect(talk.tools == ["one"])
    }

    @Test(
        "an id that is in use is refused, and also where another kind of request has it, or it is spelt otherwise",
        arguments: [
            (#"{"id":7,"method":"ping"}"#, #"{"id":7,"method":"tools/call","params":{"name":"two"}}"#),
            (#"{"id":7,"method":"tools/call","params":{"name":"one"}}"#, #"{"id":7,"method":"ping"}"#),
            (
                #"{"id":7,"method":"tools/call","params":{"name":"one"}}"#,
                #"{"id":"7","method":"tools/call","params":{"name":"two"}}"#
            ),
            (#"{"id":7,"method":"tools/call","params":{"name":"one"}}"#, #"{"id":"\u0037","method":"ping"}"#),
            (
                #"{"id":7,"method":"tools/call","params":{"name":"one"}}"#,
                #"[{"id":8,"method":"ping"},{"id":7,"method":"ping"}]"#
            ),
        ]
    )
    func duplicates(first: String, second: String) {
        var talk = Conversation()
        #expect(!talk.ask(first).toServer.isEmpty)
        let before = talk.tools
        let outcome = talk.ask(second)
        #expect(outcome.toServer.isEmpty)
        #expect(String(decoding: outcome.toClient, as: UTF8.self).contains(#""id":null"#))
        #expect(talk.tools == before)
    }

    @Test(
        "what two readers may understand differently does not pass",
        arguments: [
            #"{"id":1,"method":"ping","method":"tools/call","params":{"name":"x"}}"#,
            #"{"id":1,"method":"ping","Method":"tools/call","params":{"name":"x"}}"#,
            #"{"id":1,"ID":2,"method":"tools/call","params":{"name":"x"}}"#,
            #"{"id":1,"method":"tools/call","params":{"name":"safe","Name":"x"}}"#,
            #"{"id":1,"method":"tools/call","params":{"name":"safe"},"paramſ":{"name":"x"}}"#,
            #"{"id":1,"method":"tools/call","params":{"name":"safe","NAME":"x"}}"#,
            #"{"method":"tools/call","params":{"name":"x"}}"#,
            #"{"id":null,"method":"tools/call","params":{"name":"x"}}"#,
            #"{"id":1.0,"method":"tools/call","params":{"name":"x"}}"#,
            #"{"id":1e0,"method":"tools/call","params":{"name":"x"}}"#,
            #"{"id":[1],"method":"tools/call","params":{"name":"x"}}"#,
            #"{"id":1,"method":"tools/call","params":{"name":"x"}} {"id":2}"#,
            #"{"id":1,"method":"tools/call","params":{"name":"x"},}"#,
            "\u{FEFF}{\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"x\"}}",
            #"{"id":1,"method":"tools/call","params":{"name":"\ud800"}}"#,
            "not JSON",
            // Python takes it for the end of a line.
            "{\"method\":\"x\",\"params\":\r{\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"x\"}}\r}",
            #"[[{"id":1,"method":"tools/call","params":{"name":"x"}}]]"#,
            #"{"method":"resources/read","params":{"uri":"x"}}"#,
            #"{"id":null,"method":"resources/read","params":{"uri":"x"}}"#,
            #"{"id":1.5,"method":"prompts/get","params":{"name":"x"}}"#,
        ]
    )
    func ambiguous(line: String) {
        var talk = Conversation()
        let outcome = talk.ask(line)
        #expect(outcome.toServer.isEmpty)
        #expect(String(decoding: outcome.toClient, as: UTF8.self).contains(#""error""#))
        #expect(talk.tools == ["@launch"])
    }

    @Test(
        "a call that names no tool which a vault could know is in flight all the same, and nothing is granted to it",
        arguments: [
            "\"@launch\"", "\"a b\"", "\"\"", "7", "null", "\"é\"", "\"\(String(repeating: "x", count: 200))\"",
        ]
    )
    func unknownTool(name: String) {
        var talk = Conversation()
        let line = #"{"id":1,"method":"tools/call","params":{"name":\#(name)}}"#
        #expect(!talk.ask(line).toServer.isEmpty)
        #expect(talk.tools == [nil])
    }

    @Test("all of a batch is in flight, and each answer ends one")
    func batch() {
        var talk = Conversation()
        talk.ask("[\(Self.call("1", "one")),\(Self.call("2", "two")),{\"id\":3,\"method\":\"ping\"}]")
        #expect(talk.tools == ["one", "two"])
        talk.answer(#"[{"id":2,"result":{}},{"id":3,"result":{}}]"#)
        #expect(talk.tools == ["one"])
        #expect(talk.ask("[\(Self.call("8", "one")),\(Self.call("8", "two"))]").toServer.isEmpty)
        #expect(talk.tools == ["one"])
    }

    @Test("other requests that make a server ask its upstream count as the launch")
    func otherWork() {
        var talk = Conversation()
        talk.ask(Self.call("1", "one"))
        talk.ask(#"{"id":2,"method":"resources/read","params":{"uri":"x:y"}}"#)
        talk.ask(#"{"id":3,"method":"tools/list"}"#)
        #expect(talk.tools == ["one", "@launch"])
    }

    @Test("a cancelled call stays in flight for a while, because the server may go on with it")
    func cancelled() {
        let clock = Locked(ContinuousClock.now)
        var talk = Conversation(CallsInFlight(now: { clock.withLock { $0 } }))
        talk.ask(Self.call("1", "one"))
        talk.ask(Self.call("2", "two"))
        talk.ask(#"{"method":"notifications/cancelled","params":{"requestId":1,"reason":"x"}}"#)
        #expect(talk.tools == ["one", "two"])
        clock.withLock { $0 += .milliseconds(29_999) }
        // Cancelling again does not lengthen or shorten it.
        talk.ask(#"{"method":"notifications/cancelled","params":{"requestId":1}}"#)
        #expect(talk.tools == ["one", "two"])
        clock.withLock { $0 += .milliseconds(1) }
        #expect(talk.tools == ["two"])
    }

    @Test("more than the limit are refused with their id, and the others go on")
    func tooMany() {
        var talk = Conversation()
        for id in 0..<CallsInFlight.mostRequests { talk.ask(#"{"id":\#(id),"method":"ping"}"#) }
        let outcome = talk.ask(Self.call("\"late\"", "one"))
        #expect(outcome.toServer.isEmpty)
        #expect(String(decoding: outcome.toClient, as: UTF8.self).contains(#""id":"late""#))
        talk.answer(#"{"id":5,"result":{}}"#)
        #expect(!talk.ask(Self.call("\"late\"", "one")).toServer.isEmpty)
        #expect(talk.tools == ["one"])
    }

    @Test(
        "after a line that some client takes for the answer nothing is granted to the call, and soon it is over",
        arguments: [
            #"{"id":7.0,"result":{}}"#, #"{"id":7e0,"result":{}}"#, #"{"id":7,"id":7,"result":{}}"#,
            #"{"id":7,"result":"\ud800"}"#, #"{"id":7,"result":{},}"#, #"{"id":" 7","result":{}}"#,
            #"{"id":"0x7","result":{}}"#, #"{"ID":7,"Result":{}}"#, #"{"id":7,"re\u017fult":{},"reſult":{}}"#,
            #"{"id":7}"#, #"{"id":7,"method":null,"result":{}}"#, #"{"id":7,"method":"ping","result":{}}"#,
            #"{"id":7,"result":\#(String(repeating: "[", count: 200))\#(String(repeating: "]", count: 200))}"#,
            #"{"id":8,"result":{}} {"id":7,"result":{}}"#, "{\"method\":\"x\",\r\"params\":{\"id\":7,\"result\":{}}}",
            #"[[{"id":7,"result":{}}]]"#, "\u{FEFF}{\"id\":7,\"result\":{}}", #"{"id":7,"result":NaN}"#,
        ]
    )
    func doubtfulAnswer(line: String) {
        let clock = Locked(ContinuousClock.now)
        var talk = Conversation(CallsInFlight(now: { clock.withLock { $0 } }))
        talk.ask(Self.call("7", "one"))
        #expect(!talk.calls.moment.isDoubtful)
        talk.answer(line)
        #expect(talk.tools == [nil] && talk.calls.moment.isDoubtful)
        clock.withLock { $0 += .seconds(30) }
        #expect(talk.tools == ["@launch"] && !talk.calls.moment.isDoubtful)
        // The answer that comes after all puts nothing else in doubt.
        talk.ask(Self.call("8", "two"))
        talk.answer(#"{"id":7,"result":{}}"#)
        #expect(talk.tools == ["two"])
    }

    @Test("a line that is too long to be looked at is a doubtful one, and for every call that is in flight at its end")
    func longAnswer() {
        let calls = CallsInFlight()
        var client = ClientDirection(calls)
        var server = ServerDirection(calls)
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        for _ in 0..<17 { _ = server.next(piece[...]) }
        _ = client.next(Array((Self.call("7", "one") + "\n").utf8)[...])
        #expect(calls.current.map { $0.tool?.text } == ["one"])
        _ = server.next(Array("\n".utf8)[...])
        #expect(calls.current == [ToolCall(tool: nil)])
    }

    @Test("a readable answer ends a doubt, and what holds no message begins none")
    func certainAnswer() {
        var talk = Conversation()
        talk.ask(Self.call("7", "one"))
        talk.answer("starting up… [1, 2]")
        talk.answer("7")
        talk.answer("")
        #expect(talk.tools == ["one"])
        talk.answer("{half")
        #expect(talk.tools == [nil])
        talk.answer(#"{"id":"7","result":{}}"#)
        #expect(talk.tools == ["@launch"])
        talk.answer("{half")
        #expect(talk.tools == ["@launch"])
    }

    @Test("a call that is never answered is forgotten after ten minutes; what is no call stays under way")
    func neverAnswered() {
        let clock = Locked(ContinuousClock.now)
        var talk = Conversation(CallsInFlight(now: { clock.withLock { $0 } }))
        talk.ask(#"{"id":1,"method":"subscriptions/listen"}"#)
        talk.ask(Self.call("7", "one"))
        clock.withLock { $0 += .seconds(599) }
        // Neither a doubt nor being cancelled makes it longer.
        talk.ask(#"{"method":"notifications/cancelled","params":{"requestId":7}}"#)
        #expect(talk.tools == ["one"])
        talk.answer("{half")
        #expect(talk.tools == [nil])
        clock.withLock { $0 += .seconds(1) }
        #expect(talk.tools == ["@launch"])
        #expect(talk.ask(Self.call("1", "two")).toServer.isEmpty)
        #expect(!talk.ask(Self.call("7", "two")).toServer.isEmpty)
        talk.answer(#"{"id":7,"result":{}}"#)
        #expect(talk.tools == ["@launch"])
    }

    @Test("what a request was allowed for is over with the last of its calls, and not with another of the same id")
    func moments() {
        var talk = Conversation()
        #expect(!talk.calls.areOver(talk.calls.moment))
        talk.ask(Self.call("1", "one"))
        talk.ask(Self.call("2", "two"))
        let then = talk.calls.moment
        talk.answer(#"{"id":1,"result":{}}"#)
        #expect(!talk.calls.areOver(then))
        talk.answer(#"{"id":2,"result":{}}"#)
        talk.ask(Self.call("2", "two"))
        #expect(talk.calls.areOver(then))
    }

    @Test("arguments that no vault takes are named by their digest, and never taken for none")
    func longArguments() {
        var talk = Conversation()
        let deep = String(repeating: "[", count: 16) + String(repeating: "]", count: 16)
        let all = [
            #"{"a":"\#(String(repeating: "x", count: 16_384))"}"#,
            #"{"a":"\#(String(repeating: "y", count: 16_384))"}"#,
            deep, #"{"a":1e999}"#, #"{"sha256":"\#(String(repeating: "0", count: 64))"}"#,
        ]
        for (id, arguments) in all.enumerated() {
            talk.ask(#"{"id":\#(id),"method":"tools/call","params":{"name":"one","arguments":\#(arguments)}}"#)
        }
        let claims = talk.calls.current.map { String(decoding: $0.arguments ?? [], as: UTF8.self) }
        #expect(claims.count == all.count && Set(claims).count == all.count)
        for claim in claims { #expect(claim.wholeMatch(of: /\{"sha256":"[0-9a-f]{64}"\}/) != nil, "\(claim)") }
        // What looks like the digest of others is told by its own.
        #expect(!claims.contains { $0.contains("000000") })
    }
}
