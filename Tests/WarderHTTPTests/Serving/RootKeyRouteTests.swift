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
}
