import Glibc
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderHTTP

/// How much of the server one peer can have.
extension ConnectionTests {
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
}
