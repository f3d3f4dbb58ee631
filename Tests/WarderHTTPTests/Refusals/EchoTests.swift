import Glibc
import Testing
import WarderCore
import WarderTesting

@testable import WarderHTTP

/// What was sent is never quoted, wherever it was put.
@Suite struct EchoTests {
    private static let canary = "canary9f1c"

    /// Requests with the canary in every place that there is, and the door they knock at.
    static let requests: [(isOperator: Bool, text: String)] = {
        let c = canary
        func ask(_ method: String, _ target: String, _ fields: [String: String] = [:], _ body: String? = nil) -> String
        {
            RawClient.request(method, target, fields, body: body)
        }
        let client = [
            ask("GET", "/v1/\(c)"), ask(c.uppercased(), "/v1/health"), ask("GET", "/v1/secrets/\(c)"),
            ask("GET", "/v1/secrets/a?\(c)=1"), ask("GET", "/v1/secrets/a?field=\(c)!"),
            ask("GET", "/v1/secrets/A\(c)"), ask("GET", "/v1/%2e\(c)"),
            ask("GET", "/v1/secrets/a", ["Authorization": "Bearer \(c)"]),
            ask("GET", "/v1/health", ["Origin": c]), ask("GET", "/v1/health", ["Expect": c]),
            "GET /v1/health HTTP/1.1\r\nHost: \(c)\r\nHost: \(c)\r\n\r\n",
            "POST /v1/tokens HTTP/1.1\r\nHost: a\r\nContent-Type: \(c)\r\nContent-Length: 2\r\n\r\n{}",
            "POST /v1/tokens HTTP/1.1\r\nHost: a\r\nContent-Length: \(c)\r\n\r\n",
            "\(c)\r\n\r\n", "GET / \(c)\r\n\r\n",
            ask("POST", "/v1/tokens", [:], #"{"\#(c)":1}"#), ask("POST", "/v1/tokens", [:], #"{"tool":"\#(c)!"}"#),
            ask("POST", "/v1/tokens", [:], #"{"tool":{"\#(c)":"\#(c)"}}"#), ask("POST", "/v1/tokens", [:], c),
            ask("POST", "/v1/tokens", [:], #"{"tool":"notes/search","tool_digest":"\#(c)"}"#),
            ask("POST", "/v1/tokens", [:], #"{"tool":"notes/search","ttl":"\#(c)"}"#),
            ask("POST", "/v1/tokens", [:], #"{"tool":"notes/search","agent":"\#(c)\u0007"}"#),
            ask("POST", "/v1/resolve", [:], #"{"tool":"notes/search","secret":"\#(c)!"}"#),
            ask("POST", "/v1/resolve", [:], #"{"tool":"notes/search","secret":"notes/api","field":"!\#(c)"}"#),
            ask("POST", "/v1/calls", [:], #"{"outcome":"\#(c)"}"#),
        ]
        let people = [
            ask("GET", "/v1/servers/\(c)"), ask("GET", "/v1/servers/\(c)!"), ask("DELETE", "/v1/tokens/\(c)"),
            ask("GET", "/v1/audit/events?\(c)=1"), ask("GET", "/v1/audit/events?after=\(c)"),
            ask("GET", "/v1/audit/events?since=\(c)"), ask("GET", "/v1/audit/events?newest=\(c)"),
            ask("PUT", "/v1/secrets/a/b", [:], #"{"fields":{"\#(c) ":"x"}}"#),
            ask("PUT", "/v1/secrets/a/b", [:], #"{"fields":{"value":1,"\#(c)":2}}"#),
            ask("PUT", "/v1/secrets/a/b", [:], #"{"fields_base64":{"value":"\#(c)*"}}"#),
            ask("PUT", "/v1/secrets/a/b", [:], #"{"fields":{"value":"x"},"expires":"\#(c)"}"#),
            ask("PUT", "/v1/secrets/a/b", [:], #"{"fields":{"value":"x"},"\#(c)":1}"#),
            ask("POST", "/v1/presence", [:], #"{"passphrase":"\#(c)"}"#),
            ask("POST", "/v1/servers", [:], #"{"name":"x","selectors":{"unit":"\#(c)"}}"#),
            ask("POST", "/v1/tools", [:], #"{"name":"notes/x","risk":"\#(c)"}"#),
            ask("POST", "/v1/operators", [:], #"{"name":"x","uid":1,"roles":["\#(c)"]}"#),
            ask("POST", "/v1/operators", ["Warder-Presence": c], #"{"name":"x","uid":1,"roles":["admin"]}"#),
            ask("POST", "/v1/sys/unseal", [:], #"{"passphrase":"\#(c)","credential_base64":"\#(c)"}"#),
        ]
        return client.map { (false, $0) } + people.map { (true, $0) }
    }()

    @Test("no answer holds what was sent")
    func echo() async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            for (isOperator, request) in Self.requests {
                let client = try server.connect(isOperator ? .operator : .client)
                try client.send(request)
                let answer = try client.receive()
                #expect(answer.status >= 400, "\(request)")
                let everything = answer.text + answer.fields.map { $0.name + $0.value }.joined()
                #expect(!everything.lowercased().contains(Self.canary), "\(request)")
            }
        }
    }

    @Test("every one of them is answered with a body that the document describes")
    func shape() async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            for (isOperator, request) in Self.requests {
                let document = isOperator ? APIDocument.operator : .client
                let client = try server.connect(isOperator ? .operator : .client)
                try client.send(request)
                let answer = try client.receive()
                #expect(answer["content-type"] == "application/json")
                #expect(answer["cache-control"] == "no-store")
                let body = try Node(json: answer.body)
                #expect(Schema(document: document).faults(of: body, in: document.error) == [], "\(request)")
            }
        }
    }
}
