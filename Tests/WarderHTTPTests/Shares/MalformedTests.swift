import Alerting
import Glibc
import HashTreeCollections
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderHTTP

/// What a server sends that cannot be understood decides nothing, and leaves a count: who, and how many.
@Suite struct MalformedTests {
    private static let own = "uid=\(geteuid())"
    /// What must not be repeated.
    private static let marker = "m5f0e1d2c"

    /// Names, fields and JSON that cannot be, as bytes on the wire.
    private static let requests = [
        RawClient.request("POST", "/v1/tokens", body: #"{"tool":"notes/../\#(marker)"}"#),
        RawClient.request("POST", "/v1/resolve", body: #"{"tool":"notes/search","secret":"\#(marker)\u0000"}"#),
        RawClient.request("POST", "/v1/tokens", body: #"{"tool":"notes/search","\#(marker)":1}"#),
        RawClient.request("POST", "/v1/tokens", body: #"{"tool":"notes/search","tool":"\#(marker)"}"#),
        RawClient.request("POST", "/v1/tokens", body: #"{"tool":"\#(marker)"#),
        RawClient.request("GET", "/v1/secrets/\(marker)?\(marker)=1"),
        RawClient.request("GET", "/v1/secrets/%2e%2e/\(marker)"),
        "GET /v1/secrets/\(marker) HTTP/1.1\r\nHost: a\r\nHost: \(marker)\r\n\r\n",
        "\(marker)\r\n\r\n",
        "POST /v1/tokens HTTP/1.1\r\nHost: a\r\nContent-Type: text/\(marker)\r\nContent-Length: 2\r\n\r\n{}",
    ]

    /// A call of the server's tool with arguments of an agent's choice.
    private static func call(with arguments: String) -> String {
        RawClient.request("POST", "/v1/tokens", body: #"{"tool":"notes/search","arguments":\#(arguments)}"#)
    }

    /// More than the vault takes, and nothing else wrong with it.
    private static let tooMuch = [
        call(with: String(repeating: "[", count: 40) + String(repeating: "]", count: 40)),
        call(with: "{" + (0..<300).map { #""m\#($0)":0"# }.joined(separator: ",") + "}"),
        call(with: "[" + Array(repeating: "[0]", count: 4000).joined(separator: ",") + "]"),
        call(with: #""\#(String(repeating: "x", count: 17 << 10))""#),
        RawClient.request(
            "POST",
            "/v1/tokens",
            body: #"{"tool":"notes/search","purpose":"\#(String(repeating: "x", count: 201))"}"#
        ),
        "POST /v1/tokens HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n",
    ]

    private static func send(_ request: String, to server: TestServer) throws -> RawClient.Answer {
        let client = try server.connect(.client)
        try client.send(request)
        return try client.receive()
    }

    @Test("every malformed request of a server is counted, of whatever kind, and nothing of it is kept")
    func counted() async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            let before = server.kit.vault.sequence
            for request in Self.requests {
                let answer = try Self.send(request, to: server)
                #expect([400, 413, 415].contains(answer.status), "\(request)")
                #expect(!answer.text.contains(Self.marker), "\(request)")
            }
            #expect(server.kit.vault.sequence == before)
            #expect(await server.writeDownTurnedAway() == nil)
            let event = try #require(try server.kit.events().first { $0.sequence > before })
            #expect(event.line == "peer.malformed" && event.actor == "vault" && event.server == "notes")
            #expect(event.changes == [Self.own, "requests=\(Self.requests.count)"])
            let texts = try server.kit.events().map { String(decoding: $0.canonical, as: UTF8.self) }
            #expect(texts.allSatisfy { !$0.contains(Self.marker) })
            let count = try server.kit.events().count
            #expect(await server.writeDownTurnedAway() == nil)
            #expect(try server.kit.events().count { $0.type == "peer.malformed" } == 1, "nothing twice, of \(count)")
        }
    }

    @Test("a flood of them is one event, however many, and an alert about the server")
    func flood() async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            let before = server.kit.vault.sequence
            let client = try server.connect(.client)
            let body = #"{"tool":"\#(String(repeating: "x", count: 3000))"}"#
            var statuses: [Int: UInt64] = [:]
            for _ in 0..<3000 {
                statuses[try client.ask("POST", "/v1/tokens", body: body).status, default: 0] += 1
            }
            // Beyond its share nothing of a server is read; that is counted as well.
            #expect(Set(statuses.keys).isSubset(of: [400, 429]))
            #expect(server.kit.vault.sequence == before, "nothing is on the disk yet")
            #expect(await server.writeDownTurnedAway() == nil)
            for _ in 0..<4 { await server.kit.vault.heartbeat() }
            let events = try server.kit.events().filter { $0.sequence > before }
            let counts = events.filter { $0.type == "peer.malformed" }
            #expect(counts.map(\.changes) == [[Self.own, "requests=\(statuses[400] ?? 0)"]])
            #expect(events.count <= 3, "\(events.map(\.line))")
            let state = try #require(server.kit.vault.state)
            let alerts = state.openAlerts.values.compactMap { state.alerts[$0] }
            #expect(alerts.map(\.rule) == [.refusals])
            #expect(alerts.first?.subject == .server(try ServerName("notes")))
        }
    }

    @Test("an agent that has a server's tool called with far too much raises nothing against the server")
    func tooMuch() async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            let before = server.kit.vault.sequence
            for request in Self.tooMuch {
                #expect([400, 413].contains(try Self.send(request, to: server).status), "\(request.prefix(200))")
            }
            #expect(server.turnedAway().isEmpty)
            #expect(server.kit.vault.sequence == before)
        }
    }

    @Test("a few mistakes of a server raise nothing")
    func few() async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            for request in Self.requests.prefix(9) { _ = try Self.send(request, to: server) }
            #expect(await server.writeDownTurnedAway() == nil)
            for _ in 0..<4 { await server.kit.vault.heartbeat() }
            #expect(server.kit.vault.state?.openAlerts.isEmpty == true)
        }
    }

    @Test("where a process could be several servers, or is none, its user is named alone")
    func unnamed() async throws {
        try await TestServer.with { server in
            _ = try Self.send(Self.requests[8], to: server)
            #expect(server.turnedAway() == [TurnedAway(kind: .malformed, uid: geteuid(), requests: 1)])
            try await server.mustBeNotes()
            _ = try Self.send(Self.requests[0], to: server)
            let notes = try ServerName("notes")
            #expect(server.turnedAway() == [TurnedAway(kind: .malformed, uid: geteuid(), server: notes, requests: 1)])
            try await server.kit.mustAddServer("other", Selectors(uid: geteuid()))
            _ = try Self.send(Self.requests[0], to: server)
            #expect(server.turnedAway() == [TurnedAway(kind: .malformed, uid: geteuid(), requests: 1)])
        }
    }

    @Test("what is decided has its own event, and an operator's slip of the pen is counted against nobody")
    func notCounted() async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            let refused = try server.connect(.client).ask("POST", "/v1/tokens", body: #"{"tool":"notes/none"}"#)
            #expect(refused.status == 403)
            #expect(try server.connect(.client).ask("GET", "/v1/nothing").status == 404)
            #expect(try server.connect(.operator).ask("PUT", "/v1/secrets/a", body: "{").status == 400)
            #expect(server.turnedAway().isEmpty)
        }
    }

    @Test("what was counted when the vault was sealed is in its log once it is open")
    func sealedMeanwhile() async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            for _ in 0..<3 { _ = try Self.send(Self.requests[0], to: server) }
            try await server.kit.seal()
            #expect(await server.writeDownTurnedAway() == nil)
            try await server.kit.unseal().get()
            let events = try server.kit.events().suffix(2)
            #expect(events.map(\.line) == ["peer.malformed", "vault.unseal"])
            #expect(events.first?.changes == [Self.own, "requests=3"])
        }
    }
}
