import Glibc
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderClient

/// Following changes at a real vault behind a real socket.
@Suite("Following changes of a real vault")
struct FollowServerTests {
    private static func with(
        _ body: (TestServer, WarderClient, Follower) async throws -> Void
    ) async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            let client = try WarderClient(WarderClientConfiguration(socketPath: server.clientSocket))
            let changes = Follower(client, maxStale: .zero)
            try await changes.mustHear(.everything)
            do { try await body(server, client, changes) } catch {
                await client.close()
                throw error
            }
            await client.close()
        }
    }

    private static func value(_ client: WarderClient) async throws -> String? {
        try await client.resolve("notes/api", for: "notes/search").unprotectedText()
    }

    @Test("what holds on to a credential makes it anew after a rotation, and its next call has the new one")
    func pool() async throws {
        try await Self.with { server, client, changes in
            /// What a pool was opened with, until it is closed.
            var pool: String?
            func call() async throws -> String? {
                if pool == nil { pool = try await Self.value(client) }
                return pool
            }
            for value in ["s3cr3t", "second", "third"] {
                if value != "s3cr3t" {
                    try await server.kit.mustPut("notes/api", value)
                    let kept = try await call()
                    #expect(kept != value, "nobody has told it")
                    let change = try await changes.next()
                    if change?.concerns("notes/api") == true { pool = nil }
                }
                let used = try await call()
                #expect(used == value)
            }
        }
    }

    @Test("a waiting follower hears of a change, and of a grant that is taken back, and then is refused")
    func revoked() async throws {
        try await Self.with { server, client, changes in
            let heard = Task { try await changes.next() }
            while server.kit.vault.changes.waiting == 0 { await Task.yield() }
            try await server.kit.mustRevokeGrant("notes/search", "notes/api")
            let change = try await heard.value
            #expect(change == .revoked(secret: "notes/api"))
            let error = try await clientError { _ = try await Self.value(client) }
            #expect(error.isRefusal)
            _ = try await server.kit.vault.perform(
                Servers.quarantine(try ServerName("notes"), reason: nil, by: server.kit.admin)
            )
            let end = try await clientError { _ = try await changes.next() }
            #expect(end.code == .refused)
        }
    }

    @Test("a vault that was sealed and opened again makes everything doubtful")
    func sealed() async throws {
        try await Self.with { server, _, changes in
            try await server.kit.seal()
            try await changes.mustHear(.outOfTouch)
            try await server.kit.unseal().get()
            try await changes.mustHear(.everything)
            try await server.kit.mustPut("notes/api", "second")
            try await changes.mustHear(.version(secret: "notes/api", 2))
        }
    }

    @Test("whoever stops listening takes nothing up at the vault")
    func leaving() async throws {
        try await Self.with { server, client, changes in
            for _ in 0..<10 {
                let follower = Task { () async throws -> Void in
                    for try await _ in client.changes() {}
                }
                while server.kit.vault.changes.waiting == 0 { await Task.yield() }
                follower.cancel()
                while server.kit.vault.changes.waiting > 0 { await Task.yield() }
            }
            let waiting = Task { try await changes.next() }
            while server.kit.vault.changes.waiting == 0 { await Task.yield() }
            await client.close()
            while server.kit.vault.changes.waiting > 0 { await Task.yield() }
            await #expect(throws: WarderClientError(.closed)) { try await waiting.value }
        }
    }
}
