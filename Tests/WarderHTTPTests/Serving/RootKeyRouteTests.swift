import Dispatch
import Glibc
import Sealing
import Testing
import WarderCore
import WarderCrypto
import WarderModel
import WarderTesting

@testable import WarderHTTP

/// A new root key over a real socket.
@Suite struct RootKeyRouteTests {
    @Test("there is as much time for each slot as for one passphrase, for as many slots as there may be")
    func time() {
        var limits = ServerLimits()
        limits.requestSeconds = 30
        #expect([0, 1, 10, 16, 1000].map(limits.seconds(forSlots:)) == [30, 60, 330, 510, 510])
    }

    @Test("a refusal names the slot that did not open, and the answer what became of all keys")
    func slots() async throws {
        let kit = try await TestVault(uid: geteuid())
        let second = try TestVault.secret("another correct battery horse")
        let added = try await kit.vault.perform(
            Keys.add(kit.vault.prepareSlot(.passphrase(second, .minimum)), by: kit.admin)
        )
        let first = try #require(kit.vault.foundation?.slots.first).id
        func body(_ passphrase: String) -> String {
            let opened = [(first, TestVault.passphrase), (added.id, passphrase)].map {
                #"{"slot":"\#($0.0)","passphrase":"\#($0.1)"}"#
            }
            return #"{"slots":[\#(opened.joined(separator: ","))]}"#
        }
        try await TestServer.with(kit) { server in
            let client = try server.connect(.operator)
            let refused = try client.ask("POST", "/v1/keys/root", body: body("a guess of twelve"))
            #expect(refused.status == 403)
            let error = try Node(json: refused.body)["error"]
            #expect(error?["reason"]?.text == "wrong_key")
            #expect(error?["message"]?.text == "What was given for key slot \(added.id) does not open it.")
            #expect(try kit.lastEvent().changes == ["slot/\(added.id)"])
            let missing = try client.ask(
                "POST",
                "/v1/keys/root",
                body: #"{"slots":[{"slot":"\#(first)","passphrase":"\#(TestVault.passphrase)"}]}"#
            )
            #expect(try Node(json: missing.body)["error"]?["message"]?.text?.contains("\(added.id)") == true)
            let metrics = try client.ask("GET", "/v1/metrics").text
            #expect(metrics.contains(#"warder_failures_total{code="wrong_passphrase"} 1"#), "\(metrics)")

            let done = try client.ask("POST", "/v1/keys/root", body: body("another correct battery horse"))
            #expect(done.status == 200, "\(done.text)")
            let answer = try Node(json: done.body)
            #expect(answer["slots"]?.list.count == 2 && answer["rows"]?.int == 1)
            #expect(answer["log"]?["epoch"]?.int == 2)
            #expect(answer["log"]?["log_key"]?.text == kit.vault.foundation?.logKeyText(kit.vault.state))
        }
    }

    @Test(
        "while a rotation waits for its slots its proof holds, others prove presence in between, and a second is turned away"
    )
    func turns() async throws {
        let kit = try await TestVault(profile: .singleUser, uid: geteuid())
        let second = try TestVault.secret("another correct battery horse")
        let slot = try kit.vault.prepareSlot(.passphrase(second, .minimum))
        let added = try await kit.vault.perform(Keys.add(slot, by: kit.admin))
        let first = try #require(kit.vault.foundation?.slots.first).id
        let opened = [(first, TestVault.passphrase), (added.id, "another correct battery horse")].map {
            #"{"slot":"\#($0.0)","passphrase":"\#($0.1)"}"#
        }
        let body = #"{"slots":[\#(opened.joined(separator: ","))]}"#
        let passphrase = #"{"passphrase":"\#(TestVault.passphrase)"}"#
        try await TestServer.with(kit) { server in
            let (rotating, proving, other) = try (
                server.connect(.operator), server.connect(.operator), server.connect(.operator)
            )
            func proof(_ client: RawClient) throws -> [String: String] {
                let answer = try client.ask("POST", "/v1/presence", body: passphrase)
                return ["Warder-Presence": try #require(Node(json: answer.body)["proof"]?.text)]
            }
            // There is one loop: what was sent before has been taken up when the second of these is answered.
            func settle() throws {
                for _ in 0..<2 { #expect(try other.ask("GET", "/v1/sys/status").status == 200) }
            }
            let held = try proof(rotating)
            let unheld = try proof(other)
            _ = try proof(proving)
            let gates = [DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)]
            defer { for gate in gates { gate.signal() } }
            #expect(server.context.passphraseWork { gates[0].wait() })
            try rotating.send(RawClient.request("POST", "/v1/keys/root", held, body: body))
            try settle()
            let refused = try other.ask("POST", "/v1/keys/root", unheld, body: body)
            #expect(try Node(json: refused.body)["error"]?["reason"]?.text == "throttled", "\(refused.text)")
            try proving.send(RawClient.request("POST", "/v1/presence", body: passphrase))
            try settle()
            #expect(server.context.passphraseWork { gates[1].wait() })
            kit.clock.advance(seconds: 61)
            gates[0].signal()
            #expect(try proving.receive().status == 200)
            // As much work as a rotation that waits for nobody has to do, and more.
            for _ in 0..<12 { _ = try kit.vault.prepareSlot(.passphrase(second, .minimum)) }
            #expect(try !kit.events().contains { $0.line == "root.rotate" })
            gates[1].signal()
            let done = try rotating.receive()
            #expect(done.status == 200, "\(done.text)")
            // A proof that came with what was turned away lasts no longer for it.
            let late = try other.ask("POST", "/v1/keys/rotate", unheld)
            #expect(try Node(json: late.body)["error"]?["reason"]?.text == "presence_required", "\(late.text)")
        }
    }
}
