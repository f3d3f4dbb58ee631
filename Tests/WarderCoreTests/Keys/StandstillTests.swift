import Sealing
import Testing
import WarderModel
import WarderStoreSQLite
import WarderTesting

@testable import WarderCore

/// Rotations of a vault whose database has a page that the engine cannot read, and those that stand still.
@Suite struct StandstillTests {
    /// So many that their tables have several pages.
    private static let names = (0..<120).map { "load/s\($0)" }

    /// A vault in which something cannot be read, open.
    private func harmed(_ table: String, rotating: Bool) async throws -> TestVault {
        let kit = try await TestVault()
        for name in Self.names { try await kit.mustPut(name, "value of \(name)") }
        if rotating { _ = try await kit.vault.perform(Keys.rotate(by: kit.admin)) }
        kit.database.close()
        try ClosedDatabase.breakPage(of: table, at: kit.directory.file("vault.db"))
        let later = try TestVault(restarting: kit)
        try await later.unseal().get()
        return later
    }

    private func readable(_ kit: TestVault) async -> [String] {
        var readable: [String] = []
        for name in Self.names where (try? await kit.reveal(name)) == "value of \(name)" { readable.append(name) }
        return readable
    }

    @Test(
        "around a page that cannot be read the root key is replaced, what can be sealed anew is, and no old key goes",
        arguments: ["version_values", "records"],
        [false, true]
    )
    func unreadablePage(table: String, rotating: Bool) async throws {
        let kit = try await harmed(table, rotating: rotating)
        let before = await readable(kit)
        #expect((60..<120).contains(before.count))
        let done = try await kit.replaceRoot()
        #expect(done.rows > before.count)
        try await kit.finishRewrapping()

        let epochs: [UInt32] = rotating ? [1, 2, 3] : [1, 2]
        #expect(kit.epochs(.keyEncryption) == epochs && kit.epochs(.metadata) == epochs)
        #expect(try kit.lastEvent().line == "key.rewrap: value_damaged")
        #expect(try await kit.standstill() != nil)
        let left = try #require(kit.vault.state?.rowsUnderOldKeys)
        #expect(left > 0 && left < done.rows / 2)
        #expect(!kit.vault.isRewrappingDue)
        #expect(await readable(kit) == before)

        // Another rotation is not held up, nor is the next unsealing.
        _ = try await kit.vault.perform(Keys.rotate(by: kit.admin))
        let later = try TestVault(restarting: kit)
        try await later.unseal().get()
        try await later.finishRewrapping()
        #expect(later.epochs(.keyEncryption) == epochs + [epochs.count + 1].map(UInt32.init))
        #expect(later.vault.state?.rotationStandsStill == true)
        #expect(await readable(later) == before)
    }

    @Test("rows of a rotation that stands still are counted again after something was written, and each minute")
    func looks() async throws {
        let kit = try await TestVault.rotatedAndDamaged()
        try await kit.finishRewrapping()
        var watch = StandstillWatch()
        var counts = kit.store.oldRowCounts
        func expectOneLook() {
            for _ in 0..<5 {
                let isDue = watch.isRewrappingDue(in: kit.vault)
                #expect(!isDue)
            }
            counts += 1
            #expect(kit.store.oldRowCounts == counts)
        }
        expectOneLook()
        try await kit.mustPut("github/other")
        expectOneLook()
        kit.clock.advance(seconds: 60)
        expectOneLook()
        // Events alone change no row.
        _ = try await kit.vault.perform(Secrets.list(by: kit.admin))
        let isDue = watch.isRewrappingDue(in: kit.vault)
        #expect(!isDue && kit.store.oldRowCounts == counts)
        _ = try await kit.vault.perform(Secrets.destroy(SecretName("github/hurt"), version: 1, by: kit.admin))
        let isDueNow = watch.isRewrappingDue(in: kit.vault)
        #expect(isDueNow)
    }
}
