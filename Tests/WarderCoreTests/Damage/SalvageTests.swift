import HashTreeCollections
import Sealing
import Testing
import WarderModel
import WarderStoreSQLite
import WarderTesting

@testable import WarderCore

/// What opens can be saved, whatever else does not.
@Suite struct SalvageTests {
    private func pieces(_ salvage: Salvage) throws -> (texts: [String], outcome: Salvage.Outcome) {
        var texts: [String] = []
        let outcome = try salvage.run { piece in
            let fields = piece.fields.values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text)" }
            texts.append("\(piece.secret.name) v\(piece.version.number) \(fields.joined(separator: " "))")
        }
        return (texts, outcome)
    }

    @Test("every version that opens is handed over, the current one last")
    func all() async throws {
        let kit = try await TestVault()
        for value in ["one", "two", "three"] { try await kit.mustPut("a/b", value) }
        let name = try SecretName("a/b")
        _ = try await kit.vault.perform(Secrets.destroy(name, version: 1, by: kit.admin))
        _ = try await kit.vault.perform(Secrets.rollback(name, by: kit.admin))
        try await kit.mustPut("c/d", fields: ["user": "ada", "password": "hunter2"])
        let ring = try #require(kit.vault.keys?.ring)
        let (texts, outcome) = try pieces(Salvage(ring, store: kit.store))
        #expect(texts == ["a/b v3 value=three", "a/b v2 value=two", "c/d v1 password=hunter2 user=ada"])
        #expect(outcome == Salvage.Outcome(saved: 3, lost: 0, unreadableRecords: 0))
    }

    @Test("what does not open is counted, and passed over")
    func damaged() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("a/b", "one")
        try await kit.mustPut("a/b", "two")
        try await kit.mustPut("c/d", "three")
        let ring = try #require(kit.vault.keys?.ring)
        let gone = try #require(try kit.vault.state?.secrets[SecretName("c/d")]?.id)
        let damaged = try kit.damaged(
            by: """
                UPDATE version_values SET sealed = zeroblob(200) WHERE version = 1 AND secret <> x'\(gone)';
                UPDATE records SET sealed = zeroblob(200) WHERE id = x'\(gone)';
                """
        )
        let (texts, outcome) = try pieces(Salvage(ring, store: damaged.store))
        #expect(texts == ["a/b v2 value=two"])
        #expect(outcome == Salvage.Outcome(saved: 1, lost: 1, unreadableRecords: 1))
    }

    @Test("whoever takes the pieces can stop it")
    func stopped() async throws {
        struct Enough: Error {}
        let kit = try await TestVault()
        try await kit.mustPut("a/b", "one")
        let ring = try #require(kit.vault.keys?.ring)
        #expect(throws: Enough.self) { _ = try Salvage(ring, store: kit.store).run { _ in throw Enough() } }
    }
}
