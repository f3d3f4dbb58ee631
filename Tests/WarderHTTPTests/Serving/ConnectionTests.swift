import Glibc
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderHTTP

/// What happens on the wire, byte by byte, on a real server.
@Suite struct ConnectionTests {
    @Test("a connection stays, and takes one request after the other")
    func keepAlive() async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            let client = try server.connect(.client)
            var ids: Set<String> = []
            for _ in 0..<50 {
                let answer = try client.ask("POST", "/v1/resolve", body: Self.resolve)
                #expect(answer.status == 200 && answer["connection"] == nil)
            }
            for _ in 0..<3 {
                let refused = try client.ask(
                    "POST",
                    "/v1/resolve",
                    body: #"{"tool":"notes/search","secret":"no/such"}"#
                )
                ids.insert(try Node(json: refused.body)["error"]?["request_id"]?.text ?? "")
            }
            #expect(ids.count == 3)
        }
    }

    /// Bytes, the status of the answer, and whether the connection ends.
    static let malformed: [(what: String, text: String, status: Int)] = [
        ("HTTP/1.0", "GET /v1/health HTTP/1.0\r\nHost: a\r\n\r\n", 400),
        ("no Host", "GET /v1/health HTTP/1.1\r\n\r\n", 400),
        ("two Hosts", "GET /v1/health HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        ("not HTTP", "hello\r\n\r\n", 400),
        ("obsolete folding", "GET /v1/health HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", 400),
        ("a space before the colon", "GET /v1/health HTTP/1.1\r\nHost : a\r\n\r\n", 400),
        ("a NUL in a field", "GET /v1/health HTTP/1.1\r\nHost: a\u{0}b\r\n\r\n", 400),
        (
            "both lengths",
            "POST /v1/tokens HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n", 400
        ),
        ("two lengths", "POST /v1/tokens HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n", 400),
        ("chunks", "POST /v1/tokens HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        ("an origin", "GET /v1/health HTTP/1.1\r\nHost: a\r\nOrigin: null\r\n\r\n", 400),
        ("an upgrade", "GET /v1/health HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n", 400),
        ("a second spelling", "GET /v1//health HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("an absolute target", "GET http://a/v1/health HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (
            "compression", "POST /v1/tokens HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n",
            415
        ),
        (
            "another media type",
            "POST /v1/tokens HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n", 415
        ),
        ("no media type", "POST /v1/tokens HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n", 415),
        (
            "a large body",
            "POST /v1/tokens HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 65537\r\n\r\n",
            413
        ),
        (
            "a body that is not read",
            "GET /v1/health HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n", 413
        ),
        (
            "a large field", "GET /v1/health HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 9000))\r\n\r\n",
            431
        ),
        (
            "a large header",
            "GET /v1/health HTTP/1.1\r\nHost: a\r\n"
                + (0..<5).map { "X\($0): \(String(repeating: "x", count: 4000))\r\n" }.joined() + "\r\n", 431
        ),
        (
            "many fields",
            "GET /v1/health HTTP/1.1\r\nHost: a\r\n" + (0..<80).map { "X\($0): x\r\n" }.joined() + "\r\n", 431
        ),
        ("a body for no route", "POST /v1/nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", 404),
    ]

    @Test("a request that is not understood is answered once, and its connection ends", arguments: malformed.indices)
    func notUnderstood(_ index: Int) async throws {
        let (what, text, status) = Self.malformed[index]
        try await TestServer.with { server in
            try await server.mustBeNotes()
            let client = try server.connect(.client)
            // A second request right behind it must not be answered.
            try client.send(text + RawClient.request("GET", "/v1/health"))
            let answer = try client.receive()
            #expect(answer.status == status, "\(what)")
            #expect(answer["connection"] == "close", "\(what)")
            #expect(try client.isAtEnd(), "\(what)")
            #expect(try server.connect(.client).ask("GET", "/v1/health").status == 200, "the others go on")
        }
    }

    @Test("a request that is understood and refused leaves its connection as it is")
    func refused() async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            let client = try server.connect(.client)
            for (method, target, status) in [
                ("GET", "/v1/nothing", 404), ("PUT", "/v1/health", 405), ("GET", "/v1/health?x=1", 400),
                ("GET", "/v1/secrets/notes/api", 401), ("GET", "/v1/health", 200),
            ] {
                let answer = try client.ask(method, target)
                #expect(answer.status == status && answer["connection"] == nil)
                #expect(answer["allow"] == (status == 405 ? "GET" : nil))
            }
        }
    }

    @Test("who sends a second request before the first is answered is hung up on")
    func pipelining() async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            await server.kit.holdWriter()
            let client = try server.connect(.client)
            let request = RawClient.request("POST", "/v1/resolve", body: Self.resolve)
            try client.send(request + request)
            #expect(try client.isAtEnd())
            server.kit.letGo()
        }
    }

    @Test("who asks whether to send a body is told to")
    func expectContinue() async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            let client = try server.connect(.client)
            try client.send(
                "POST /v1/resolve HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
                    + "Content-Length: \(Self.resolve.utf8.count)\r\n\r\n"
            )
            #expect(try client.receive().status == 100)
            try client.send(Self.resolve)
            #expect(try client.receive().status == 200)
            let large = try server.connect(.client)
            try large.send(
                "POST /v1/resolve HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
                    + "Content-Length: 1000000\r\n\r\n"
            )
            #expect(try large.receive().status == 413)
        }
    }

    @Test("bytes that are no text travel as base64, text as it is, in both directions")
    func values() async throws {
        try await TestServer.with(try await TestVault(profile: .singleUser, uid: geteuid())) { server in
            try await server.mustBeNotes()
            let client = try server.connect(.operator)
            let stored = try client.ask(
                "PUT",
                "/v1/secrets/notes/api",
                body: #"{"fields":{"value":"l\u00edne\n\"2\""},"fields_base64":{"raw":"AP/+"}}"#
            )
            #expect(stored.status == 200)
            func reveal(_ field: String) throws -> Node {
                let proof = try client.ask("POST", "/v1/presence", body: #"{"passphrase":"\#(TestVault.passphrase)"}"#)
                let text = try #require(try Node(json: proof.body)["proof"]?.text)
                return try Node(
                    json: client.ask(
                        "POST",
                        "/v1/reveal/notes/api",
                        ["Warder-Presence": text],
                        body: #"{"field":"\#(field)"}"#
                    ).body
                )
            }
            #expect(try reveal("value")["value"]?.text == "l\u{ed}ne\n\"2\"")
            #expect(try reveal("value")["value_base64"] == nil)
            #expect(try reveal("raw")["value_base64"]?.text == "AP/+")
            #expect(try reveal("raw")["value"] == nil)
        }
    }

    @Test("a value of a mebibyte goes in and comes out")
    func largeValue() async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            let value = String(repeating: "0123456789abcdef", count: 65_536)
            let put = try server.connect(.operator).ask(
                "PUT",
                "/v1/secrets/notes/api",
                body: #"{"fields":{"value":"\#(value)"}}"#
            )
            #expect(put.status == 200)
            let answer = try server.connect(.client).ask("POST", "/v1/resolve", body: Self.resolve)
            #expect(try Node(json: answer.body)["value"]?.text == value)
            let more = try server.connect(.operator).ask(
                "PUT",
                "/v1/secrets/notes/api",
                body: #"{"fields":{"value":"\#(value)x"}}"#
            )
            #expect(more.status == 400)
        }
    }

    @Test("the trace of a call is in its event")
    func trace() async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            let id = "4bf92f3577b34da6a3ce929d0e0e4736"
            _ = try server.connect(.client).ask(
                "POST",
                "/v1/resolve",
                ["traceparent": "00-\(id)-00f067aa0ba902b7-01"],
                body: Self.resolve
            )
            #expect(try server.kit.lastEvent().traceID == id)
        }
    }

    @Test("a token that was given to this process opens what it is for, on any of its connections")
    func token() async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            let issued = try Node(
                json: server.connect(.client).ask("POST", "/v1/tokens", body: #"{"tool":"search"}"#).body
            )
            let token = try #require(issued["token"]?.text)
            let answer = try server.connect(.client).ask(
                "GET",
                "/v1/secrets/notes/api?field=value",
                ["Authorization": "Bearer \(token)"]
            )
            #expect(answer["etag"] == "\"v1\"")
            #expect(try Node(json: answer.body)["value"]?.text == "s3cr3t")
            let without = try server.connect(.client).ask("GET", "/v1/secrets/notes/api")
            #expect(without.status == 401)
        }
    }

    // MARK: Shares

    @Test("strangers have few connections, and the vault goes on for who is known")
    func strangersConnections() async throws {
        var limits = ServerLimits.unhurried
        limits.unknownConnections = 2
        try await TestServer.with(limits: limits) { server in
            let first = try (0..<2).map { _ in try server.connect(.client) }
            for client in first { #expect(try client.ask("GET", "/v1/whoami").status == 200) }
            #expect(try server.connect(.client).isAtEnd())
            #expect(server.turnedAway().contains { $0.kind == .limited && $0.uid == geteuid() })
            try await server.mustBeNotes()
            #expect(try server.connect(.client).ask("GET", "/v1/health").status == 200)
        }
    }

    @Test("strangers have few requests together, and one too many ends its connection")
    func strangersRequests() async throws {
        try await TestServer.with { server in
            var answers: [RawClient.Answer] = []
            for _ in 0..<60 { answers.append(try server.connect(.client).ask("GET", "/v1/health")) }
            let refused = answers.prefix(40).count { $0.status == 403 }
            #expect(refused == 40)
            let limited = answers.filter { $0.status == 429 }
            #expect(!limited.isEmpty)
            for answer in limited { #expect(answer["connection"] == "close" && answer["retry-after"] == "1") }
            let counts = server.turnedAway()
            #expect(counts.allSatisfy { $0.uid == geteuid() })
            #expect(counts.reduce(0) { $0 + $1.requests } >= 60)
            #expect(server.kit.vault.sequence == 1, "they are counted, and no event is written for each")
            #expect(try server.connect(.operator).ask("GET", "/v1/sys/status").status == 200)
            try await server.mustBeNotes()
            #expect(try server.connect(.client).ask("GET", "/v1/health").status == 200)
        }
    }

    @Test("the connections of servers and those of operators are counted apart")
    func connections() async throws {
        var limits = ServerLimits.unhurried
        limits.connectionsPerUser = 2
        limits.operatorConnections = 2
        try await TestServer.with(limits: limits) { server in
            try await server.mustBeNotes()
            let open = try [Caller.Door.client, .client, .operator, .operator].map { try server.connect($0) }
            for client in open[..<2] { #expect(try client.ask("GET", "/v1/health").status == 200) }
            for client in open[2...] { #expect(try client.ask("GET", "/v1/sys/status").status == 200) }
            for client in open { #expect(try !client.hasEnded()) }
        }
    }

    @Test("who asks too often is told to wait, before anything of the request is looked at")
    func rate() async throws {
        var limits = ServerLimits.unhurried
        limits.requestsPerSecond = 1
        limits.burst = 3
        try await TestServer.with(limits: limits) { server in
            try await server.mustBeNotes()
            let events = server.kit.vault.sequence
            var statuses: [Int] = []
            for _ in 0..<8 {
                let answer = try server.connect(.client).ask("GET", "/v1/health")
                statuses.append(answer.status)
                if answer.status == 429 { #expect(answer["retry-after"] == "1") }
            }
            #expect(statuses.prefix(3) == [200, 200, 200])
            #expect(statuses.contains(429))
            #expect(server.kit.vault.sequence == events)
            #expect(try server.connect(.operator).ask("GET", "/v1/sys/status").status == 200)
        }
    }

    // MARK: Patience

    @Test("a peer that says nothing, and one that does not end its header, are hung up on")
    func silence() async throws {
        var limits = ServerLimits.unhurried
        limits.firstByteSeconds = 0
        try await TestServer.with(limits: limits) { server in
            let isAtEnd = try server.connect(.operator).isAtEnd()
            #expect(isAtEnd)
        }
        limits = .unhurried
        limits.headerSeconds = 0
        try await TestServer.with(limits: limits) { server in
            let slow = try server.connect(.operator)
            try slow.send("GET /v1/sys/status HTTP/1.1\r\n")
            #expect(try slow.isAtEnd())
        }
    }

    @Test("a body that does not come is answered with 408")
    func slowBody() async throws {
        var limits = ServerLimits.unhurried
        limits.bodySeconds = 0
        try await TestServer.with(limits: limits) { server in
            let client = try server.connect(.operator)
            try client.send(
                "POST /v1/presence HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{\"pass"
            )
            #expect(try client.receive().status == 408)
            #expect(try client.isAtEnd())
        }
    }

    @Test("a connection takes so many requests, and says which is the last")
    func lastRequest() async throws {
        var limits = ServerLimits.unhurried
        limits.requestsPerConnection = 3
        try await TestServer.with(limits: limits) { server in
            let client = try server.connect(.operator)
            for number in 1...3 {
                let answer = try client.ask("GET", "/v1/sys/status")
                #expect((answer["connection"] == "close") == (number == 3))
            }
            #expect(try client.isAtEnd())
        }
    }

    @Test("refusals are requests too, and a connection may be good for one alone")
    func onlyRequest() async throws {
        var limits = ServerLimits.unhurried
        limits.requestsPerConnection = 1
        try await TestServer.with(limits: limits) { server in
            try await server.mustBeNotes()
            for (method, target, status) in [("GET", "/v1/health", 200), ("GET", "/v1/no", 404)] {
                let client = try server.connect(.client)
                let answer = try client.ask(method, target)
                #expect(answer.status == status && answer["connection"] == "close")
                #expect(try client.isAtEnd())
            }
            let client = try server.connect(.client)
            let answer = try client.ask("POST", "/v1/resolve", body: Self.resolve)
            #expect(try Node(json: answer.body)["value"]?.text == "s3cr3t", "the last answer arrives whole")
            #expect(answer["connection"] == "close")
            #expect(try client.isAtEnd())
        }
    }

    // MARK: Ending

    @Test("a request under way is answered when the server is told to stop, and an idle connection ends")
    func stopping() async throws {
        var limits = ServerLimits.unhurried
        limits.drainSeconds = 600
        try await TestServer.with(limits: limits) { server in
            try await server.mustBeNotes()
            let idle = try server.connect(.client)
            let busy = try server.connect(.client)
            await server.kit.holdWriter()
            try busy.send(RawClient.request("POST", "/v1/resolve", body: Self.resolve))
            // One loop serves all: whoever asks later, and again, is answered only when that request is in.
            for _ in 0..<8 { #expect(try idle.ask("GET", "/v1/health").status == 200) }
            // The idle connection ends when the server has begun to stop, and had to wait for the busy one.
            async let stopped: Void = server.stop()
            while try !idle.hasEnded() { await Task.yield() }
            server.kit.letGo()
            let answer = try busy.receive()
            #expect(answer.status == 200 && answer["connection"] == "close")
            await stopped
        }
    }

    @Test("when the log cannot be written the answer says so and holds nothing")
    func auditUnavailable() async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            server.kit.store.fail(.unavailable(code: 13), times: 1)
            let client = try server.connect(.client)
            let refused = try client.ask("POST", "/v1/resolve", body: Self.resolve)
            #expect(refused.status == 503 && refused["retry-after"] == "1")
            #expect(try Node(json: refused.body)["error"]?["code"]?.text == "audit_unavailable")
            #expect(!refused.text.contains("s3cr3t"))
            #expect(try client.ask("POST", "/v1/resolve", body: Self.resolve).status == 200)
        }
    }

    @Test("whoever hears that the vault is sealed finds it sealed")
    func sealing() async throws {
        try await TestServer.with { server in
            for _ in 0..<5 {
                let answer = try server.connect(.operator).ask("POST", "/v1/sys/seal")
                let status = try Node(json: answer.body)
                #expect(status["state"]?.text == "sealed")
                let health = try server.connect(.client).ask("GET", "/v1/health")
                #expect(try Node(json: health.body)["state"]?.text == "sealed")
                #expect(
                    try server.connect(.operator).ask(
                        "POST",
                        "/v1/sys/unseal",
                        body: #"{"passphrase":"\#(TestVault.passphrase)"}"#
                    ).status == 200
                )
            }
        }
    }

    private static let resolve = #"{"tool":"notes/search","secret":"notes/api"}"#
}
