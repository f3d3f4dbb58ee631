import Foundation
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

    private static let index = "sqlite_autoindex_version_values_1"

    /// A page that says where values lie is damaged, and none of the values.
    @Test("what the deep check calls good is saved, whatever has become of the index of values")
    func brokenIndex() async throws {
        let kit = try await TestVault()
        for number in 0..<6 { for value in ["one", "two"] { try await kit.mustPut("a/b\(number)", value) } }
        let (ring, foundation) = (try #require(kit.vault.keys?.ring), try #require(kit.vault.foundation))
        func expectAll(bits: [Int]) throws {
            let path = try kit.closedCopy()
            try ClosedDatabase.breakRoot(of: Self.index, bits: bits, at: path)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            let store = try SQLiteStore(path: path)
            defer { store.close() }
            #expect(try DeepCheck(ring, foundation, store: store).run().good.values == 12, "\(bits)")
            let (texts, outcome) = try pieces(Salvage(ring, store: store))
            #expect(outcome == Salvage.Outcome(saved: 12, lost: 0, unreadableRecords: 0), "\(bits)")
            #expect(texts.prefix(2) == ["a/b0 v1 value=one", "a/b0 v2 value=two"], "\(bits)")
        }
        try expectAll(bits: [])
        var numbers = SeededNumbers()
        print("bits of an index from seed \(numbers.seed)")
        // Its header and the places of its cells, then its cells.
        for bit in 0..<8 * 8 where bit.isMultiple(of: 3) { try expectAll(bits: [bit]) }
        for _ in 0..<24 { try expectAll(bits: [Int.random(in: 0..<4096 * 8, using: &numbers)]) }
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
