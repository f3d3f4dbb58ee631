import Glibc
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderHTTP

/// How long a server may go on with a value, as it hears it.
@Suite struct StalenessTests {
    /// What an answer with a value says; `nil` for nothing.
    private func said(_ client: RawClient) throws -> Int? {
        let issued = try Node(json: client.ask("POST", "/v1/tokens", body: #"{"tool":"search"}"#).body)
        let token = try #require(issued["token"]?.text)
        let answer = try client.ask("GET", "/v1/secrets/notes/db", ["Authorization": "Bearer \(token)"])
        #expect(answer.status == 200)
        return try Node(json: answer.body)["max_stale"]?.int
    }

    @Test("it is what the grant allows, up to its end")
    func end() async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            try await server.kit.mustPut("notes/db")
            let end = server.kit.clock.now().wall.adding(seconds: 100)
            try await server.kit.mustGrant("notes/search", "notes/db", maxStale: 60, expires: end)
            let client = try server.connect(.client)
            #expect(try said(client) == 60)
            server.kit.clock.advance(seconds: 70)
            #expect(try said(client) == 30)
        }
    }

    @Test("of a tool that is raised to critical it is nothing, and who follows hears that something is otherwise")
    func raised() async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            try await server.kit.mustPut("notes/db")
            try await server.kit.mustRevokeGrant("notes/search", "notes/api")
            let grant = try await server.kit.mustGrant("notes/search", "notes/db", approval: .none, maxStale: 60)
            let client = try server.connect(.client)
            #expect(try said(client) == 60)
            let start = try Node(json: client.ask("GET", "/v1/changes").body)
            var changes = Tools.Changes()
            changes.risk = .critical
            changes.reason = try PlainText("it deletes")
            _ = try await server.kit.vault.perform(Tools.set(grant.tool, changes, by: server.kit.admin))
            let cursor = try #require(start["next"]?.text)
            let told = try Node(json: client.ask("GET", "/v1/changes?since=\(cursor)&wait=55").body)
            let heard = try #require(told["changes"]?.list)
            #expect(heard.map { $0["secret"]?.text } == ["notes/db"])
            #expect(heard.map { $0["version"]?.int } == [1])
            #expect(try said(client) == nil)
        }
    }
}
