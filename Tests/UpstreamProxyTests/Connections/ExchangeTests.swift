import Foundation
import Locking
import NIOHTTP1
import Testing
import UpstreamAddresses
import WarderModel

@testable import UpstreamProxy

@Suite("Exchanges with an upstream")
struct ExchangeTests {
    @Test("a request with the placeholder leaves with the credential, and the server gets the answer")
    func plain() async throws {
        try await ProxyBench.run { bench in
            let answer = try await #require(
                bench.client().ask(bench.request("GET /api/x?a=1&b=%20 HTTP/1.1", "X-Own: 1"))
            )
            #expect(answer.status == 200 && answer.body == "ok")
            let asked = try #require(bench.fake.asked.first)
            #expect(asked.head.uri == "/api/x?a=1&b=%20")
            #expect(asked.head.headers["authorization"] == ["Bearer real-s3cr3t-value"])
            #expect(asked.head.headers["host"] == ["127.0.0.1:\(bench.fake.port)"])
            #expect(asked.head.headers["accept-encoding"] == ["identity"])
            #expect(asked.head.headers["x-own"] == ["1"])
            #expect(!asked.head.headers.description.contains(bench.placeholder))
            // It comes after the answer that it tells of.
            while bench.vault.reports.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            let report = try #require(bench.vault.reports.first)
            #expect(report.method == "GET" && report.status == 200 && report.host == "127.0.0.1:\(bench.fake.port)")
        }
    }

    @Test("the placeholder is replaced wherever it may stand")
    func places() async throws {
        let places = ["authorization", "basic", "header:PRIVATE-TOKEN", "query:api_key"]
        try await ProxyBench.run(places: places) { bench in
            let client = try bench.client()
            func ask(_ field: String, _ line: String = "GET / HTTP/1.1") async throws -> FakeUpstream.Asked {
                let answer = await client.ask(bench.request(line, credential: field))
                #expect(answer?.status == 200, "\(field)")
                return try #require(bench.fake.asked.last)
            }
            func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
            let token = try await ask("Authorization: ApiKey \(bench.placeholder)")
            #expect(token.head.headers["authorization"] == ["ApiKey \(bench.vault.value)"])
            let password = try await ask("Authorization: Basic \(base64("me@x.org:\(bench.placeholder)"))")
            #expect(password.head.headers["authorization"] == ["Basic \(base64("me@x.org:\(bench.vault.value)"))"])
            let user = try await ask("Authorization: basic \(base64("\(bench.placeholder):"))")
            #expect(user.head.headers["authorization"] == ["Basic \(base64("\(bench.vault.value):"))"])
            let field = try await ask("private-token: \(bench.placeholder)")
            #expect(field.head.headers["private-token"] == [bench.vault.value])
            bench.vault.set { $0.value = "with spaces&=é%" }
            let query = try await ask("", "GET /x?a=b&api_key=\(bench.placeholder)&c HTTP/1.1")
            #expect(query.head.uri == "/x?a=b&api_key=with%20spaces%26%3D%C3%A9%25&c")
        }
    }

    @Test("a credential is resolved for each request, for the calls in flight at that moment")
    func perRequest() async throws {
        try await ProxyBench.run { bench in
            let client = try bench.client()
            var direction = ClientDirection(bench.calls)
            func call(_ id: Int, _ tool: String) {
                _ = direction.next(
                    Array("{\"id\":\(id),\"method\":\"tools/call\",\"params\":{\"name\":\"\(tool)\"}}\n".utf8)[...]
                )
            }
            bench.vault.set { $0.denied = ["@launch", "evil"] }
            #expect(await client.ask(bench.request())?.field("warder-refusal") == "credential_denied")
            call(1, "good")
            #expect(await client.ask(bench.request())?.status == 200)
            bench.vault.set {
                $0.value = "another-value"; $0.version = 2
            }
            #expect(await client.ask(bench.request())?.status == 200)
            #expect(bench.fake.asked.last?.head.headers["authorization"] == ["Bearer another-value"])
            call(2, "evil")
            #expect(await client.ask(bench.request())?.field("warder-refusal") == "credential_denied")
            call(3, "@launch")
            #expect(bench.fake.asked.count == 2)
            let resolved = bench.vault.state.withLock { $0.resolved.map { $0.map { $0.tool?.text } } }
            #expect(resolved == [["@launch"], ["good"], ["good"], ["good", "evil"]])
        }
    }

    @Test(
        "a call that may be over has no credential, and that is told apart from one that the vault refuses",
        arguments: [
            #"starting up {"level":"info"}"#, #"{"level":"info","message":"ready"}"#,
            #"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"?"}}"#,
            #"{"jsonrpc":"2.0","id":0,"result":{}}"#,
        ]
    )
    func inDoubt(line: String) async throws {
        try await ProxyBench.run { bench in
            let client = try bench.client()
            var (fromClient, fromServer) = (ClientDirection(bench.calls), ServerDirection(bench.calls))
            func call(_ id: Int) {
                _ = fromClient.next(
                    Array("{\"id\":\(id),\"method\":\"tools/call\",\"params\":{\"name\":\"good\"}}\n".utf8)[...]
                )
            }
            func say(_ line: String) { _ = fromServer.next(Array((line + "\n").utf8)[...]) }
            // The last of the lines answers a second time.
            call(0)
            say(#"{"jsonrpc":"2.0","id":0,"result":{}}"#)
            call(1)
            #expect(await client.ask(bench.request())?.status == 200)
            say(line)
            let answer = await client.ask(bench.request())
            #expect(answer?.status == 403 && answer?.field("warder-refusal") == "call_in_doubt")
            #expect(bench.vault.state.withLock { $0.resolved.count } == 1, "there is nothing to ask the vault")
            #expect(bench.fake.asked.count == 1)
            #expect(bench.refusals.requests.withLock { $0 } == [.inDoubt])
            // A call that is answered for certain is over, and the next one has what is granted.
            say(#"{"jsonrpc":"2.0","id":1,"result":{}}"#)
            call(2)
            #expect(await client.ask(bench.request())?.status == 200)
        }
    }

    @Test("a vault that is away is told apart from one that refuses")
    func faults() async throws {
        try await ProxyBench.run { bench in
            bench.vault.set { $0.fault = .unavailable }
            let answer = try await bench.client().ask(bench.request())
            #expect(answer?.status == 503 && answer?.field("warder-refusal") == "vault_unavailable")
            bench.vault.set { $0.fault = .unapproved }
            let waiting = try await bench.client().ask(bench.request())
            #expect(waiting?.status == 403 && waiting?.field("warder-refusal") == "approval_required")
            #expect(waiting?.body.contains("make it again, with the same arguments") == true)
            bench.vault.set {
                $0.fault = nil; $0.value = "line\r\nX-Injected: 1"
            }
            let injected = try await bench.client().ask(bench.request())
            #expect(injected?.field("warder-refusal") == "credential_unusable")
            bench.vault.set { $0.value = "short" }
            #expect(try await bench.client().ask(bench.request())?.field("warder-refusal") == "credential_unusable")
            #expect(bench.fake.asked.isEmpty)
        }
    }

    @Test("one connection to the upstream serves the requests of one connection, and bodies of both kinds arrive whole")
    func keepAlive() async throws {
        try await ProxyBench.run(answering: { .init(pieces: ["\($0.body.count)"], hasLength: $0.body.count % 2 == 0) })
        { bench in
            let client = try bench.client()
            for count in [0, 1, 1_000, 300_001] {
                let body = String(repeating: "b", count: count)
                let request = bench.request("POST / HTTP/1.1", "Content-Length: \(count)", body: body)
                #expect(await client.ask(request)?.body == "\(count)")
                let chunks = "5\r\nhello\r\n3\r\nyou\r\n0\r\nX-Trailer: a\r\n\r\n"
                let chunked = bench.request("POST / HTTP/1.1", "Transfer-Encoding: chunked", body: chunks)
                #expect(await client.ask(chunked)?.body == "8")
            }
            #expect(bench.fake.connections == 1)
        }
    }

    @Test("requests that are sent before the answers come are answered in order")
    func pipelining() async throws {
        try await ProxyBench.run(answering: { .init(pieces: [$0.head.uri]) }) { bench in
            let client = try bench.client()
            await client.send((0..<20).map { bench.request("GET /\($0) HTTP/1.1") }.joined())
            for index in 0..<20 { #expect(await client.answer()?.body == "/\(index)") }
        }
    }

    @Test("methods and statuses without a body leave the connection as it was")
    func noBodies() async throws {
        try await ProxyBench.run(answering: {
            switch $0.head.uri {
            case "/none": .init(status: .noContent, pieces: [], hasLength: false)
            case "/same": .init(status: .notModified, headers: [("ETag", "\"a\"")], pieces: [], hasLength: false)
            default: .init(pieces: ["body"])
            }
        }) { bench in
            let client = try bench.client()
            #expect(await client.ask(bench.request("GET /none HTTP/1.1"))?.status == 204)
            #expect(await client.ask(bench.request("GET /same HTTP/1.1"))?.status == 304)
            #expect(await client.ask(bench.request("HEAD / HTTP/1.1"))?.field("content-length") == "4")
            #expect(await client.ask(bench.request())?.body == "body")
            #expect(await client.ask(bench.request("GET / HTTP/1.0"))?.body == "body")
            #expect(await client.isAtEnd())
        }
    }

    @Test("a server that waits to be told gets told")
    func expectation() async throws {
        try await ProxyBench.run(answering: { .init(pieces: ["\($0.body.count)"]) }) { bench in
            let client = try bench.client()
            await client.send(bench.request("POST / HTTP/1.1", "Content-Length: 3", "Expect: 100-continue"))
            #expect(await client.answer()?.status == 100)
            #expect(await client.ask("abc")?.body == "3")
            #expect(bench.fake.asked.first?.head.headers["expect"].isEmpty == true)
        }
    }

    @Test("after a rotation a request without a body that is refused upstream is sent once more, and no other is")
    func rotation() async throws {
        try await ProxyBench.run(answering: {
            $0.head.headers["authorization"] == ["Bearer new-value-of-it"] ? .init() : .init(status: .unauthorized)
        }) { bench in
            let client = try bench.client()
            // The same version still: the answer is the upstream's.
            #expect(await client.ask(bench.request())?.status == 401)
            #expect(bench.fake.asked.count == 1)
            bench.vault.set { $0.newer = "new-value-of-it" }
            #expect(await client.ask(bench.request())?.status == 200)
            #expect(bench.fake.asked.count == 3)
            bench.vault.set { ($0.value, $0.newer) = ("old-value-of-it", "new-value-of-it") }
            #expect(await client.ask(bench.request("POST / HTTP/1.1", "Content-Length: 1", body: "x"))?.status == 401)
            #expect(bench.fake.asked.count == 4)
            try await soon { bench.vault.reports.count == 4 }
            #expect(bench.vault.reports.map(\.status) == [401, 401, 200, 401])
            let (resolved, finished) = bench.vault.state.withLock { ($0.resolved.count, $0.finished) }
            #expect(resolved == 3 && finished == 3, "one permission for each request, however often it is sent")
        }
    }

    @Test("a request over a link that the upstream has closed meanwhile is sent once more with what it was given")
    func staleLink() async throws {
        let count = Locked(0)
        try await ProxyBench.run(answering: { _ in
            let number = count.withLock {
                $0 += 1
                return $0
            }
            return .init(hangsUp: number == 2 || number > 3)
        }) { bench in
            let client = try bench.client()
            #expect(await client.ask(bench.request())?.status == 200)
            #expect(await client.ask(bench.request())?.status == 200)
            try await soon { bench.vault.reports.count == 3 }
            #expect(bench.vault.reports.map(\.status) == [200, nil, 200], "each attempt is told of")
            let (resolved, finished) = bench.vault.state.withLock { ($0.resolved.count, $0.finished) }
            #expect(resolved == 2 && finished == 2, "a second yes would be used up")
            // Once more, and not twice.
            #expect(await client.ask(bench.request())?.field("warder-refusal") == "upstream_unreachable")
            try await soon { bench.vault.reports.count == 5 }
            #expect(bench.fake.asked.count == 5 && bench.vault.state.withLock { $0.finished } == 3)
        }
    }

    @Test("what was allowed for a call that is over is not sent once more")
    func staleCall() async throws {
        let calls = CallsInFlight()
        let count = Locked(0)
        try await ProxyBench.run(
            calls: calls,
            answering: { _ in
                let number = count.withLock {
                    $0 += 1
                    return $0
                }
                // While the upstream has the second request, the call that it belongs to is answered.
                if number == 2 {
                    var server = ServerDirection(calls)
                    _ = server.next(Array("{\"id\":1,\"result\":{}}\n".utf8)[...])
                }
                return .init(hangsUp: number == 2)
            }
        ) { bench in
            var direction = ClientDirection(calls)
            let line = #"{"id":1,"method":"tools/call","params":{"name":"one"}}"#
            _ = direction.next(Array((line + "\n").utf8)[...])
            let client = try bench.client()
            #expect(await client.ask(bench.request())?.status == 200)
            #expect(await client.ask(bench.request())?.field("warder-refusal") == "upstream_unreachable")
            #expect(bench.fake.asked.count == 2)
            try await soon { bench.vault.state.withLock { $0.finished } == 2 }
        }
    }

    private func soon(_ condition: @Sendable () -> Bool) async throws {
        for _ in 0..<6_000 where !condition() { try await Task.sleep(for: .milliseconds(10)) }
        #expect(condition())
    }

    private func withProxy(
        to fake: FakeUpstream,
        from source: any CredentialSource,
        _ body: @escaping @Sendable (LoopbackProxy) async throws -> Void
    ) async throws {
        let upstream = ProxiedUpstream(
            name: "x",
            origin: try UpstreamOrigin("http://127.0.0.1:\(fake.port)"),
            secret: try SecretName("a/b")
        )
        let proxy = try await LoopbackProxy(
            upstream,
            calls: CallsInFlight(),
            credentials: source,
            known: KnownCredentials(),
            observer: Refusals(),
            isOwn: { _ in (true, 0) }
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await proxy.run() }
            defer { group.cancelAll() }
            try await body(proxy)
        }
    }

    @Test("an upstream that breaks off is seen to, and one that is not there is an answer")
    func broken() async throws {
        try await ProxyBench.run(answering: {
            .init(pieces: ["half"], hasLength: $0.head.uri == "/length", breaksOff: true)
        }) { bench in
            for path in ["/length", "/chunked"] {
                let client = try bench.client()
                #expect(await client.ask(bench.request("GET \(path) HTTP/1.1")) == nil, "\(path)")
            }
        }
    }

    @Test("an upstream that is not there is an answer")
    func absent() async throws {
        let gone = try await FakeUpstream { _ in .init() }
        await withDiscardingTaskGroup { group in
            group.addTask { await gone.run() }
            group.cancelAll()
        }
        try await withProxy(to: gone, from: FakeVault()) { proxy in
            let client = try RawClient(port: proxy.port)
            let fields = "Host: 127.0.0.1:\(proxy.port)\r\nAuthorization: Bearer \(proxy.upstream.placeholder.text)\r\n"
            for _ in 0..<2 {
                let answer = await client.ask("GET / HTTP/1.1\r\n\(fields)\r\n")
                #expect(answer?.status == 502 && answer?.field("warder-refusal") == "upstream_unreachable")
            }
        }
    }

    @Test("a large body streams, and what a slow reader does not take is not piled up")
    func streaming() async throws {
        let piece = String(repeating: "0123456789abcdef", count: 4_096)
        let many = FakeUpstream.Answer(pieces: Array(repeating: piece, count: 1_536), hasLength: false)
        try await ProxyBench.run(answering: { _ in many }) { bench in
            let client = try bench.client()
            await client.send(bench.request())
            // Until nothing moves any more: the kernel's buffers are full, and the proxy's have a limit.
            var last = -1
            while bench.fake.written != last || last == 0 {
                last = bench.fake.written
                try await Task.sleep(for: .milliseconds(300))
            }
            #expect(last < 48 << 20, "\(last)")
            #expect(await client.answer()?.body.utf8.count == 1_536 * 65_536)
        }
    }
}
