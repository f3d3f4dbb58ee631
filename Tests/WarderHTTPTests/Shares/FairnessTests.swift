import Foundation
import Glibc
import Locking
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderHTTP

/// A program that holds connections must not keep another one of the same user out: an agent may run under the
/// operator's uid.
@Suite struct FairnessTests {
    private static func with(
        operators: Int = 3,
        clients: Int = 3,
        longPolls: Int = 2,
        _ body: (TestServer) async throws -> Void
    ) async throws {
        var limits = ServerLimits.unhurried
        limits.operatorConnections = operators
        limits.connectionsPerUser = clients
        limits.longPolls = longPolls
        let kit = try await TestVault(profile: .singleUser, uid: geteuid())
        try await TestServer.with(kit, limits: limits) { server in
            try await server.mustBeNotes()
            try await body(server)
        }
    }

    @Test("the next connection is served in place of the one that was idle longest, on each socket")
    func idle() async throws {
        try await Self.with { server in
            for (door, path) in [(Caller.Door.operator, "/v1/sys/status"), (.client, "/v1/health")] {
                let held = try (0..<3).map { _ in try server.connect(door) }
                for client in held { #expect(try client.ask("GET", path).status == 200) }
                #expect(try held[0].ask("GET", path).status == 200)
                let first = try server.connect(door)
                #expect(try first.ask("GET", path).status == 200)
                #expect(try held[1].isAtEnd())
                #expect(try server.connect(door).ask("GET", path).status == 200)
                #expect(try held[2].isAtEnd())
                #expect(try !held[0].hasEnded())
                #expect(try first.ask("GET", path).status == 200)
            }
        }
    }

    @Test("connections that never say anything, and heads that never end, keep nobody out")
    func silent() async throws {
        try await Self.with { server in
            let held = try (0..<30).map { number in
                let client = try server.connect(.operator)
                if number.isMultiple(of: 2) { try? client.send("GET /v1/sys/status HTTP/1.1\r\nHo") }
                return client
            }
            for _ in 0..<10 { #expect(try server.connect(.operator).ask("GET", "/v1/sys/status").status == 200) }
            #expect(try held.filter { try !$0.hasEnded() }.count <= 3)
        }
    }

    @Test("bodies that never end keep nobody out, on each socket")
    func dribbled() async throws {
        try await Self.with { server in
            for (door, path) in [(Caller.Door.operator, "/v1/sys/unseal"), (.client, "/v1/resolve")] {
                let head = "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                let held = try (0..<12).map { _ in
                    let client = try server.connect(door)
                    try? client.send(head + "Content-Length: 100\r\n\r\n{")
                    return client
                }
                let question = door == .operator ? "/v1/sys/status" : "/v1/health"
                for _ in 0..<10 { #expect(try server.connect(door).ask("GET", question).status == 200) }
                #expect(try held.filter { try !$0.hasEnded() }.count <= 3)
            }
        }
    }

    @Test("who connects as fast as it can keeps nobody out")
    func flood() async throws {
        try await Self.with(operators: 16) { server async throws in
            let flood = Flood(of: server.operatorSocket)
            for _ in 0..<50 { #expect(try server.connect(.operator).ask("GET", "/v1/sys/status").status == 200) }
            flood.end()
            #expect(flood.connections > 50)
        }
    }

    @Test("a connection with a request under way is not closed for another")
    func busy() async throws {
        try await Self.with { server in
            let held = try (0..<3).map { _ in try server.connect(.client) }
            for client in held { #expect(try client.ask("GET", "/v1/health").status == 200) }
            await server.kit.holdWriter()
            for client in held { try client.send(RawClient.request("POST", "/v1/resolve", body: Self.resolve)) }
            #expect(try server.connect(.client).isAtEnd())
            server.kit.letGo()
            for client in held { #expect(try client.receive().status == 200) }
            #expect(try server.connect(.client).ask("GET", "/v1/health").status == 200)
        }
    }

    @Test("long polls leave a user every other connection; one too many is told to come back")
    func longPolls() async throws {
        try await Self.with(operators: 3, longPolls: 2) { server in
            let begin = try server.connect(.operator).ask("GET", "/v1/audit/events?type=secret.put")
            let end = try #require(try Node(json: begin.body)["scanned_to"]?.int)
            let poll = RawClient.request("GET", "/v1/audit/events?type=secret.put&after=\(end)&wait=55")
            let waiting = try (0..<2).map { _ in try server.connect(.operator) }
            for client in waiting { #expect(try client.ask("GET", "/v1/sys/status").status == 200) }
            for client in waiting { try client.send(poll) }
            // All the others, at once.
            let held = try (0..<3).map { _ in try server.connect(.operator) }
            for client in held { #expect(try client.ask("GET", "/v1/sys/status").status == 200) }
            let refused = try held[0].ask("GET", "/v1/audit/events?type=secret.put&after=\(end)&wait=55")
            #expect(refused.status == 429 && refused["retry-after"] == "5" && refused["connection"] == nil)
            #expect(try Node(json: refused.body)["error"]?["code"]?.text == "rate_limited")
            #expect(try server.connect(.operator).ask("GET", "/v1/sys/status").status == 200)
            try await server.kit.mustPut("a/b")
            for client in waiting {
                #expect(try Node(json: client.receive().body)["events"]?.list.map { $0["secret"]?.text } == ["a/b"])
            }
            #expect(try held[0].ask("GET", "/v1/audit/events?type=secret.put&limit=1").status == 200)
            // What has its answer waits no longer: there is room for the next.
            let next = try server.connect(.operator)
            try next.send(poll)
            #expect(try next.receive().status == 200)
        }
    }

    @Test("nobody searches the log for a peer that has gone")
    func abandoned() async throws {
        try await Self.with(operators: 40, longPolls: 40) { server in
            let begin = try server.connect(.operator).ask("GET", "/v1/audit/events?type=secret.put")
            let end = try #require(try Node(json: begin.body)["scanned_to"]?.int)
            let target = "/v1/audit/events?type=secret.put&after=\(end)&wait=55"
            do {
                let waiting = try (0..<20).map { _ in try server.connect(.operator) }
                for client in waiting { try client.send(RawClient.request("GET", target)) }
                while server.kit.vault.waitingReaders < 20 { await Task.yield() }
            }
            while server.kit.vault.waitingReaders > 0 { await Task.yield() }
            let client = try server.connect(.operator)
            try client.send(RawClient.request("GET", target))
            try await server.kit.mustPut("a/b")
            #expect(try client.receive().status == 200, "whoever is still there hears of it")
        }
    }

    @Test("a long poll whose peer has gone takes up no room")
    func gone() async throws {
        try await Self.with(longPolls: 1) { server in
            let begin = try server.connect(.operator).ask("GET", "/v1/audit/events?type=secret.put")
            let end = try #require(try Node(json: begin.body)["scanned_to"]?.int)
            let target = "/v1/audit/events?type=secret.put&after=\(end)&wait=55"
            for _ in 0..<5 { try server.connect(.operator).send(RawClient.request("GET", target)) }
            let client = try server.connect(.operator)
            // The server hears of those that have gone a little later.
            while try client.ask("GET", "/v1/sys/status").status == 200 {
                try client.send(RawClient.request("GET", target))
                try await server.kit.mustPut("a/b")
                if try client.receive().status == 200 { break }
            }
        }
    }

    private static let resolve = #"{"tool":"notes/search","secret":"notes/api"}"#
}

/// Connects on a thread of its own as fast as it can, says nothing, and holds on to what it has.
private final class Flood: Sendable {
    private struct State {
        var connections = 0
        var isOver = false
    }

    private let state = Locked(State())
    private let finished = DispatchSemaphore(value: 0)

    init(of socket: String) {
        Thread { [state, finished] in
            var held: [RawClient] = []
            while !state.withLock({ $0.isOver }) {
                guard let client = try? RawClient(path: socket) else { continue }
                held.append(client)
                if held.count > 200 { held.removeFirst(100) }
                state.withLock { $0.connections += 1 }
            }
            finished.signal()
        }.start()
    }

    var connections: Int { state.withLock { $0.connections } }

    func end() {
        state.withLock { $0.isOver = true }
        finished.wait()
    }
}
