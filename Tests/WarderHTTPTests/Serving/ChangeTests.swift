import Glibc
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderHTTP

/// Changes of what is there already: `PATCH` of servers and secrets.
@Suite struct ChangeTests {
    @Test("a server that is recognised otherwise loses its token and its place on the connection that it has open")
    func server() async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            let client = try server.connect(.client)
            let issued = try Node(json: client.ask("POST", "/v1/tokens", body: #"{"tool":"search"}"#).body)
            let token = try #require(issued["token"]?.text)
            let bearer = ["Authorization": "Bearer \(token)"]
            let before = try client.ask("GET", "/v1/secrets/notes/api?field=value", bearer)
            #expect(before.status == 200)

            let name = try ServerName("notes")
            let other = Selectors(uid: geteuid() + 1)
            _ = try await server.kit.vault.perform(
                Servers.update(name, owner: nil, selectors: other, by: server.kit.admin)
            )
            let seen = try Node(json: client.ask("GET", "/v1/whoami").body)
            #expect(seen["servers"]?.list.isEmpty == true)
            let after = try client.ask("GET", "/v1/secrets/notes/api?field=value", bearer)
            #expect(after.status == 403)

            // And recognised again: the token stays gone.
            let own = Selectors(uid: geteuid())
            _ = try await server.kit.vault.perform(
                Servers.update(name, owner: nil, selectors: own, by: server.kit.admin)
            )
            let again = try server.connect(.client).ask("GET", "/v1/secrets/notes/api?field=value", bearer)
            #expect(again.status == 401)
        }
    }

    @Test(
        "a change that says nothing, or nothing that can be taken, is refused and changes nothing",
        arguments: [
            ("/v1/secrets/notes/api", "{}"), ("/v1/secrets/notes/api", #"{"owner":"a\nb"}"#),
            ("/v1/secrets/notes/api", #"{"expires":"soon"}"#), ("/v1/secrets/notes/api", #"{"fields":{"value":"x"}}"#),
            ("/v1/servers/notes", #"{"selectors":{"unit":"notes"}}"#), ("/v1/servers/notes", #"{"owner":"ada"}"#),
        ]
    )
    func refused(_ path: String, _ body: String) async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            let sequence = server.kit.vault.sequence
            let answer = try server.connect(.operator).ask("PATCH", path, body: body)
            #expect(answer.status == 400)
            #expect(server.kit.vault.sequence == sequence)
        }
    }

    @Test("an empty text takes an owner away, and what is left out stays")
    func owner() async throws {
        let kit = try await TestVault(uid: geteuid())
        try await TestServer.with(kit) { server in
            try await kit.mustPut("a/b", owner: "platform")
            let client = try server.connect(.operator)
            let labelled = try client.ask("PATCH", "/v1/secrets/a/b", body: #"{"labels":{"env":"prod"}}"#)
            #expect(labelled.status == 200)
            #expect(try Node(json: labelled.body)["owner"]?.text == "platform")
            let nobody = try Node(json: client.ask("PATCH", "/v1/secrets/a/b", body: #"{"owner":""}"#).body)
            #expect(nobody["owner"] == nil && nobody["labels"]?["env"]?.text == "prod")
        }
    }
}
