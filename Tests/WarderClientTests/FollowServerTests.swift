import Glibc
import Locking
import Testing
import WarderModel
import WarderTesting

@testable import WarderClient
@testable import WarderCore

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

    /// A client that keeps `notes/api` for outages and follows; then something happens, it has heard of that, and the vault
    /// goes away.
    private static func afterwards(
        _ deed: (TestServer) async throws -> Void
    ) async throws -> Result<ResolvedSecret, WarderClientError> {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            try await server.kit.mustRevokeGrant("notes/search", "notes/api")
            try await server.kit.mustGrant("notes/search", "notes/api", maxStale: 3600)
            let client = try WarderClient(WarderClientConfiguration(socketPath: server.clientSocket))
            func resolve() async -> Result<ResolvedSecret, WarderClientError> {
                do throws(WarderClientError) {
                    return .success(
                        try await client.resolve("notes/api", for: "notes/search", maxStale: .seconds(3600))
                    )
                } catch { return .failure(error) }
            }
            let board = server.kit.vault.changes
            _ = try await resolve().get()
            while board.waiting == 0 { await Task.yield() }
            let asked = board.state.withLock { $0.nextNumber }
            try await deed(server)
            // Whoever asks again has heard the answer.
            while board.state.withLock({ $0.nextNumber }) == asked { await Task.yield() }
            await server.stop()
            let result = await resolve()
            await client.close()
            return result
        }
    }

    @Test("what changes nothing for a client leaves what it keeps")
    func untouched() async throws {
        let secret = try await Self.afterwards { server in
            try await server.kit.mustPut("notes/other")
            try await server.kit.mustGrant("notes/search", "notes/other")
        }.get()
        #expect(secret.stale != nil)
    }

    @Test("what a client keeps goes when its tool is raised to critical, though no call meets that")
    func raised() async throws {
        let result = try await Self.afterwards { server in
            var changes = Tools.Changes()
            changes.risk = .critical
            changes.reason = try PlainText("it deletes")
            let name = try ToolID("notes/search")
            _ = try await server.kit.vault.perform(Tools.set(name, changes, by: server.kit.admin))
        }
        #expect(throws: WarderClientError.self) { try result.get() }
    }

    @Test("what a client keeps goes when its grant is replaced by one that gives the same version")
    func regranted() async throws {
        let result = try await Self.afterwards { server in
            try await server.kit.mustRevokeGrant("notes/search", "notes/api")
            try await server.kit.mustGrant("notes/search", "notes/api")
        }
        #expect(throws: WarderClientError.self) { try result.get() }
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
