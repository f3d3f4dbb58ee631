import HashTreeCollections
import Rotating
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// A vault that came back from a backup: what the upstream has seen since then nobody knows, so that nothing rotates
/// before the release, and what was under way goes on when a person says so.
@Suite struct RestoredRotationTests {
    /// More than any of these rotations writes.
    private static let most = 40

    /// Lets a month go by, a look every few days, and holds that nothing happens.
    private func expectQuiet(_ stand: RotationStand, _ comment: Comment) async throws {
        let asked = stand.upstream.asked
        let events = try stand.kit.events().count
        for _ in 0..<6 {
            #expect(await stand.settle() == nil, comment)
            stand.kit.clock.advance(seconds: 5 * 86_400)
        }
        #expect(stand.upstream.asked == asked, comment)
        #expect(try stand.kit.events().count == events, comment)
    }

    /// What the vault would do of itself, asked of it in so many words.
    private func expectRefused(_ stand: RotationStand, _ comment: Comment) async throws {
        let name = try stand.name
        #expect(await stand.kit.refusal(of: Rotations.begin(name)) == .restoredVault, comment)
        #expect(await stand.kit.refusal(of: Rotations.turn(name, workerWaits: true)) == .restoredVault, comment)
        let start = Rotations.start(name, reason: nil, compromised: true, by: stand.kit.admin)
        #expect(await stand.kit.refusal(of: start) == .restoredVault, comment)
    }

    private func release(_ stand: RotationStand) async throws {
        try await stand.kit.vault.perform(Backups.release(by: stand.kit.admin))
    }

    @Test func `a rotation that is due begins after the release, and not before`() async throws {
        let stand = try await RotationStand(overlaps: false, schedule: "P30D")
        stand.kit.clock.advance(seconds: 40 * 86_400)
        try await stand.restore()
        try await expectQuiet(stand, "in quarantine")
        try await expectRefused(stand, "in quarantine")
        #expect(try stand.rotation.run == nil)

        try await release(stand)
        await stand.settle()
        #expect(try stand.run.phase == .retired)
        #expect(stand.upstream.asked.contains(.set))
        let login = try await stand.login()
        #expect(login.password != "first")
        #expect(stand.upstream.accepted == [login.user: login.password])
    }

    @Test(arguments: [true, false])
    func `one that was under way takes no step until it is released and resumed, wherever the backup was made`(
        overlaps: Bool
    ) async throws {
        var underWay = 0
        for write in 0..<Self.most {
            let comment: Comment = "write \(write)"
            let stand = try await RotationStand(overlaps: overlaps)
            try await stand.start()
            let wasCut = await stand.cut(after: write)
            try await stand.restore()
            if try !stand.run.hasEnded {
                underWay += 1
                #expect(try stand.run.waitsForPerson && stand.run.doing == nil, comment)
                try await expectQuiet(stand, comment)
                try await expectRefused(stand, comment)
                try await release(stand)
                try await expectQuiet(stand, comment)
                _ = try await stand.kit.vault.perform(Rotations.resume(stand.name, by: stand.kit.admin))
                try await stand.finish()
                #expect(try stand.run.phase == .retired, comment)
                let login = try await stand.login()
                #expect(stand.upstream.accepted == [login.user: login.password], comment)
            }
            if !wasCut { break }
        }
        #expect(underWay >= 8)
    }

    @Test func `whoever resumes one in quarantine lets it go on at the release`() async throws {
        let stand = try await RotationStand(overlaps: true)
        try await stand.start()
        await stand.settle()
        #expect(try stand.run.phase == .overlapping)
        try await stand.restore()
        _ = try await stand.kit.vault.perform(Rotations.resume(stand.name, by: stand.kit.admin))
        try await expectQuiet(stand, "in quarantine")
        try await release(stand)
        await stand.settle()
        #expect(try stand.run.phase == .retired)
    }
}
