import NIOHTTP1
import Testing

@testable import UpstreamProxy

/// Whatever a server says, the client hears messages of JSON-RPC, each on a line, and no secret.
@Suite("Servers elsewhere that say what they should not")
struct BridgeAttackTests {
    private static let call = #"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"t"}}"#
    private static let good = #"{"jsonrpc":"2.0","id":7,"result":{}}"#
    private static let secret = "s3cret-of-the-header"

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let answer: FakeUpstream.Answer
        /// Part of what the client is told.
        let told: String
    }

    private static func large(_ count: Int) -> String { String(repeating: "x", count: count) }

    static let cases: [Case] = [
        Case(testDescription: "no JSON", answer: .json("<html>"), told: "no message of JSON-RPC"),
        Case(testDescription: "no message", answer: .json("{}"), told: "no message of JSON-RPC"),
        Case(testDescription: "two answers", answer: .json("[\(good),\(good)]"), told: "no message of JSON-RPC"),
        Case(testDescription: "two messages", answer: .json(good + "\n" + good), told: "no message of JSON-RPC"),
        Case(
            testDescription: "a result and an error",
            answer: .json(#"{"jsonrpc":"2.0","id":7,"result":{},"error":{}}"#),
            told: "no message of JSON-RPC"
        ),
        Case(
            testDescription: "a request in place of an answer",
            answer: .json(#"{"jsonrpc":"2.0","id":7,"method":"sampling/createMessage"}"#),
            told: "no message of JSON-RPC"
        ),
        Case(
            testDescription: "one member twice",
            answer: .json(#"{"jsonrpc":"2.0","id":7,"id":8,"result":{}}"#),
            told: "no message of JSON-RPC"
        ),
        Case(
            testDescription: "another id",
            answer: .json(#"{"jsonrpc":"2.0","id":8,"result":{}}"#),
            told: "another request"
        ),
        Case(
            testDescription: "an id that looks alike",
            answer: .json(#"{"jsonrpc":"2.0","id":"7","result":{}}"#),
            told: "another request"
        ),
        Case(testDescription: "a body without end", answer: .json(large(9 << 20)), told: "longer than 8 MiB"),
        Case(
            testDescription: "an event without end",
            answer: .events("data: " + large(9 << 20)),
            told: "longer than 8 MiB"
        ),
        Case(
            testDescription: "lines of an event without end",
            answer: .events(String(repeating: "data: " + large(1 << 16) + "\n", count: 140)),
            told: "longer than 8 MiB"
        ),
        Case(
            testDescription: "events for others alone",
            answer: .events("data: \(good.replacing("7", with: "8"))\n\ndata: x\n\ndata: {}\n\n"),
            told: "has ended its answer"
        ),
        Case(
            testDescription: "packed",
            answer: .json(good, [("Content-Encoding", "gzip")]),
            told: "neither JSON nor a stream"
        ),
        Case(
            testDescription: "a page",
            answer: .init(headers: [("Content-Type", "text/html")], pieces: [good]),
            told: "neither JSON nor a stream"
        ),
        Case(testDescription: "accepted, and no more", answer: .status(202), told: "has ended its answer"),
        Case(testDescription: "nothing", answer: .init(hangsUp: true), told: "ended the connection"),
        Case(
            testDescription: "half of it",
            answer: .init(headers: [("Content-Type", "application/json")], pieces: ["{"], breaksOff: true),
            told: "ended the connection"
        ),
        Case(
            testDescription: "to another host",
            answer: .status(307, [("Location", "https://elsewhere.example/mcp")]),
            told: "another place"
        ),
        Case(
            testDescription: "to another port",
            answer: .status(308, [("Location", "http://127.0.0.1:1/mcp")]),
            told: "another place"
        ),
        Case(
            testDescription: "to another host, said short",
            answer: .status(307, [("Location", "//elsewhere.example/mcp")]),
            told: "another place"
        ),
        Case(
            testDescription: "to a path that leads elsewhere",
            answer: .status(307, [("Location", "/a/../b")]),
            told: "another place"
        ),
        Case(testDescription: "round and round", answer: .status(307, [("Location", "/again")]), told: "another place"),
        Case(testDescription: "as a GET", answer: .status(302, [("Location", "/mcp/")]), told: "another place"),
        Case(testDescription: "not allowed", answer: .status(401), told: "answered 401"),
        Case(
            testDescription: "not allowed, with the header repeated",
            answer: .init(status: .unauthorized, headers: [("X-Echo", secret)], pieces: ["<b>\(secret)</b>"]),
            told: "answered 401"
        ),
        Case(
            testDescription: "an error in words of its own",
            answer: .json(
                #"{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"bad \#(secret)"}}"#,
                status: 400
            ),
            told: #"{"code":-32600,"message":"bad \#(String(repeating: "*", count: secret.count))"}"#
        ),
        Case(
            testDescription: "the secret in an answer",
            answer: .json(#"{"jsonrpc":"2.0","id":7,"result":{"text":"\#(secret)"}}"#),
            told: #""text":"\#(String(repeating: "*", count: secret.count))""#
        ),
        Case(
            testDescription: "the secret in an event",
            answer: .events(#"data: {"jsonrpc":"2.0","id":7,"result":{"text":"\#(secret)"}}"# + "\n\n"),
            told: #""text":"\#(String(repeating: "*", count: secret.count))""#
        ),
        Case(
            testDescription: "an answer on several lines",
            answer: .json("{\n  \"jsonrpc\": \"2.0\",\r\n\"id\": 7, \"result\": {\"a\":\n1}}\n"),
            told: #""a": 1"#
        ),
    ]

    @Test("the client gets one message for its request, and the next request works", arguments: cases)
    func answers(_ attack: Case) async throws {
        try await BridgeBench.run(
            headers: ["Authorization: Bearer {KEY}"],
            variables: ["KEY": Self.secret],
            answering: { $0.id == "7" ? attack.answer : $0.answered }
        ) { bench in
            let heard = try #require(await bench.ask(Self.call))
            #expect(heard.contains(attack.told), "\(heard.prefix(300))")
            #expect(heard.contains(#""id":7"#) || heard.contains(#""id": 7"#))
            #expect(!heard.contains(Self.secret))
            #expect(
                await bench.ask(#"{"jsonrpc":"2.0","id":8,"method":"ping"}"#)
                    == #"{"jsonrpc":"2.0","id":8,"result":{}}"#
            )
            for note in bench.said { #expect(!note.contains(Self.secret) && !note.contains("elsewhere")) }
        }
    }

    @Test(
        "an answer that no message is left of without the secret is an error for its request",
        .timeLimit(.minutes(3))
    )
    func withheld() async throws {
        try await BridgeBench.run(
            headers: ["X-Key: {KEY}"],
            variables: ["KEY": #"7,"result":{"#],
            answering: { $0.id == "7" ? .json(Self.good) : $0.answered }
        ) { bench in
            let heard = try #require(await bench.ask(Self.call))
            #expect(heard.contains("repeats a secret") && heard.contains(#""id":7,"error""#), "\(heard)")
            #expect(bench.said.count == 1)
        }
    }

    @Test("a session that could not stand in a header, or is named twice, is none")
    func sessions() async throws {
        for sessions in [["a b"], [String(repeating: "s", count: 2000)], ["a", "b"]] {
            try await BridgeBench.run(
                answering: { asked in .json(asked.answered.pieces[0], sessions.map { ("Mcp-Session-Id", $0) }) }
            ) { bench in
                _ = await bench.ask(#"{"jsonrpc":"2.0","id":1,"method":"initialize"}"#)
                _ = await bench.ask(#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#)
                #expect(bench.fake.asked.last?.field("mcp-session-id") == nil)
            }
        }
    }

    @Test("what a client says that is no message is not posted, and nothing is said to it")
    func clientLines() async throws {
        try await BridgeBench.run(answering: { $0.answered }) { bench in
            for line in [
                "", "hello", "[]", "{}", #"{"jsonrpc":"2.0","id":null,"method":"a"}"#, "[\(Self.call)]", "\u{0}",
            ] {
                bench.say(line)
            }
            #expect(await bench.ask(Self.call) == Self.good)
            #expect(bench.fake.asked.count == 1)
            #expect(bench.said == ["a line of the client is no message of JSON-RPC, and was not sent"])
        }
    }

    @Test("without a handshake a server asks nothing by itself")
    func ownRequests() async throws {
        let request = #"{"jsonrpc":"2.0","id":1,"method":"sampling/createMessage"}"#
        try await BridgeBench.run(answering: { _ in .events("data: \(request)\n\ndata: \(Self.good)\n\n") }) { bench in
            let meta = #""params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}"#
            #expect(await bench.ask(#"{"jsonrpc":"2.0","id":7,"method":"tools/list",\#(meta)}"#) == Self.good)
        }
    }
}
