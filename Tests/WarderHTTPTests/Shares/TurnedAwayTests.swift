import Glibc
import HashTreeCollections
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderHTTP

/// Nobody is turned away without a trace, and nobody fills the disk by being turned away.
@Suite struct TurnedAwayTests {
    private static let own = "uid=\(geteuid())"

    @Test("what cannot be written down is counted on until it can")
    func broughtBack() async throws {
        try await TestServer.with { server in
            func ask(_ count: Int) throws {
                for _ in 0..<count { _ = try server.connect(.client).ask("GET", "/v1/health") }
            }
            try ask(3)
            server.kit.store.fail(.unavailable(code: 13), times: 1)
            #expect(await server.writeDownTurnedAway() == .auditUnavailable)
            try ask(2)
            #expect(await server.writeDownTurnedAway() == nil)
            let event = try server.kit.lastEvent()
            #expect(event.line == "peer.unknown" && event.changes == [Self.own, "requests=5"])
            #expect(await server.writeDownTurnedAway() == nil)
            #expect(try server.kit.lastEvent().sequence == event.sequence, "nothing twice")
        }
    }

    @Test("whoever asks a sealed vault, on either socket, stands in its log once it is open")
    func sealed() async throws {
        try await TestServer.with { server in
            try await server.kit.seal()
            for _ in 0..<3 { #expect(try server.connect(.client).ask("GET", "/v1/secrets/a").status == 503) }
            for _ in 0..<2 { #expect(try server.connect(.operator).ask("GET", "/v1/secrets").status == 503) }
            #expect(try server.connect(.operator).ask("GET", "/v1/metrics").status == 503)
            #expect(try server.connect(.operator).ask("GET", "/v1/sys/status").status == 200)
            #expect(await server.writeDownTurnedAway() == nil)
            #expect(try server.kit.store.inbox().count == 1, "one entry for all of them")
            try await server.kit.unseal().get()
            let events = try server.kit.events().suffix(2)
            #expect(events.map(\.line) == ["peer.sealed", "vault.unseal"])
            #expect(events.first?.changes == [Self.own, "requests=6"])
            #expect(events.first?.actor == "vault")
        }
    }

    @Test("asking a sealed vault for ever does not fill its disk, and is counted to the end")
    func bounded() async throws {
        try await TestServer.with { server in
            let vault = server.kit.vault
            try await server.kit.seal()
            var written = 0
            for user in 0..<1100 {
                do throws(Refusal) {
                    try await vault.record(TurnedAway(kind: .sealed, uid: UInt32(user), requests: 1))
                    written += 1
                } catch { #expect(error == .sealed) }
            }
            #expect(written == 1000)
            _ = try server.connect(.client).ask("GET", "/v1/secrets/a")
            #expect(await server.writeDownTurnedAway() == .sealed)
            #expect(try server.kit.store.inbox().count == 1000)
            try await server.kit.unseal().get()
            #expect(await server.writeDownTurnedAway() == nil)
            #expect(try server.kit.lastEvent().changes == [Self.own, "requests=1"])

            try await server.kit.seal()
            _ = try server.connect(.client).ask("GET", "/v1/secrets/a")
            #expect(await server.writeDownTurnedAway() == nil, "there is room again")
        }
    }

    @Test("a daemon that stops writes down what it has counted, room or not")
    func atTheEnd() async throws {
        try await TestServer.with { server in
            try await server.kit.seal()
            for user in 0..<1000 {
                try await server.kit.vault.record(TurnedAway(kind: .sealed, uid: UInt32(user), requests: 1))
            }
            _ = try server.connect(.client).ask("GET", "/v1/secrets/a")
            #expect(await server.writeDownTurnedAway(atTheEnd: true) == nil)
            #expect(try server.kit.store.inbox().count == 1001)
        }
    }

    @Test("somebody who unseals an open vault is in the log")
    func redundant() async throws {
        try await TestServer.with { server in
            let answer = try server.connect(.operator).ask(
                "POST",
                "/v1/sys/unseal",
                body: #"{"passphrase":"anything at all"}"#
            )
            #expect(answer.status == 200)
            let event = try server.kit.lastEvent()
            #expect(event.line == "vault.unseal" && event.changes == ["already=unsealed"])
            #expect(event.peer?.uid == geteuid())
        }
    }

    @Test("who tried too often is told how long to wait")
    func waits() async throws {
        try await TestServer.with { server in
            try await server.kit.seal()
            let client = try server.connect(.operator)
            func guess() throws -> RawClient.Answer {
                try client.ask("POST", "/v1/sys/unseal", body: #"{"passphrase":"not the one it is"}"#)
            }
            for _ in 0..<5 { #expect(try guess().status == 403) }
            server.kit.clock.advance(seconds: 30)
            #expect(try guess().status == 403)
            server.kit.clock.advance(seconds: 1)
            let refused = try guess()
            #expect(refused.status == 429 && refused["retry-after"] == "59")
        }
    }

    @Test("how much there is in the vault is for its operators")
    func status() async throws {
        let counts = [#""share_sets":"#, #""secrets":"#, #""servers":"#, #""events":"#]
        try await TestServer.with { server in
            let status = try server.connect(.operator).ask("GET", "/v1/sys/status").text
            #expect(counts.allSatisfy { status.contains($0) })
            #expect(status.contains(#""log_key":"warder.log/"#))
            try await server.kit.seal()
            let sealed = try server.connect(.operator).ask("GET", "/v1/sys/status").text
            // A restore gives the log another name, which a sealed vault does not know.
            #expect(!sealed.contains("log_key"))
            #expect(!counts.contains { sealed.contains($0) } && sealed.contains(#""slots":["passphrase"]"#))
        }
        try await TestServer.with(try await TestVault(uid: geteuid() + 1)) { server in
            let status = try server.connect(.operator).ask("GET", "/v1/sys/status").text
            #expect(!counts.contains { status.contains($0) })
            #expect(status.contains(#""state":"unsealed""#) && status.contains(#""version":"#))
        }
    }
}
