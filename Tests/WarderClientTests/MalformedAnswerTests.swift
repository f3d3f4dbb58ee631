import Testing

@testable import WarderClient

@Suite("Answers that no vault gives")
struct MalformedAnswerTests {
    private static func http(_ body: String, status: String = "200 OK") -> String {
        "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private static let good = #"{"name":"github/pat","field":"value","version":1,"value":"x"}"#

    private static let brokenAnswers = [
        "text": "ghp_canary\r\n\r\n",
        "another version": "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        "a NUL": "HTTP/1.1 200\u{0}OK\r\n\r\n",
        "two lengths": "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "a negative length": "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "a long field": "HTTP/1.1 200 OK\r\nX: \(String(repeating: "x", count: 20_000))\r\nContent-Length: 0\r\n\r\n",
        "a huge length": "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        "a bad chunk": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    ]

    @Test("bytes that are no HTTP answer end the call and the connection", arguments: brokenAnswers.keys.sorted())
    func notHTTP(_ name: String) async throws {
        try await TestVault.with { vault in
            let bytes = try #require(Self.brokenAnswers[name])
            vault.rules.change { $0.overrides["GET /v1/secrets/"] = .raw(bytes) }
            let error = try await clientError { _ = try await vault.resolve() }
            #expect(error.code == .protocolViolation)
            #expect(!error.isRefusal && !error.isRetryable)
            vault.rules.change { $0.overrides = [:] }
            try await vault.expectValue("s3cret")
        }
    }

    @Test(
        "bodies that do not say what was asked are refused",
        arguments: [
            "", "null", "[]", "{}", "{", #"{"name":"github/pat"}"#, good + "x", good + " {}",
            good.replacing("github/pat", with: "github/other"), good.replacing(#""value","#, with: #""other","#),
            good.replacing(#""version":1"#, with: #""version":0"#),
            good.replacing(#""version":1"#, with: #""version":4294967296"#),
            good.replacing(#""version":1"#, with: #""version":1.0"#), good.replacing(#""x""#, with: "7"),
            good.replacing(#""x""#, with: #""x","value":"y""#),
            good.replacing(#""value":"x""#, with: #""value_base64":"%""#),
            good.replacing(#""value":"x""#, with: #""value_base64":7"#), good.replacing("{", with: "\u{FEFF}{"),
        ]
    )
    func wrongBody(_ body: String) async throws {
        try await TestVault.with { vault in
            vault.rules.change { $0.overrides["GET /v1/secrets/"] = .raw(Self.http(body)) }
            let error = try await clientError { _ = try await vault.resolve() }
            #expect(error.code == .protocolViolation)
        }
    }

    @Test("a success that was not expected is no success", arguments: [200, 204, 206, 304])
    func wrongStatus(_ status: Int) async throws {
        try await TestVault.with { vault in
            vault.rules.change {
                $0.overrides["POST /v1/tokens"] = .json(status, #"{"token":"wdr_t_x","expires_in":300}"#)
            }
            let error = try await clientError { _ = try await vault.resolve() }
            #expect(error.code == .protocolViolation)
            #expect(vault.reads == 0)
        }
    }

    @Test("an answer beyond the limit is given up without reading it to the end")
    func oversize() async throws {
        try await TestVault.with { vault in
            let body = #"{"state":"\#(String(repeating: "x", count: 70_000))"}"#
            let chunk = String(body.utf8.count, radix: 16) + "\r\n" + body + "\r\n"
            let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk
            for answer in [StubAnswer.json(200, body), .raw(chunked)] {
                vault.rules.change { $0.overrides["GET /v1/health"] = answer }
                let error = try await clientError { _ = try await vault.client.health() }
                #expect(error.code == .protocolViolation)
            }
        }
    }

    @Test("a body in chunks is put together")
    func chunked() async throws {
        try await TestVault.with { vault in
            let parts = [#"{"name":"github/pat","field":"#, #""value","version":1,"#, #""value":"chunked"}"#]
            let body = parts.map { String($0.utf8.count, radix: 16) + "\r\n\($0)\r\n" }.joined() + "0\r\n\r\n"
            vault.rules.change {
                $0.overrides["GET /v1/secrets/"] = .raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
            }
            try await vault.expectValue("chunked")
        }
    }

    @Test("a connection that ends in the middle of an answer is an outage")
    func truncated() async throws {
        try await TestVault.with { vault in
            for bytes in ["HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"na", "HTTP/1.1 200 OK\r\nContent-Le"] {
                vault.rules.change { $0.overrides["GET /v1/secrets/"] = .rawThenClose(bytes) }
                let error = try await clientError { _ = try await vault.resolve() }
                #expect(error.code == .unreachable)
            }
        }
    }

    @Test("an answer that nobody asked for is not taken for the next one")
    func unsolicited() async throws {
        try await TestVault.with { vault in
            let stray = Self.http(Self.good.replacing(#""x""#, with: #""stray""#))
            vault.rules.change {
                $0.overrides["GET /v1/secrets/"] = .raw(Self.http(Self.good) + stray)
            }
            try await vault.expectValue("x")
            vault.rules.change { $0.overrides = [:] }
            try await vault.expectValue("s3cret")
        }
    }
}
