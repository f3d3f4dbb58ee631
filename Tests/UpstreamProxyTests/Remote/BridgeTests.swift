import NIOCore
import NIOHTTP1
import Testing
import UpstreamAddresses

@testable import UpstreamProxy

@Suite("A client of standard input and a server elsewhere")
struct BridgeTests {
    private static let initialize =
        #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{}}}"#
    private static let initialized = #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#
    private static let agreed = #"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18","capabilities":{}}}"#

    private static func call(
        _ id: Int,
        _ name: String = "t",
        _ arguments: String = "{}",
        version: String? = nil
    ) -> String {
        let meta = version.map { #","_meta":{"io.modelcontextprotocol/protocolVersion":"\#($0)"}"# } ?? ""
        return
            #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(name)","arguments":\#(arguments)\#(meta)}}"#
    }

    @Test(
        "with a handshake: the session and the version that came of it are on every request, and the session is ended"
    )
    func handshake() async throws {
        let listening = Gate()
        try await BridgeBench.run(
            answering: { asked in
                switch asked.head.method {
                case .GET:
                    listening.open()
                    return .status(405)
                case .DELETE: return .status(204)
                default:
                    if asked.text.contains("\"initialize\"") {
                        return .json(Self.agreed, [("Mcp-Session-Id", "s-1")])
                    }
                    return asked.id == nil ? .status(202) : asked.answered
                }
            },
            after: { bench in
                let deleted = try #require(bench.fake.asked.first { $0.head.method == .DELETE })
                #expect(deleted.field("mcp-session-id") == "s-1")
            }
        ) { bench in
            #expect(await bench.ask(Self.initialize) == Self.agreed)
            bench.say(Self.initialized)
            #expect(await bench.ask(Self.call(2)) == #"{"jsonrpc":"2.0","id":2,"result":{}}"#)
            await listening.wait()
            let first = try #require(bench.posted("initialize").first)
            #expect(first.field("mcp-session-id") == nil && first.field("mcp-protocol-version") == nil)
            #expect(first.field("accept") == "application/json, text/event-stream")
            #expect(first.field("content-type") == "application/json" && first.head.uri == "/mcp")
            for asked in bench.fake.asked.dropFirst() {
                #expect(asked.field("mcp-session-id") == "s-1" && asked.field("mcp-protocol-version") == "2025-06-18")
                #expect(asked.field("mcp-method") == nil)
            }
        }
    }

    @Test("without a handshake: each request says its version, its method and its subject by headers")
    func modern() async throws {
        let version = "2026-07-28"
        try await BridgeBench.run(answering: { $0.answered }) { bench in
            _ = await bench.ask(Self.call(1, "get_issue", version: version))
            _ = await bench.ask(Self.call(2, "gr\u{fc}n", version: version))
            let meta = #""_meta":{"io.modelcontextprotocol/protocolVersion":"\#(version)"}"#
            _ = await bench.ask(
                #"{"jsonrpc":"2.0","id":"r","method":"resources/read","params":{"uri":"file:///a","#
                    + meta + "}}"
            )
            let asked = bench.fake.asked
            #expect(asked.map { $0.field("mcp-protocol-version") } == [version, version, version])
            #expect(asked.map { $0.field("mcp-method") } == ["tools/call", "tools/call", "resources/read"])
            #expect(asked.map { $0.field("mcp-name") } == ["get_issue", "=?base64?Z3LDvG4=?=", "file:///a"])
            #expect(asked.allSatisfy { $0.field("mcp-session-id") == nil })
        }
    }

    @Test("arguments that a definition wants in headers are there as well")
    func mirrored() async throws {
        let version = "2026-07-28"
        let schema =
            #"{"type":"object","properties":{"repo":{"type":"string","x-mcp-header":"Repo"},"deep":{"properties":{"dry":{"x-mcp-header":"Dry"}}},"other":{}}}"#
        try await BridgeBench.run(
            answering: { asked in
                guard asked.text.contains("tools/list") else { return asked.answered }
                return .json(
                    #"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"push","inputSchema":\#(schema)},{"name":"pull","inputSchema":{}}]}}"#
                )
            }
        ) { bench in
            _ = await bench.ask(
                #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"\#(version)"}}}"#
            )
            _ = await bench.ask(
                Self.call(2, "push", #"{"repo":"a b ","deep":{"dry":true},"other":1}"#, version: version)
            )
            _ = await bench.ask(Self.call(3, "pull", #"{"repo":"a"}"#, version: version))
            let calls = bench.posted("tools/call")
            #expect(calls.first?.field("mcp-param-repo") == "=?base64?YSBiIA==?=")
            #expect(calls.first?.field("mcp-param-dry") == "true" && calls.first?.field("mcp-param-other") == nil)
            #expect(calls.last?.field("mcp-param-repo") == nil)
        }
    }

    @Test("what a stream of events brings comes line by line, in its order")
    func events() async throws {
        try await BridgeBench.run(
            answering: { asked in
                .events(
                    ": hello\n\nevent: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notif",
                    "ications/progress\"}\n\n",
                    "event: other\ndata: {}\n\n",
                    "data: {\"jsonrpc\":\"2.0\",\"id\":9,\ndata:\"method\":\"elicitation/create\"}\r\n\r\n",
                    "data: {\"jsonrpc\":\"2.0\",\"id\":\(asked.id ?? ""),\"result\":{}}\n\n"
                )
            }
        ) { bench in
            #expect(await bench.ask(Self.call(1)) == #"{"jsonrpc":"2.0","method":"notifications/progress"}"#)
            #expect(await bench.hear() == #"{"jsonrpc":"2.0","id":9, "method":"elicitation/create"}"#)
            #expect(await bench.hear() == #"{"jsonrpc":"2.0","id":1,"result":{}}"#)
        }
    }

    @Test("several requests are in flight at once, and a later one may be answered first")
    func sideBySide() async throws {
        let second = Gate()
        try await BridgeBench.run(
            answering: { asked in
                var answer = asked.answered
                if asked.id == "1" {
                    answer.pause = { _ in await second.wait() }
                }
                return answer
            }
        ) { bench in
            bench.say(Self.call(1))
            #expect(await bench.ask(Self.call(2)) == #"{"jsonrpc":"2.0","id":2,"result":{}}"#)
            second.open()
            #expect(await bench.hear() == #"{"jsonrpc":"2.0","id":1,"result":{}}"#)
        }
    }

    @Test("what the server says by itself comes over a stream that is asked for, and asked for again where it ended")
    func ownMessages() async throws {
        try await BridgeBench.run(
            answering: { asked in
                guard asked.head.method == .GET else { return asked.id == nil ? .status(202) : .json(Self.agreed) }
                let last = asked.field("last-event-id") ?? "none"
                return .events(
                    "id: e1\nretry: 100\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"after/\(last)\"}\n\n"
                )
            }
        ) { bench in
            _ = await bench.ask(Self.initialize)
            #expect(await bench.ask(Self.initialized) == #"{"jsonrpc":"2.0","method":"after/none"}"#)
            #expect(await bench.hear() == #"{"jsonrpc":"2.0","method":"after/e1"}"#)
        }
    }

    @Test("a stream that ends before the answer is gone on with, where the server can")
    func resumed() async throws {
        try await BridgeBench.run(
            answering: { asked in
                guard asked.head.method == .GET else { return .events("id: e7\nretry: 100\ndata:\n\n") }
                return .events(
                    #"data: {"jsonrpc":"2.0","id":1,"result":{"after":"\#(asked.field("last-event-id") ?? "")"}}"#
                        + "\n\n"
                )
            }
        ) { bench in
            #expect(await bench.ask(Self.call(1)) == #"{"jsonrpc":"2.0","id":1,"result":{"after":"e7"}}"#)
        }
    }

    @Test("without a handshake taking back a request ends its connection, and is not posted")
    func cancelled() async throws {
        let asked = Gate()
        let over = Gate()
        try await BridgeBench.run(
            answering: { request in
                guard request.id == "1" else { return request.answered }
                var answer = FakeUpstream.Answer.events("data: {}\n\n", "x", "y")
                answer.pause = { number in
                    if number == 1 {
                        asked.open()
                        await over.wait()
                    }
                }
                return answer
            }
        ) { bench in
            bench.say(Self.call(1, version: "2026-07-28"))
            await asked.wait()
            bench.say(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#)
            #expect(await bench.ask(Self.call(2, version: "2026-07-28")) == #"{"jsonrpc":"2.0","id":2,"result":{}}"#)
            over.open()
            #expect(bench.posted("notifications/cancelled").isEmpty)
        }
    }

    @Test("with a handshake taking back a request is a message like any other")
    func cancelledAfterHandshake() async throws {
        try await BridgeBench.run(answering: { $0.id == nil ? .status(202) : $0.answered }) { bench in
            bench.say(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#)
            _ = await bench.ask(Self.call(2))
            while bench.posted("notifications/cancelled").isEmpty { try await Task.sleep(for: .milliseconds(1)) }
            #expect(bench.posted("notifications/cancelled").count == 1)
        }
    }

    @Test(
        "a stream that stays open behind its answer is closed, and the next request is answered",
        .timeLimit(.minutes(3))
    )
    func openStream() async throws {
        let over = Gate()
        try await BridgeBench.run(
            answering: { asked in
                guard asked.id == "1" else { return asked.answered }
                var answer = FakeUpstream.Answer.events(
                    "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n",
                    ": for ever\n\n"
                )
                answer.pause = { number in if number == 1 { await over.wait() } }
                return answer
            }
        ) { bench in
            #expect(await bench.ask(Self.call(1)) == #"{"jsonrpc":"2.0","id":1,"result":{}}"#)
            while bench.fake.closed == 0 { try await Task.sleep(for: .milliseconds(5)) }
            #expect(await bench.ask(Self.call(2)) == #"{"jsonrpc":"2.0","id":2,"result":{}}"#)
            over.open()
        }
    }

    @Test(
        "what is no request leaves in its order, and holds up no request; one that the server does not take is let go of",
        .timeLimit(.minutes(3))
    )
    func inOrder() async throws {
        let over = Gate()
        for (patience, isReleased) in [(TimeAmount.seconds(600), true), (.milliseconds(200), false)] {
            let first = Gate()
            try await BridgeBench.run(
                patience: patience,
                answering: { asked in
                    guard asked.id == nil else { return asked.answered }
                    var answer = FakeUpstream.Answer.status(202)
                    if asked.text.contains("n/1") { answer.pause = { _ in await (isReleased ? first : over).wait() } }
                    return answer
                }
            ) { bench in
                for name in ["n/1", "n/2", "n/3"] { bench.say(#"{"jsonrpc":"2.0","method":"\#(name)"}"#) }
                bench.say(#"{"jsonrpc":"2.0","id":"of-the-server","result":{}}"#)
                #expect(await bench.ask(Self.call(1)) == #"{"jsonrpc":"2.0","id":1,"result":{}}"#)
                if isReleased {
                    #expect(bench.posted("n/2").isEmpty)
                    first.open()
                }
                while !bench.fake.asked.contains(where: { $0.text.contains("of-the-server") }) {
                    try await Task.sleep(for: .milliseconds(5))
                }
                let order = bench.fake.asked.map(\.text).filter { !$0.contains("tools/call") }
                let said = ["n/1", "n/2", "n/3", "of-the-server"]
                #expect(order.count == said.count && zip(order, said).allSatisfy { $0.contains($1) }, "\(order)")
                #expect(bench.said.isEmpty == isReleased)
            }
        }
        over.open()
    }

    @Test(
        "a client that closes its end is left, however much it has said and whatever the server does not answer",
        .timeLimit(.minutes(3)),
        arguments: [false, true]
    )
    func ending(isHandshake: Bool) async throws {
        let (asked, over) = (Gate(), Gate())
        defer { over.open() }
        try await BridgeBench.run(
            isServed: true,
            answering: { request in
                var answer = request.answered
                answer.pause = { _ in
                    asked.open()
                    await over.wait()
                }
                return answer
            },
            after: { bench in
                over.open()
                // Clients wait for two seconds; a starved machine is given more.
                #expect(bench.leaving < .seconds(20), "\(bench.leaving)")
            }
        ) { bench in
            bench.say(isHandshake ? Self.initialize : Self.initialized)
            await asked.wait()
            // More than are read before they are sent.
            for number in 2..<60 { bench.say(Self.call(number)) }
        }
    }

    @Test("what is in flight takes a bounded part of the memory, in either direction", .timeLimit(.minutes(3)))
    func memory() async throws {
        let long = String(repeating: "x", count: 600 << 10)
        let (asked, first, second) = (Gate(), Gate(), Gate())
        try await BridgeBench.run(
            memory: 1 << 20,
            answering: { request in
                var answer = request.answered
                switch request.id {
                case "1":
                    answer.pause = { _ in
                        asked.open()
                        await first.wait()
                    }
                case "4":
                    answer = .events("data: \(long)", "\n\ndata: {\"jsonrpc\":\"2.0\",\"id\":4,\"result\":{}}\n\n")
                    answer.pause = { number in if number == 1 { await second.wait() } }
                case "5": answer = .json(#"{"jsonrpc":"2.0","id":5,"result":{"text":"\#(long)"}}"#)
                default: break
                }
                return answer
            }
        ) { bench in
            bench.say(Self.call(1, "t", #"{"a":"\#(long)"}"#))
            await asked.wait()
            let refused = try #require(await bench.ask(Self.call(2, "t", #"{"a":"\#(long)"}"#)))
            #expect(refused.contains("in flight") && refused.contains(#""id":2"#))
            first.open()
            #expect(await bench.hear() == #"{"jsonrpc":"2.0","id":1,"result":{}}"#)
            #expect(
                await bench.ask(Self.call(3, "t", #"{"a":"\#(long)"}"#)) == #"{"jsonrpc":"2.0","id":3,"result":{}}"#
            )
            // Its request may be let go of a moment after its answer.
            while bench.memory.inUse > 0 { try await Task.sleep(for: .milliseconds(5)) }
            bench.say(Self.call(4))
            while bench.memory.inUse < long.utf8.count { try await Task.sleep(for: .milliseconds(5)) }
            let crowded = try #require(await bench.ask(Self.call(5)))
            #expect(crowded.contains("in flight") && crowded.contains(#""id":5"#))
            second.open()
            #expect(await bench.hear() == #"{"jsonrpc":"2.0","id":4,"result":{}}"#)
            while bench.memory.inUse > 0 { try await Task.sleep(for: .milliseconds(5)) }
            #expect(try #require(await bench.ask(Self.call(5))).contains("result"))
        }
    }

    @Test("variables go where braces name them, and nowhere else")
    func variables() async throws {
        try await BridgeBench.run(
            url: "/s/{PART}/mcp?team=1&key={KEY}",
            user: "ada:{PASSWORD}@",
            headers: ["X-Api-Key: k-{KEY}-k", "X-Team: blue"],
            variables: ["PART": "p4rt-of-a-path", "KEY": "k3y-in-a-query", "PASSWORD": "p%40ss-w0rd"],
            answering: { $0.answered }
        ) { bench in
            _ = await bench.ask(Self.call(1))
            let asked = try #require(bench.fake.asked.first)
            #expect(asked.head.uri == "/s/p4rt-of-a-path/mcp?team=1&key=k3y-in-a-query")
            #expect(asked.field("x-api-key") == "k-k3y-in-a-query-k" && asked.field("x-team") == "blue")
            // ada:p@ss-w0rd
            #expect(asked.field("authorization") == "Basic YWRhOnBAc3MtdzByZA==")
            #expect(asked.field("host") == "127.0.0.1:\(bench.fake.port)")
        }
    }

    @Test("a redirection within the server is followed once, and kept")
    func redirected() async throws {
        try await BridgeBench.run(
            url: "/mcp?a=1",
            answering: { asked in
                guard asked.head.uri == "/mcp/?a=1" else { return .status(307, [("Location", "/mcp/?a=1")]) }
                return asked.answered
            }
        ) { bench in
            #expect(await bench.ask(Self.call(1)) == #"{"jsonrpc":"2.0","id":1,"result":{}}"#)
            #expect(await bench.ask(Self.call(2)) == #"{"jsonrpc":"2.0","id":2,"result":{}}"#)
            #expect(bench.fake.asked.map(\.head.uri) == ["/mcp?a=1", "/mcp/?a=1", "/mcp/?a=1"])
        }
    }

    @Test("a server whose certificate holds is asked; any other hears nothing")
    func certificates() async throws {
        let authority = try TestAuthority()
        let other = try TestAuthority()
        defer {
            authority.remove()
            other.remove()
        }
        let security = try authority.server("DNS:localhost")
        for (trusted, isAsked) in [(authority, true), (other, false)] {
            try await BridgeBench.run(
                host: "localhost",
                security: security,
                authorities: trusted.certificate,
                answering: { $0.answered }
            ) { bench in
                let heard = await bench.ask(Self.call(1))
                #expect(heard?.contains(isAsked ? "result" : "TLS with the server failed") == true, "\(heard ?? "")")
                #expect(bench.fake.asked.count == (isAsked ? 1 : 0))
            }
        }
    }

    @Test("of a certificate that does not hold is told also where the connection was closed before the message left")
    func closedByTLS() async throws {
        let authority = try TestAuthority()
        let other = try TestAuthority()
        defer {
            authority.remove()
            other.remove()
        }
        let fake = try await FakeUpstream(security: try authority.server("DNS:localhost")) { $0.answered }
        let address = try RemoteAddress("https://localhost:\(fake.port)/mcp").filled { _ in nil }
        let server = try RemoteServer(address, headers: [], secrets: [])
        let bridge = try RemoteBridge(server, authorities: other.certificate) { _, _ in }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await fake.run() }
            defer { group.cancelAll() }
            let connection = try await bridge.dialer.connect()
            try await connection.channel.closeFuture.get()
            var fault: RemoteFault?
            try? await connection.executeThenClose { answers, requests in
                var link = RemoteLink(
                    channel: connection.channel,
                    answers: answers.makeAsyncIterator(),
                    requests: requests,
                    share: bridge.memory.share()
                )
                do throws(RemoteFault) { try await bridge.send([.end(nil)], over: &link) } catch { fault = error }
            }
            #expect(fault == .unverified)
        }
    }

    @Test("a value that cannot be kept out of answers is refused as that, and not as a lack of memory")
    func tooEven() throws {
        let zeros = String(repeating: "0", count: 70)
        let address = try RemoteAddress("http://127.0.0.1:1/mcp").filled { _ in nil }
        let server = try RemoteServer(address, headers: [("X-Key", zeros)], secrets: [zeros])
        #expect(throws: RemoteBridge.Unopened.unusable) {
            _ = try RemoteBridge(server, authorities: nil) { _, _ in }
        }
    }
}
