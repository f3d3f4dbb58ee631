import Sealing
import Testing
import WarderModel
import WarderStoreSQLite
import WarderTesting

@testable import WarderCore

/// What is destroyed is gone: from the answers, and from the disk.
@Suite struct DestroyTests {
    @Test("the values of a destroyed version are in no file of the database any more")
    func shredded() async throws {
        let kit = try await TestVault()
        let name = try SecretName("a/b")
        try await kit.mustPut("a/b", "the value that goes")
        try await kit.mustPut("a/b", "the value that stays")
        let secret = try await kit.vault.perform(Secrets.show(name, by: kit.admin)).secret
        let gone = try #require(try kit.store.value(of: secret.id, version: 1))
        let stays = try #require(try kit.store.value(of: secret.id, version: 2))
        try kit.database.maintain()
        for bytes in [gone.wrappedKey, gone.sealed, stays.wrappedKey, stays.sealed] {
            #expect(try kit.directory.holds(bytes), "the search must find what is there")
        }

        _ = try await kit.vault.perform(Secrets.destroy(name, version: 1, by: kit.admin))
        #expect(try kit.store.value(of: secret.id, version: 1) == nil)
        // Leaves the database and nothing beside it: what the write-ahead log held is written back and removed.
        kit.database.close()
        for bytes in [gone.wrappedKey, gone.sealed] { #expect(try !kit.directory.holds(bytes)) }
        for bytes in [stays.wrappedKey, stays.sealed] { #expect(try kit.directory.holds(bytes)) }
    }

    @Test("a destroyed version opens for nobody, and its number is not used again")
    func numbers() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let name = try SecretName("notes/api")
        let token = try await kit.mustIssue()
        _ = try await kit.mustResolve(with: token)
        let change = try await kit.vault.perform(Secrets.destroy(name, version: 1, by: kit.admin))
        #expect(change.destroyed == [1])
        #expect(await kit.refusal(of: try kit.resolve(with: token)) == .versionMissing)
        await #expect(throws: Refusal.versionDestroyed) { try await kit.reveal("notes/api", version: 1) }
        #expect(await kit.refusal(of: Secrets.promote(name, version: 1, by: kit.admin)) == .versionDestroyed)
        #expect(await kit.refusal(of: Secrets.destroy(name, version: 1, by: kit.admin)) == .versionDestroyed)
        #expect(try await kit.mustPut("notes/api", "n3w").version?.number == 2)
        #expect(try await kit.mustResolve(with: token) == "n3w")
    }

    @Test("all versions can be destroyed at once")
    func all() async throws {
        let kit = try await TestVault()
        let name = try SecretName("a/b")
        for _ in 0..<3 { try await kit.mustPut("a/b") }
        let change = try await kit.vault.perform(Secrets.destroy(name, version: nil, by: kit.admin))
        #expect(change.destroyed == [1, 2, 3])
        #expect(try kit.lastEvent().changes?.prefix(3) == ["destroyed/v1", "destroyed/v2", "destroyed/v3"])
        #expect(try await kit.states("a/b") == ["1 destroyed", "2 destroyed", "3 destroyed"])
    }

    @Test("a version that is stored and destroyed in one batch is gone as well")
    func inOneBatch() async throws {
        let kit = try await TestVault()
        let name = try SecretName("a/b")
        await kit.holdWriter()
        let put = kit.submit(Secrets.put(name, try kit.draft(["value": "short-lived"]), by: kit.admin))
        let destroy = kit.submit(Secrets.destroy(name, version: 1, by: kit.admin))
        kit.letGo()
        #expect(await put.refusal == nil)
        #expect(await destroy.refusal == nil)
        let secret = try await kit.vault.perform(Secrets.show(name, by: kit.admin)).secret
        #expect(try kit.store.value(of: secret.id, version: 1) == nil)
    }

    @Test("of many versions the oldest retired ones are destroyed, and the put says so")
    func surplus() async throws {
        let kit = try await TestVault()
        let kept = Secret.keptRetiredVersions + 2
        for _ in 0..<kept { #expect(try await kit.mustPut("a/b").destroyed == []) }
        #expect(try await kit.mustPut("a/b").destroyed == [1])
        #expect(try kit.lastEvent().changes?.contains("destroyed/v1") == true)
        let secret = try await kit.vault.perform(Secrets.show(try SecretName("a/b"), by: kit.admin)).secret
        #expect(try kit.store.value(of: secret.id, version: 1) == nil)
        #expect(try kit.store.value(of: secret.id, version: 2) != nil)
    }

    @Test("a deleted secret can still be destroyed")
    func deleted() async throws {
        let kit = try await TestVault()
        let name = try SecretName("a/b")
        try await kit.mustPut("a/b")
        _ = try await kit.vault.perform(Secrets.delete(name, by: kit.admin))
        #expect(try await kit.vault.perform(Secrets.destroy(name, version: nil, by: kit.admin)).destroyed == [1])
    }
}
