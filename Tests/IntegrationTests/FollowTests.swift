import Foundation
import Glibc
import Testing
import WarderClient

/// A server that holds on to something made of a credential, a daemon in a process of its own, and operators.
@Suite("Following changes of a daemon", .serialized)
struct FollowTests {
    @Test(
        "a rotation and a restart of the daemon reach a server that follows; none of them needs a restart of the server"
    )
    func story() async throws {
        let vault = try VaultProcess(profile: "single-user")
        try vault.start()
        try vault.initialise()
        try vault.furnish(uid: getuid())
        let client = try WarderClient(WarderClientConfiguration(socketPath: vault.clientSocket))
        var changes = client.changes(maxStale: .zero).makeAsyncIterator()
        try await expect(.everything, &changes)
        let before = try await value(client)

        try vault.ask("PUT", "/v1/rotations/github/pat", #"{"rotator":"random"}"#)
        try vault.ask("POST", "/v1/rotate/github/pat", "{}")
        try await expect(.version(secret: "github/pat", 2), &changes)
        let behind = try RestoreStory.warder(["rotate", "status", "github/pat"], vault)
        #expect(behind.output.contains("1 consumer, 1 still on v1 (github, last seen "), "\(behind.output)")
        let after = try await value(client)
        #expect(after != before && after?.utf8.count == 32)

        let moved = try RestoreStory.warder(["rotate", "status", "github/pat"], vault)
        #expect(moved.output.contains("1 consumer, all on v2"), "\(moved.output)")

        vault.kill()
        try await expect(.outOfTouch, &changes)
        try vault.start()
        try vault.unseal()
        try await expect(.everything, &changes)
        #expect(try await value(client) == after)

        try vault.ask("PUT", "/v1/secrets/github/pat", #"{"fields":{"value":"third"}}"#, expecting: 200)
        try await expect(.version(secret: "github/pat", 3), &changes)
        #expect(try await value(client) == "third")
        let watches = try vault.events("type=secret.watch")
        #expect(Set(watches.map { $0["server"] as? String }) == ["github"])
        // One for each life of the daemon, and one more where a question came again before the first was written down.
        #expect((2...3).contains(watches.count), "\(watches.count) events")
        await client.close()
    }

    private func expect(
        _ change: SecretChange,
        _ changes: inout SecretChanges.Iterator,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let heard = try await changes.next()
        #expect(heard == change, sourceLocation: sourceLocation)
    }

    private func value(_ client: WarderClient) async throws -> String? {
        try await client.resolve("github/pat", for: "github/list").unprotectedText()
    }
}
