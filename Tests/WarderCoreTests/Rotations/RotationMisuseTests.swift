import HashTreeCollections
import Locking
import Rotating
import Sealing
import SecretMemory
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// What people, rotators and workers do that a rotation must survive: nobody's mistake makes the value that servers get
/// invalid.
@Suite struct RotationMisuseTests {
    /// Servers have the new value, and the old one is still valid.
    private func overlapping() async throws -> RotationStand {
        let stand = try await RotationStand()
        try await stand.kit.mustAddServer("notes")
        try await stand.kit.mustAddTool("notes/search")
        try await stand.kit.mustGrant("notes/search", RotationStand.secret, fields: ["password"])
        let token = try await stand.kit.mustIssue()
        _ = try await stand.kit.mustResolve(RotationStand.secret, field: "password", with: token)
        try await stand.start()
        await stand.settle()
        #expect(try stand.run.phase == .overlapping)
        return stand
    }

    // MARK: People

    @Test func `the version that a rotation is about to end cannot be made current by hand`() async throws {
        let stand = try await overlapping()
        let admin = stand.kit.admin
        await #expect(throws: Refusal.rotationBusy) {
            try await stand.kit.vault.perform(Secrets.rollback(try stand.name, by: admin))
        }
        await #expect(throws: Refusal.rotationBusy) {
            try await stand.kit.vault.perform(Secrets.promote(try stand.name, version: 1, by: admin))
        }
        stand.kit.clock.advance(seconds: 4000)
        await stand.settle()
        #expect(try await stand.works())
    }

    @Test func `nothing goes back to a version whose value was destroyed`() async throws {
        let stand = try await overlapping()
        let admin = stand.kit.admin
        _ = try await stand.kit.vault.perform(Secrets.destroy(try stand.name, version: 1, by: admin))
        await #expect(throws: Refusal.versionDestroyed) {
            try await stand.kit.vault.perform(Rotations.rollback(try stand.name, by: admin))
        }
        #expect(try stand.run.course == .forward)
        #expect(try await stand.works())
    }

    @Test func `a value that was destroyed while it was to come back leaves the new one current`() async throws {
        let stand = try await overlapping()
        let admin = stand.kit.admin
        stand.upstream.state.withLock { $0.isThere = false }
        _ = try await stand.kit.vault.perform(Rotations.rollback(try stand.name, by: admin))
        _ = try await stand.kit.vault.perform(Secrets.destroy(try stand.name, version: 1, by: admin))
        await stand.settle()
        #expect(try stand.run.course == .forward)
        #expect(try await stand.works())
    }

    @Test func `a compromised value is not one that a rollback goes back to, whoever made it`() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("app/key", fields: ["value": "leaked"])
        let name = try SecretName("app/key")
        _ = try await kit.vault.perform(Rotations.set(name, Rotations.Plan(rotator: .random), by: kit.admin))
        _ = try await kit.vault.perform(Rotations.start(name, reason: nil, compromised: true, by: kit.admin))
        var keeper = RotationKeeper(kit.vault, limit: 4)
        _ = await keeper.look { _, _ in }
        #expect(try await kit.states("app/key") == ["1 retired", "2 current"])
    }

    @Test func `hastening a rotation that goes back is refused, and not accepted and forgotten`() async throws {
        let stand = try await overlapping()
        _ = try await stand.kit.vault.perform(Rotations.rollback(try stand.name, by: stand.kit.admin))
        await #expect(throws: Refusal.rotationBusy) { try await stand.start(compromised: true) }
    }

    // MARK: Rotators

    @Test func `an upstream that says it made a value and gives none ends nothing that is valid`() async throws {
        let stand = try await RotationStand()
        stand.upstream.state.withLock { $0.maker = .upstream }
        stand.upstream.answer(.create, StepAnswer(.done))
        try await stand.start()
        try await stand.finish()
        #expect(try stand.run.phase == .failed)
        #expect(!stand.upstream.asked.contains(.retire))
        #expect(stand.upstream.asked.contains(.discard))
        #expect(try await stand.works())
        #expect(try await stand.states == ["1 current"])
    }

    @Test func `an answer that no version can hold is taken back, and does not stop the rotation for ever`()
        async throws
    {
        let stand = try await RotationStand()
        var many: [FieldName: SecretBytes] = [:]
        for number in 0..<32 { many[try FieldName("field_\(number)")] = try SecretBytes(copying: [1]) }
        let fields = try SecretFields(many)
        stand.upstream.state.withLock { $0.made = fields }
        try await stand.start()
        try await stand.finish()
        #expect(try stand.run.phase == .failed)
        #expect(try stand.run.problem?.step == .create)
        #expect(stand.upstream.asked.suffix(1) == [.discard])
        #expect(try await stand.works())
    }

    // MARK: Time

    @Test func `an overlap that began while the clock was a year ahead has its length, and no year`() async throws {
        let stand = try await RotationStand()
        try await stand.kit.mustAddServer("notes")
        try await stand.kit.mustAddTool("notes/search")
        try await stand.kit.mustGrant("notes/search", RotationStand.secret, fields: ["password"])
        let ahead = stand.kit.clock.now().wall.adding(seconds: 365 * 86_400)
        stand.kit.clock.setWall(to: ahead)
        let token = try await stand.kit.mustIssue()
        _ = try await stand.kit.mustResolve(RotationStand.secret, field: "password", with: token)
        try await stand.start()
        await stand.settle()
        stand.kit.clock.setWall(to: ahead.adding(seconds: -365 * 86_400))
        let wake = try #require(await stand.settle())
        let now = stand.kit.clock.now().wall
        #expect(wake <= now.adding(seconds: 3600))
        #expect(wake > now.adding(seconds: 3000))
    }

    // MARK: The log

    @Test func `a leaked value that a rotation made is found, with who was handed it`() async throws {
        let stand = try await RotationStand()
        try await stand.start()
        try await stand.finish()
        let value = try TestVault.secret(try await stand.login().password)
        let leak = try stand.kit.vault.findLeak(
            of: LeakNeedle(value),
            through: stand.kit.vault.sequence,
            progress: { _ in },
            isCancelled: { false }
        )
        #expect(leak.matches.map(\.version) == [2])
        #expect(leak.uses.contains { $0.kind.type == "rotation.step" && $0.count >= 2 })
    }
}
