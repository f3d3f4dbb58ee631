import Foundation
import Testing

@Suite("The example server over stdio")
struct ExampleTests {
    private static let meta =
        #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#

    /// A vault, a notes service and the server between them.
    private struct World {
        let rules: ScriptedVault
        let stub: StubVault
        let server: ExampleProcess
        let tokenFile: String

        static func with(_ body: (World) async throws -> Void) async throws {
            try await withTemporaryDirectory { directory in
                let rules = ScriptedVault()
                let stub = try await StubVault.start(at: directory + "/client.sock") { rules.answer($0) }
                let tokenFile = directory + "/token"
                try "s3cret\n".write(toFile: tokenFile, atomically: true, encoding: .utf8)
                let upstream = try ExampleProcess("example-notes-upstream", ["0", tokenFile])
                // Each is stopped from here on, whatever fails next.
                defer { upstream.stop() }
                let url = try #require(await upstream.nextLine())
                let server = try ExampleProcess(
                    "example-notes-server",
                    ["--upstream", url],
                    environment: ["WARDER_SOCKET": stub.path]
                )
                defer { server.stop() }
                try await body(World(rules: rules, stub: stub, server: server, tokenFile: tokenFile))
                try await stub.stop()
            }
        }

        func ask(_ message: String) async throws -> [String: Any] {
            try server.send(message)
            return try await server.nextMessage()
        }

        /// Calls the tool and gives back the text and whether it is an error.
        func call(_ parameters: String) async throws -> (text: String?, isError: Bool?, type: String?) {
            let answer = try await ask(
                #"{"jsonrpc":"2.0","id":"c","method":"tools/call","params":{\#(parameters)}}"#
            )
            let result = try #require(answer["result"] as? [String: Any])
            let content = (result["content"] as? [[String: Any]])?.first
            return (content?["text"] as? String, result["isError"] as? Bool, result["resultType"] as? String)
        }
    }

    @Test("a client of 2026-07-28 discovers, lists and calls")
    func modern() async throws {
        try await World.with { world in
            let discovered = try await world.ask(
                #"{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{\#(Self.meta)}}"#
            )
            let result = try #require(discovered["result"] as? [String: Any])
            #expect(result["supportedVersions"] as? [String] == ["2026-07-28"])
            #expect(result["resultType"] as? String == "complete")
            #expect(result["cacheScope"] as? String == "public")
            #expect(discovered["id"] as? Int == 1)

            let listed = try await world.ask(
                #"{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{\#(Self.meta)}}"#
            )
            let tools = try #require((listed["result"] as? [String: Any])?["tools"] as? [[String: Any]])
            #expect(tools.first?["name"] as? String == "create_note")

            let called = try await world.call(
                #""name":"create_note","arguments":{"text":"hello"},\#(Self.meta)"#
            )
            #expect(called == ("The note is stored.", false, "complete"))
            let token = try #require(world.stub.requests.first)
            #expect(token.body == #"{"tool":"notes/create_note","arguments":{"text":"hello"}}"#)
            #expect(world.stub.requests.contains { $0.body.hasPrefix(#"{"outcome":"ok""#) })
        }
    }

    @Test("a client of the handshake era initializes, lists and calls")
    func legacy() async throws {
        try await World.with { world in
            let initialized = try await world.ask(
                #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"#
            )
            let result = try #require(initialized["result"] as? [String: Any])
            #expect(result["protocolVersion"] as? String == "2025-06-18")
            try world.server.send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
            let pong = try await world.ask(#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#)
            #expect((pong["result"] as? [String: Any])?.isEmpty == true)
            let called = try await world.call(#""name":"create_note","arguments":{"text":"hello"}"#)
            #expect(called == ("The note is stored.", false, nil))
        }
    }

    @Test("a rotated key is used by the next call, without a restart")
    func rotation() async throws {
        try await World.with { world in
            let parameters = #""name":"create_note","arguments":{"text":"hello"}"#
            #expect(try await world.call(parameters).isError == false)
            try "new\n".write(toFile: world.tokenFile, atomically: true, encoding: .utf8)
            #expect(
                try await world.call(parameters)
                    == ("The notes service did not accept the credential that the vault gave.", true, nil)
            )
            world.rules.change {
                $0.value = "new"
                $0.version = 8
            }
            #expect(try await world.call(parameters).isError == false)
        }
    }

    @Test("refused and unreachable are told apart, and neither ends the server")
    func failures() async throws {
        try await World.with { world in
            let parameters = #""name":"create_note","arguments":{"text":"hello"}"#
            world.rules.change { $0.overrides["POST /v1/tokens"] = .error(403, "denied") }
            let refused = try await world.call(parameters)
            #expect(refused.text?.contains("(refused)") == true)
            world.rules.change { $0.overrides["POST /v1/tokens"] = .close }
            let unreachable = try await world.call(parameters)
            #expect(unreachable.text?.contains("(unreachable)") == true)
            world.rules.change { $0.overrides = [:] }
            #expect(try await world.call(parameters).isError == false)
        }
    }

    @Test(
        "messages that break the rules get the errors of JSON-RPC and MCP",
        arguments: [
            ("{", -32700), ("[]", -32600), (#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600),
            (#"{"jsonrpc":"2.0","id":1,"method":"resources/list"}"#, -32601),
            (#"{"jsonrpc":"2.0","id":1,"method":"server/discover"}"#, -32602),
            (#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"other"}}"#, -32602),
            (#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{\#(meta)}}"#, -32601),
            (#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{\#(meta)}}"#, -32601),
            (
                #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#,
                -32602
            ),
            (
                #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2099-01-01"}}}"#,
                -32022
            ),
        ]
    )
    func errors(_ message: String, _ code: Int) async throws {
        try await World.with { world in
            let answer = try await world.ask(message)
            #expect((answer["error"] as? [String: Any])?["code"] as? Int == code)
        }
    }

    @Test("calls run side by side, and every one is answered")
    func concurrency() async throws {
        try await World.with { world in
            for id in 0..<100 {
                try world.server.send(
                    #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"create_note","arguments":{"text":"n"}}}"#
                )
            }
            var answered: Set<Int> = []
            for _ in 0..<100 { answered.insert(try #require(try await world.server.nextMessage()["id"] as? Int)) }
            #expect(answered.count == 100)
        }
    }

    @Test("the end of the input ends the server, after its answers")
    func endOfInput() async throws {
        try await World.with { world in
            try world.server.send(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)
            try world.server.closeInput()
            #expect(await world.server.nextLine() != nil)
            #expect(await world.server.nextLine() == nil)
            #expect(await world.server.exitStatus() == 0)
        }
    }

    @Test("a line beyond the limit ends the server instead of filling its memory")
    func longLine() async throws {
        try await World.with { world in
            try? world.server.send(String(repeating: " ", count: 4 << 20))
            #expect(await world.server.nextLine() == nil)
            #expect(await world.server.exitStatus() != 0)
        }
    }
}
