import Glibc
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderHTTP

/// People on the operator socket who are no operators, or may not what they ask: they cost nobody else anything.
@Suite struct NotOperatorTests {
    private static let secret = "/v1/secrets/a/b"

    /// A body of as many bytes and some, which fits no route: whoever decodes it finds fault with it.
    private static func misfit(_ bytes: Int) -> String {
        #"{"nothing":"\#(String(repeating: "x", count: bytes))"}"#
    }

    @Test("the first request of a minute has an event of its own, the others are counted")
    func counted() async throws {
        let kit = try await TestVault(uid: 54_321)
        try await TestServer.with(kit) { server in
            let client = try server.connect(.operator)
            let before = kit.vault.sequence
            let first = try client.ask("GET", Self.secret)
            for _ in 0..<20 {
                let answer = try client.ask("GET", Self.secret)
                #expect(answer.status == 403)
                #expect(try Node(json: answer.body)["error"]?["reason"]?.text == "not_an_operator")
            }
            #expect(kit.vault.sequence == before + 1)
            let event = try kit.lastEvent()
            #expect(event.line == "secret.show: not_an_operator")
            #expect(try event.requestID == Node(json: first.body)["error"]?["request_id"]?.text)

            #expect(await server.writeDownTurnedAway() == nil)
            let count = try #require(try kit.events().last { $0.line == "peer.refused" })
            #expect(count.actor == "vault")
            #expect(count.changes == ["uid=\(geteuid())", "requests=20"])
            kit.clock.advance(seconds: 60)
            _ = try client.ask("GET", Self.secret)
            // As many refusals raise an alert, which is the vault's own.
            let events = try kit.events().filter { $0.sequence > before && !$0.line.hasPrefix("alert.") }
            let refused = "secret.show: not_an_operator"
            #expect(events.map(\.line) == [refused, "peer.refused", refused])
        }
    }

    @Test("counts of a vault that is sealed before they are written are in its log once it is open")
    func sealedMeanwhile() async throws {
        let kit = try await TestVault(uid: 54_321)
        try await TestServer.with(kit) { server in
            for _ in 0..<3 { _ = try server.connect(.operator).ask("GET", Self.secret) }
            try await kit.seal()
            #expect(await server.writeDownTurnedAway() == nil)
            try await kit.unseal().get()
            #expect(try kit.events().suffix(2).map(\.line) == ["peer.refused", "vault.unseal"])
        }
    }

    @Test("nothing large is decoded for whoever may not, and the refusal is in the log")
    func large() async throws {
        let kit = try await TestVault(profile: .singleUser, uid: geteuid())
        try await TestServer.with(kit) { server in
            for (method, path, action) in [
                ("POST", "/v1/reveal/a/b", "secret.reveal"), ("POST", "/v1/grants", "grant.add"),
                ("POST", "/v1/operators", "operator.add"),
            ] {
                let refused = try server.connect(.operator).ask(method, path, body: Self.misfit(4096))
                #expect(refused.status == 403, "\(path)")
                #expect(try kit.lastEvent().line == "\(action): presence_required")
                let small = try server.connect(.operator).ask(method, path, body: Self.misfit(10))
                #expect(small.status == 400, "\(path)")
            }
            let allowed = try server.connect(.operator).ask("PUT", Self.secret, body: Self.misfit(100_000))
            #expect(allowed.status == 400, "who may is told what is wrong with it")
        }
        let other = try await TestVault(uid: 54_321)
        try await TestServer.with(other) { server in
            let client = try server.connect(.operator)
            // Two megabytes that never come.
            let head = "PUT \(Self.secret) HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            try client.send(head + "Content-Length: 2000000\r\n\r\n")
            #expect(try client.receive().status == 403)
            #expect(try client.isAtEnd())
            #expect(try other.lastEvent().line == "secret.put: not_an_operator")
            #expect(try server.connect(.operator).ask("GET", Self.secret).status == 403)
        }
    }

    @Test("no keys are worked on for whoever may not, whatever the body says")
    func slow() async throws {
        let kit = try await TestVault(uid: 54_321)
        try await TestServer.with(kit) { server in
            for (path, action) in [
                ("/v1/keys/slots", "slot.add"), ("/v1/keys/root", "root.rotate"),
                ("/v1/keys/slots/\(String(repeating: "0", count: 32))/passphrase", "slot.change"),
            ] {
                kit.clock.advance(seconds: 60)
                let refused = try server.connect(.operator).ask("POST", path, body: #"{"threshold":2,"shares":255}"#)
                #expect(refused.status == 403, "\(path)")
                #expect(try kit.lastEvent().line == "\(action): not_an_operator")
            }
        }
    }

    @Test("whoever keeps trying to open a sealed vault fills no disk: beyond a hundred times they are counted")
    func sealed() async throws {
        let kit = try await TestVault(uid: 54_321)
        try await TestServer.with(kit) { server in
            try await kit.seal()
            for _ in 0..<130 {
                // Longer than anybody has to wait for the next try.
                kit.clock.advance(seconds: 3600)
                let answer = try server.connect(.operator)
                    .ask("POST", "/v1/sys/unseal/share", body: #"{"share":"wdr_s_nothing"}"#)
                #expect(answer.status >= 400)
            }
            #expect(try kit.store.inbox().count == 100)
            #expect(await server.writeDownTurnedAway() == nil)
            #expect(try kit.store.inbox().count == 101)
            try await kit.unseal().get()
            let events = try kit.events()
            #expect(events.count { $0.line.hasPrefix("unseal.share") } == 100)
            let count = try #require(events.last { $0.line == "peer.limited" })
            #expect(count.changes == ["uid=\(geteuid())", "requests=30"])

            try await kit.seal()
            kit.clock.advance(seconds: 3600)
            let again = try server.connect(.operator)
                .ask("POST", "/v1/sys/unseal/share", body: #"{"share":"wdr_s_nothing"}"#)
            #expect(try again.status >= 400 && kit.store.inbox().count == 1, "sealed anew, the share is whole")
        }
    }

    @Test("of many users some have a first request, and those that have not asked for a minute are forgotten")
    func firsts() {
        let firsts = FirstOfMinute()
        let start = ManualClock.start
        let taken = (0..<2000).count { firsts.take($0, at: start) }
        #expect(taken == 1024)
        #expect(!firsts.take(0, at: start.adding(seconds: 59)))
        #expect(firsts.take(1999, at: start.adding(seconds: 60)))
        #expect(firsts.take(0, at: start.adding(seconds: 60)))
    }
}
