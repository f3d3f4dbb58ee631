import Locking
import NIOHTTP1
import Testing

@testable import UpstreamProxy

@Suite("Attacks on the proxy")
struct AttackTests {
    @Test("bytes that hide a second request reach the upstream as one request or not at all")
    func smuggling() async throws {
        try await ProxyBench.run(answering: { .init(pieces: [$0.head.uri]) }) { bench in
            let hidden = "GET /admin HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
            let bodies = [
                ("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n\(hidden)"),
                ("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n\(hidden)"),
                ("Content-Length: 0\r\nContent-Length: \(hidden.utf8.count)", hidden),
                ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "0\r\n\r\n\(hidden)"),
                ("Transfer-Encoding : chunked", "0\r\n\r\n\(hidden)"),
                ("Transfer-Encoding: \u{0B}chunked", "0\r\n\r\n\(hidden)"),
                ("Transfer-Encoding: chunked", "0;\n\r\n\(hidden)"),
                ("Transfer-Encoding: chunked", "3\nabc\n0\n\n\(hidden)"),
                ("Content-Length: 1\n", "a\(hidden)"),
                ("X: a\rContent-Length: 1", hidden),
                ("X: a\u{0}b", hidden),
                ("Content-Length:\r\n 5", "abcde\(hidden)"),
            ]
            for (field, body) in bodies {
                let client = try bench.client()
                let before = bench.fake.asked.count
                await client.send(bench.request("POST /one HTTP/1.1", field, body: body))
                _ = await client.answer()
                let asked = bench.fake.asked.dropFirst(before)
                // The hidden one has no placeholder, so that it is never carried; and it is no part of the first.
                #expect(asked.allSatisfy { $0.head.uri == "/one" }, "\(field)")
                #expect(asked.count <= 1, "\(field)")
            }
        }
    }

    @Test("forms of requests that name another place are refused, and the upstream sees none of them")
    func otherPlaces() async throws {
        try await ProxyBench.run { bench in
            for line in [
                "GET http://evil.example/ HTTP/1.1", "CONNECT evil.example:443 HTTP/1.1",
                "GET //evil.example/ HTTP/1.1",
                "OPTIONS * HTTP/1.1", "TRACE / HTTP/1.1", "GET /a/../../b HTTP/1.1",
            ] {
                let answer = try await bench.client().ask(bench.request(line))
                #expect((400..<500).contains(answer?.status ?? 0), "\(line)")
            }
            let socket = try await bench.client().ask(
                bench.request("GET / HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket")
            )
            #expect(socket?.field("warder-refusal") == "upgrade_refused")
            let other = "GET / HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer \(bench.placeholder)\r\n\r\n"
            #expect(try await bench.client().ask(other)?.field("warder-refusal") == "host_refused")
            #expect(bench.fake.asked.isEmpty)
            #expect(bench.refusals.requests.withLock { $0.count } >= 5)
        }
    }

    @Test("without the placeholder nothing is carried, and the vault is not even asked")
    func noPlaceholder() async throws {
        try await ProxyBench.run { bench in
            for field in ["", "Authorization: Bearer guess", "Authorization: Basic Og==", "Authorization: Bearer"] {
                let answer = try await bench.client().ask(bench.request(credential: field))
                #expect(answer?.field("warder-refusal") == "placeholder_missing", "\(field)")
            }
            #expect(bench.vault.state.withLock { $0.resolved.isEmpty })
            #expect(bench.fake.asked.isEmpty)
        }
    }

    @Test("a refused request with a long body has its answer, and the body goes nowhere")
    func refusedBody() async throws {
        try await ProxyBench.run { bench in
            let body = String(repeating: "x", count: 500_000)
            for (credential, code) in [("", "placeholder_missing"), (nil, "credential_denied")] as [(String?, String)] {
                bench.vault.set { $0.fault = .denied }
                let request = bench.request(
                    "POST / HTTP/1.1",
                    "Content-Length: 500000",
                    credential: credential,
                    body: body
                )
                let client = try bench.client()
                #expect(await client.ask(request)?.field("warder-refusal") == code)
                #expect(await client.isAtEnd())
            }
            #expect(bench.fake.asked.isEmpty)
        }
    }

    @Test("what is too large or no HTTP at all ends, and others are served on")
    func noise() async throws {
        try await ProxyBench.run { bench in
            for text in [
                "\u{16}\u{3}\u{1}\u{2}", "GET / HTTP/9.9\r\n\r\n", "GET /\r\n\r\n",
                "GET / HTTP/1.1\r\nX: \(String(repeating: "x", count: 200_000))\r\n\r\n",
                "GET /\(String(repeating: "x", count: 200_000)) HTTP/1.1\r\n\r\n", "\r\n\r\n\r\n",
                " GET / HTTP/1.1\r\n\r\n",
            ] {
                let client = try bench.client()
                await client.send(text + "\r\n\r\n")
                if let answer = await client.answer() { #expect((400..<500).contains(answer.status)) }
            }
            #expect(try await bench.client().ask(bench.request())?.status == 200)
            #expect(bench.fake.asked.count == 1)
        }
    }

    @Test(
        "a server that leaves in the middle of its body has made no request, and is reported: the credential has left"
    )
    func half() async throws {
        try await ProxyBench.run { bench in
            do {
                let client = try bench.client()
                await client.send(bench.request("POST / HTTP/1.1", "Content-Length: 10", body: "12345"))
                try await Self.soon { bench.fake.heads.count == 1 }
            }
            do {
                let client = try bench.client()
                await client.send(
                    bench.request("PUT / HTTP/1.1", "Transfer-Encoding: chunked", body: "5\r\nhello\r\n")
                )
                try await Self.soon { bench.fake.heads.count == 2 }
            }
            try await Self.soon { bench.vault.reports.count == 2 }
            #expect(Set(bench.vault.reports.map(\.method)) == ["POST", "PUT"])
            #expect(bench.vault.reports.allSatisfy { $0.status == nil })
            #expect(try await bench.client().ask(bench.request("GET /whole HTTP/1.1"))?.status == 200)
            #expect(bench.fake.asked.map(\.head.uri) == ["/whole"])
        }
    }

    @Test("a server that leaves in the middle of the answer is reported with the answer's status")
    func halfAnswer() async throws {
        let piece = String(repeating: "x", count: 65_536)
        let long = FakeUpstream.Answer(pieces: Array(repeating: piece, count: 1_536), hasLength: false)
        try await ProxyBench.run(answering: { _ in long }) { bench in
            do {
                let client = try bench.client()
                await client.send(bench.request())
                #expect(await client.bytes(100) != nil)
            }
            try await Self.soon { bench.vault.reports.count == 1 }
            #expect(bench.vault.reports.first?.status == 200)
        }
    }

    @Test("every credential is given up, whatever became of the request")
    func finished() async throws {
        try await ProxyBench.run(answering: { _ in .init(status: .unauthorized) }) { bench in
            // Refused upstream, and there is no other version; then a value that cannot be sent.
            #expect(try await bench.client().ask(bench.request())?.status == 401)
            bench.vault.set { $0.value = "short" }
            #expect(try await bench.client().ask(bench.request())?.field("warder-refusal") == "credential_unusable")
            try await Self.soon {
                bench.vault.state.withLock { $0.finished == $0.resolved.count && $0.resolved.count == 2 }
            }
            #expect(bench.vault.reports.count == 1)
        }
    }

    @Test("a body that is held back ends soon after the call that its request was allowed for")
    func heldBack() async throws {
        let calls = CallsInFlight(patience: .milliseconds(200))
        try await ProxyBench.run(calls: calls) { bench in
            var client = ClientDirection(calls)
            var server = ServerDirection(calls)
            let ask = #"{"id":1,"method":"tools/call","params":{"name":"one"}}"#
            _ = client.next(Array((ask + "\n").utf8)[...])
            let held = try bench.client()
            await held.send(bench.request("POST / HTTP/1.1", "Transfer-Encoding: chunked", body: "5\r\nhello\r\n"))
            try await Self.soon { bench.fake.heads.count == 1 }
            try await Task.sleep(for: .seconds(1))
            #expect(bench.vault.reports.isEmpty, "the call is in flight")
            _ = server.next(Array(#"{"id":1,"result":{}}"#.utf8 + [UInt8(ascii: "\n")])[...])
            #expect(await held.isAtEnd())
            try await Self.soon { bench.vault.reports.count == 1 }
            #expect(bench.fake.asked.isEmpty)
        }
    }

    @Test("a request that the log could not name is not carried: methods have letters of one kind, and not too many")
    func methods() async throws {
        try await ProxyBench.run { bench in
            for line in [
                "get / HTTP/1.1", "GET_PARAMETER / HTTP/1.1", "GET_PARAMETER / RTSP/1.0", "X1 / HTTP/1.1",
                "\(String(repeating: "X", count: 33)) / HTTP/1.1",
            ] {
                if let answer = try await bench.client().ask(bench.request(line)) {
                    #expect((400..<500).contains(answer.status), "\(line)")
                }
            }
            #expect(bench.fake.heads.isEmpty)
            let named = bench.request("PROPFIND / HTTP/1.1")
            #expect(try await bench.client().ask(named)?.status == 200)
        }
    }

    private static func soon(_ condition: @Sendable () -> Bool) async throws {
        for _ in 0..<1_000 where !condition() { try await Task.sleep(for: .milliseconds(10)) }
        #expect(condition())
    }
}
