import Foundation
import Sealing
import SecretShares
import Testing
import WarderModel
import WarderStoreSQLite
import WarderTesting

@testable import WarderCore

/// A database of every schema that was ever released opens in this program, with everything that was put into it.
@Suite struct GoldenDatabaseTests {
    /// Each has to have one.
    private static let schemas = Array(1...Migration.all.count)

    @Test("what the passphrase opens is what was put in", arguments: schemas)
    func passphrase(_ schema: Int) async throws {
        let golden = GoldenDatabase(schema: schema)
        let story = try golden.story()
        let kit = try golden.open()
        #expect(kit.vault.phase == .sealed)
        try await kit.unseal(with: story.passphrase).get()
        #expect(try GoldenContents(of: kit) == story.contents)
    }

    @Test("any two of its shares open it", arguments: schemas)
    func shares(_ schema: Int) async throws {
        let golden = GoldenDatabase(schema: schema)
        let shares = try golden.story().shares.map { try Share(text: TestVault.secret($0)) }
        for pair in [[0, 1], [1, 2], [2, 0]] {
            let kit = try golden.open()
            try await kit.open(with: pair.map { shares[$0] })
            #expect(kit.vault.phase == .unsealed)
        }
    }

    @Test("nothing in it is damaged, and it can be written to", arguments: schemas)
    func check(_ schema: Int) async throws {
        let golden = GoldenDatabase(schema: schema)
        try await check(golden.open(), golden.story())
    }

    @Test("the same after migrations that make tables of it anew", arguments: schemas)
    func migrated(_ schema: Int) async throws {
        let golden = GoldenDatabase(schema: schema)
        let story = try golden.story()
        let kit = try golden.open(migrations: LaterSchema.migrations)
        #expect(kit.database.migrated?.from == schema)
        try await check(kit, story)
        let copy = try TestVault(copyOf: try #require(kit.database.migrated?.copy))
        try await copy.unseal(with: story.passphrase).get()
        #expect(try GoldenContents(of: copy) == story.contents)
    }

    private func check(_ kit: TestVault, _ story: GoldenDatabase.Story) async throws {
        try await kit.unseal(with: story.passphrase).get()
        #expect(try GoldenContents(of: kit) == story.contents)
        for round in 0..<2 {
            let keys = try #require(kit.vault.keys)
            let foundation = try #require(kit.vault.foundation)
            let report = try DeepCheck(keys.ring, foundation, store: kit.store).run()
            #expect(report.findings.isEmpty, "\(report.findings.map(\.place))")
            #expect(report.verdict == .sound && report.good.values > 4 && report.good.destroyed == 1)
            if round == 0 { try await kit.mustPut("notes/api", "value 6") }
        }
    }

    @Test("one that is made anew holds its own story; WARDER_WRITE_GOLDEN_DATABASE=1 puts it among the vectors")
    func write() async throws {
        let directory = try TemporaryDirectory()
        let fresh = GoldenDatabase(schema: Migration.all.count, in: URL(filePath: directory.path))
        try await fresh.write()
        try await check(fresh.open(), fresh.story())
        if ProcessInfo.processInfo.environment["WARDER_WRITE_GOLDEN_DATABASE"] == "1" {
            try await GoldenDatabase(schema: Migration.all.count).write()
        }
    }
}
