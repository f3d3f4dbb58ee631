import Glibc
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderHTTP

/// Explanations over a real socket.
@Suite struct ExplainRouteTests {
    private func ask(_ server: TestServer, _ query: String) throws -> RawClient.Answer {
        try server.connect(.operator).ask("GET", "/v1/explain\(query)")
    }

    @Test("names that are not there are part of the answer, and a question that names nothing is none")
    func names() async throws {
        let kit = try await TestVault(uid: geteuid())
        try await TestServer.with(kit) { server in
            let answer = try ask(server, "?tool=ghost/walk&secret=none/there&fields=value,other")
            #expect(answer.status == 200)
            let body = try Node(json: answer.body)
            #expect(body["verdict"]?.text == "refused" && body["reason"]?.text == "unknown_peer")
            #expect(body["decided_by"]?.text == "server" && body["bounds"] == nil)
            #expect(body["remedies"]?.texts.first == "warder server add ghost --uid UID")
            let event = try kit.lastEvent()
            #expect(event.type == "report.read" && event.fields == ["value", "other"])

            let before = kit.vault.sequence
            let questions = [
                "", "?tool=ghost/walk", "?secret=none/there", "?tool=walk&secret=none/there",
                "?tool=ghost/walk&secret=None", "?tool=ghost/walk&secret=a&fields=", "?tool=a/b&secret=a&fields=x,x",
                "?tool=ghost/walk&secret=a&server=ghost",
            ]
            for question in questions { #expect(try ask(server, question).status == 400, "\(question)") }
            #expect(kit.vault.sequence == before)
        }
    }

    @Test("what is answered fits what the server is then given, and has no value in it")
    func agrees() async throws {
        let kit = try await TestVault(uid: geteuid())
        try await TestServer.with(kit) { server in
            try await server.mustBeNotes()
            try await kit.mustPut("notes/api", "canary-9b1f")
            let allowed = try ask(server, "?tool=notes/search&secret=notes/api")
            #expect(try Node(json: allowed.body)["verdict"]?.text == "allowed")
            #expect(!allowed.text.contains("canary"))
            let body = #"{"tool":"search","secret":"notes/api"}"#
            let given = try server.connect(.client).ask("POST", "/v1/resolve", body: body)
            #expect(given.status == 200 && given.text.contains("canary-9b1f"))

            try await kit.mustRevokeGrant("notes/search", "notes/api")
            let refused = try Node(json: ask(server, "?tool=notes/search&secret=notes/api").body)
            #expect(refused["reason"]?.text == "grant_missing")
            #expect(try server.connect(.client).ask("POST", "/v1/resolve", body: body).status == 403)
            #expect(try kit.lastEvent().reason == "grant_missing")
        }
    }
}
