import Alerting
import Glibc
import HashTreeCollections
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderHTTP

/// Processes that match no server, over real sockets, and what becomes of their counts.
@Suite struct StrangerAlertTests {
    private static func knock(_ times: Int, at server: TestServer) async throws {
        for _ in 0..<times {
            #expect(try server.connect(.client).ask("POST", "/v1/tokens", body: #"{"tool":"a/b"}"#).status == 403)
        }
        // As the daemon does once a minute.
        #expect(await server.writeDownTurnedAway() == nil)
        for _ in 0..<4 { await server.kit.vault.heartbeat() }
    }

    @Test("a few strangers a day raise nothing for a month, and a stranger who asks again and again does")
    func month() async throws {
        try await TestServer.with { server in
            let kit = server.kit
            // All strangers together get so many a second, by a clock that the test does not move.
            for day in 0..<31 {
                try await Self.knock(day % 3 == 0 ? 1 : 0, at: server)
                kit.vault.keepHabits()
                kit.clock.advance(seconds: 86_400)
            }
            #expect(try kit.events().count { $0.type == "peer.unknown" } == 11)
            #expect(kit.vault.state?.alerts.isEmpty == true)
            for _ in 0..<4 {
                kit.clock.advance(seconds: 60)
                try await Self.knock(5, at: server)
            }
            let alerts = try #require(kit.vault.state).alerts.values
            #expect(alerts.map(\.rule) == [.unknownPeers])
            #expect(alerts.first?.subject == .user(geteuid()))
            #expect(try kit.events().count { $0.type == "alert.raise" } == 1)
        }
    }
}
