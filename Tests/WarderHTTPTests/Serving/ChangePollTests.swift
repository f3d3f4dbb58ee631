import Foundation
import Glibc
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderHTTP

/// `GET /v1/changes`: what it costs, whom it keeps out, and how it ends.
@Suite struct ChangePollTests {
    private static let target = "/v1/changes?wait=55s"

    private static func with(
        longPolls: Int = 8,
        connections: Int = 64,
        _ body: (TestServer) async throws -> Void
    ) async throws {
        var limits = ServerLimits.unhurried
        limits.clientLongPolls = longPolls
        limits.connectionsPerUser = connections
        try await TestServer.with(limits: limits) { server in
            try await server.mustBeNotes()
            try await body(server)
        }
    }

    /// A connection whose question waits.
    private static func waiting(_ server: TestServer, _ target: String = target) async throws -> RawClient {
        let before = server.kit.vault.changes.waiting
        let client = try server.connect(.client)
        try client.send(RawClient.request("GET", target))
        while server.kit.vault.changes.waiting == before { await Task.yield() }
        return client
    }

    private static func code(_ answer: RawClient.Answer) throws -> String? {
        try Node(json: answer.body)["error"]?["code"]?.text
    }

    @Test("an answer names secrets and versions, what was revoked, and where to go on")
    func answers() async throws {
        try await Self.with { server in
            let client = try server.connect(.client)
            let first = try Node(json: client.ask("GET", "/v1/changes").body)
            #expect(first["changes"]?.list.isEmpty == true && first["reset"] == .bool(false))
            try await server.kit.mustPut("notes/api", "other")
            var since = try #require(first["next"]?.text)
            let second = try Node(json: client.ask("GET", "/v1/changes?since=\(since)&wait=55").body)
            #expect(try second["changes"] == Node(json: Array(#"[{"secret":"notes/api","version":2}]"#.utf8)))
            since = try #require(second["next"]?.text)
            try client.send(RawClient.request("GET", "/v1/changes?since=\(since)&wait=55"))
            while server.kit.vault.changes.waiting == 0 { await Task.yield() }
            try await server.kit.mustRevokeGrant("notes/search", "notes/api")
            let third = try Node(json: client.receive().body)
            #expect(try third["changes"] == Node(json: Array(#"[{"revoked":true,"secret":"notes/api"}]"#.utf8)))
            let unknown = try Node(json: client.ask("GET", "/v1/changes?since=17&wait=55").body)
            #expect(unknown["reset"] == .bool(true) && unknown["changes"]?.list.isEmpty == true)
        }
    }

    @Test(
        "a time that is none, or too long, is not well formed",
        arguments: ["56", "-1", "+1", "1.5", "", "s", "5ss", "5m", "1&wait=2", "99999999999999999999"]
    )
    func malformed(wait: String) async throws {
        try await Self.with { server in
            let answer = try server.connect(.client).ask("GET", "/v1/changes?wait=\(wait)")
            #expect(answer.status == 400)
        }
    }

    @Test("sealing, a quarantine and a removal end the waiting with what they are", arguments: [0, 1, 2])
    func ends(way: Int) async throws {
        try await Self.with { server in
            let client = try await Self.waiting(server)
            let name = try ServerName("notes")
            switch way {
            case 0: try await server.kit.seal()
            case 1: _ = try await server.kit.vault.perform(Servers.quarantine(name, reason: nil, by: server.kit.admin))
            default:
                let other = Selectors(uid: 54_321)
                _ = try await server.kit.vault.perform(
                    Servers.update(name, owner: nil, selectors: other, by: server.kit.admin)
                )
            }
            let answer = try client.receive()
            #expect(answer.status == (way == 0 ? 503 : 403))
            #expect(try Self.code(answer) == (way == 0 ? "sealed" : "denied"))
            #expect(try Self.code(client.ask("GET", Self.target)) == (way == 0 ? "sealed" : "denied"))
        }
    }

    @Test("who hangs up gives the place back, for the very next one")
    func hangingUp() async throws {
        try await Self.with(longPolls: 2) { server in
            var held = [try await Self.waiting(server), try await Self.waiting(server)]
            let client = try server.connect(.client)
            let refused = try client.ask("GET", Self.target)
            #expect(try refused.status == 429 && Self.code(refused) == "rate_limited")
            #expect(refused["retry-after"] == "5" && refused["connection"] == nil)
            #expect(try client.ask("GET", "/v1/changes").status == 200, "who does not wait takes no such place")
            for _ in 0..<20 {
                held.removeFirst()
                while server.kit.vault.changes.waiting == 2 { await Task.yield() }
                held.append(try await Self.waiting(server))
            }
        }
    }

    @Test("one process has four questions that wait, however many its user may have")
    func perProcess() async throws {
        try await Self.with(longPolls: 32) { server in
            var held: [RawClient] = []
            for _ in 0..<4 { held.append(try await Self.waiting(server)) }
            #expect(try server.connect(.client).ask("GET", Self.target).status == 429)
            try await server.kit.mustPut("notes/api", "other")
            for client in held { #expect(try client.receive().status == 200) }
        }
    }

    @Test("questions that wait leave the user every other connection")
    func besides() async throws {
        try await Self.with(connections: 2) { server in
            let held = [try await Self.waiting(server), try await Self.waiting(server), try await Self.waiting(server)]
            let others = try (0..<2).map { _ in try server.connect(.client) }
            for client in others + others { #expect(try client.ask("GET", "/v1/health").status == 200) }
            try await server.kit.mustPut("notes/api", "other")
            for client in held { #expect(try client.receive().status == 200) }
        }
    }

    @Test("a flood of questions leaves no thread, nobody waiting and one event behind")
    func flood() async throws {
        try await Self.with(longPolls: 4) { server in
            let first = try Node(json: server.connect(.client).ask("GET", "/v1/changes").body)
            let since = try #require(first["next"]?.text)
            let before = server.kit.vault.sequence
            _ = try await Self.waiting(server)
            let threads = try Self.threads()
            for round in 0..<500 {
                let client = try server.connect(.client)
                try client.send(RawClient.request("GET", "/v1/changes?wait=\(55 - round % 50)"))
                if round.isMultiple(of: 50) { #expect(try Self.threads() <= threads + 2) }
            }
            // Those that hung up last may not have been looked at yet, and have a place until they are.
            let client = try server.connect(.client)
            while try client.ask("GET", "/v1/changes?since=\(since)&wait=1").status == 429 { await Task.yield() }
            while server.kit.vault.changes.waiting > 0 { await Task.yield() }
            #expect(server.kit.vault.sequence == before)
            try await server.kit.mustPut("notes/api", "other")
            let answer = try Node(json: client.ask("GET", "/v1/changes?since=\(since)&wait=55").body)
            #expect(answer["changes"]?.list.map { $0["version"]?.int } == [2])
        }
    }

    @Test("a server that stops does not wait for those who wait, and answers whoever was decided about")
    func stopping() async throws {
        try await Self.with { server in
            let waiting = try await Self.waiting(server)
            await server.kit.holdWriter()
            let busy = try server.connect(.client)
            let body = #"{"tool":"notes/search","secret":"notes/api"}"#
            try busy.send(RawClient.request("POST", "/v1/resolve", body: body))
            // Whoever comes later, to whichever of the server's threads, is answered only when that request is in.
            for _ in 0..<8 { #expect(try server.connect(.client).ask("GET", "/v1/health").status == 200) }
            async let stopped: Void = server.stop()
            while try !waiting.hasEnded() { try await Task.sleep(for: .milliseconds(1)) }
            #expect(try !busy.hasEnded())
            server.kit.letGo()
            #expect(try busy.receive().status == 200)
            await stopped
        }
    }

    private static func threads() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
    }
}
