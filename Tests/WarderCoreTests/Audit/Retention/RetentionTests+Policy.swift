import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Who may prune, and what the vault prunes by itself.
extension RetentionTests {
    @Test("legal hold, a moment of the last day, a missing role and a missing person refuse, and stand in the log")
    func refusals() async throws {
        let scene = try await Scene()
        let kit = scene.kit
        let policy = RetentionPolicy()
        let eve = try await kit.mustAddOperator("eve", uid: 1001, roles: [.auditor])
        let day = kit.clock.now().wall.adding(seconds: -86_400)
        let held = Retention.permit(before: scene.edge, under: RetentionPolicy(legalHold: true), by: kit.admin)
        #expect(await kit.refusal(of: held) == .legalHold)
        #expect(try kit.lastEvent().line == "audit.prune: legal_hold")
        #expect(try kit.lastEvent().changes == ["before=\(scene.edge)"])
        let recent = Retention.permit(before: day.adding(seconds: 1), under: policy, by: kit.admin)
        #expect(await kit.refusal(of: recent) == .tooRecent)
        #expect(await kit.refusal(of: Retention.permit(before: day, under: policy, by: kit.admin)) == nil)
        #expect(
            await kit.refusal(of: Retention.permit(before: day, under: policy, by: kit.present(eve))) == .roleMissing
        )
        let plan = try #require(try kit.vault.planPrune(before: scene.edge))
        await #expect(throws: Refusal.roleMissing) { try await kit.vault.prune(plan, as: .caller(kit.present(eve))) }
        #expect(kit.vault.prunedLog == nil)

        let single = try await TestVault(profile: .singleUser)
        let absent = Retention.permit(before: day, under: policy, by: single.caller(single.ada, .operator))
        #expect(await single.refusal(of: absent) == .presenceRequired)
    }

    @Test("legal hold blocks the vault's own policy as well")
    func heldPolicy() async throws {
        let scene = try await Scene()
        let kit = try TestVault(restarting: scene.kit, retention: RetentionPolicy(keepDays: 1, legalHold: true))
        try await kit.unseal().get()
        let plan = try #require(try kit.vault.planPrune(before: scene.edge))
        await #expect(throws: Refusal.legalHold) { try await kit.vault.prune(plan, as: .vault) }
        #expect(try await kit.vault.pruneByPolicy() == nil)
        #expect(kit.vault.prunedLog == nil)
    }

    @Test("the policy prunes what is older than its days, as the vault, and nothing where there is none")
    func policy() async throws {
        let scene = try await Scene()
        let kit = try TestVault(restarting: scene.kit, retention: RetentionPolicy(keepDays: 2))
        try await kit.unseal().get()
        #expect(try await kit.vault.pruneByPolicy() != nil)
        let event = try kit.lastEvent()
        #expect(event.type == "audit.prune" && event.actor == "vault")
        #expect(event.changes?.contains("through=\(kit.vault.prunedLog?.through ?? 0)") == true)
        #expect(try await kit.vault.pruneByPolicy() == nil)
        #expect(try await TestVault().vault.pruneByPolicy() == nil)
    }

    @Test("a restored vault lets nothing go by itself before it was looked at, and its restore enters the mark")
    func restored() async throws {
        var scene = try await Scene()
        scene.kit = try TestVault(restarting: scene.kit, retention: RetentionPolicy(keepDays: 1))
        try await scene.kit.openAsRestored()
        let restore = try #require(try scene.kit.events().first { $0.type == "backup.restore" }).sequence
        scene.kit.clock.advance(seconds: 3 * 86_400)
        #expect(try await scene.kit.vault.pruneByPolicy() == nil)
        _ = try await scene.kit.vault.perform(Backups.release(by: scene.kit.admin))
        #expect(try await scene.kit.vault.pruneByPolicy() != nil)
        try await scene.sweep()
        #expect(try #require(scene.contents.first) > restore)
        #expect(try scene.check().verdict == .sound)
        let found = try scene.findings(after: "DELETE FROM records WHERE kind = 'origin'")
        #expect(found == [.recordDeleted, .logKeysBroken])
    }

    @Test("a restore that does not begin where the log before it ended is not pruned away")
    func misplacedRestore() async throws {
        let scene = try await Scene()
        var event = Event(action: .backupRestore, time: scene.edge, actor: .vault)
        event.changes = ["size=3"]
        try await scene.record(event)
        scene.kit.clock.advance(seconds: 3 * 86_400)
        let now = scene.kit.clock.now().wall
        #expect(throws: Refusal.valueDamaged) { try scene.kit.vault.planPrune(before: now) }
        #expect(try scene.check().findings.map(\.kind) == [.originBroken])
    }
}
