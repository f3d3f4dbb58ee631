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

    static let resolve = #"{"tool":"notes/search","secret":"notes/api"}"#
}
