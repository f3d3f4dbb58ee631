import Glibc
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderHTTP

/// Pruning over a real socket.
@Suite struct RetentionRouteTests {
    /// A vault of this process whose first events are three days old.
    private static func kit() async throws -> TestVault {
        let kit = try await TestVault(profile: .singleUser, uid: geteuid())
        try await kit.mustPut("github/pat", "first")
        kit.clock.advance(seconds: 3 * 86_400)
        _ = try await kit.vault.perform(Secrets.list(by: kit.admin))
        return kit
    }

    private static func presence(_ client: RawClient) throws -> [String: String] {
        let passphrase = #"{"passphrase":"\#(TestVault.passphrase)"}"#
        let proof = try Node(json: client.ask("POST", "/v1/presence", body: passphrase).body)["proof"]?.text
        return ["Warder-Presence": try #require(proof)]
    }

    @Test("what would go is shown without an event, and goes with a person's word; the log begins behind it then")
    func prunes() async throws {
        let kit = try await Self.kit()
        try await TestServer.with(kit) { server in
            let client = try server.connect(.operator)
            let before = kit.vault.sequence
            let state = try Node(json: client.ask("GET", "/v1/audit/retention?before=2026-11-23").body)
            #expect(state["prunable"]?["events"]?.int == 2 && state["prunable"]?["first_event"]?.int == 1)
            #expect(state["prunable"]?["first"]?.text == "2026-11-21T09:30:00.000Z")
            #expect(state["keep_days"]?.int == 0 && state["legal_hold"]?.bool == false)
            #expect(kit.vault.sequence == before)

            let body = #"{"before":"2026-11-23"}"#
            let refused = try client.ask("POST", "/v1/audit/prune", body: body)
            #expect(refused.status == 403)
            let presence = try Self.presence(client)
            let answer = try client.ask("POST", "/v1/audit/prune", presence, body: body)
            let line = try #require(answer.text.split(separator: "\n").last)
            let last = try Node(json: Array(line.utf8))
            #expect(last["pruned"]?["events"]?.int == 2 && last["pruned"]?["through"]?.int == 2)
            #expect(try kit.lastEvent().type == "audit.prune")
            #expect(kit.vault.prunedLog?.through == 2)

            let other = try server.connect(.operator)
            let page = try Node(json: other.ask("GET", "/v1/audit/events").body)
            #expect(page["events"]?.list.first?["seq"]?.int == 3)
            #expect(page["pruned_through"]?.int == 2)
            #expect(page["pruned_before"]?.text == "2026-11-23T00:00:00.000Z")
            let after = try Node(json: other.ask("GET", "/v1/audit/retention").body)
            #expect(after["pruned_through"]?.int == 2 && after["prunable"] == nil)
            #expect(after["deleting"]?.bool == true)
            while try await kit.vault.pruneStep() {}
            let swept = try Node(json: other.ask("GET", "/v1/audit/retention").body)
            #expect(swept["deleting"]?.bool == false)
        }
    }

    @Test("an export begins behind the mark, and has the leaves before it where evidence is asked for")
    func leaves() async throws {
        let kit = try await Self.kit()
        let leaves = try kit.store.logRows(after: 0, limit: 2).map { row in
            if case .there(let leaf) = row.leaf { Hex.encode(leaf) } else { "" }
        }
        let edge = try #require(Timestamp(rfc3339: "2026-11-23"))
        let plan = try #require(try kit.vault.planPrune(before: edge))
        try await kit.vault.prune(plan, as: .vault)
        try await TestServer.with(kit) { server in
            for isSwept in [false, true] {
                if isSwept { while try await kit.vault.pruneStep() {} }
                let bare = try server.connect(.operator).ask("GET", "/v1/audit/export").text.split(separator: "\n")
                let whole = try server.connect(.operator).ask("GET", "/v1/audit/export?evidence=true").text
                    .split(separator: "\n")
                #expect(try Node(json: Array(try #require(bare.first).utf8))["seq"]?.int == 3)
                let expected = leaves.enumerated().map { #"{"leaf":"\#($1)","seq":\#($0 + 1)}"# }
                #expect(whole.prefix(2).map(String.init) == expected)
                #expect(try Node(json: Array(whole[2].utf8))["seq"]?.int == 3)
                // Behind the events, and in front of the manifest.
                let said = #"{"pruned":{"events":2,"through":2,"before":"2026-11-23T00:00:00.000Z"}}"#
                #expect(bare.last.map(String.init) == said && whole.dropLast().last.map(String.init) == said)
                #expect((bare + whole).count { $0.hasPrefix(#"{"pruned":"#) } == 2)
                let filtered = try server.connect(.operator).ask("GET", "/v1/audit/export?type=no.such").text
                #expect(filtered == said + "\n")
                let later = try server.connect(.operator).ask("GET", "/v1/audit/export?since=2026-11-23").text
                #expect(!later.contains(#"{"pruned":"#) && later.contains(#""seq":3,"#))
            }
        }
    }
}
