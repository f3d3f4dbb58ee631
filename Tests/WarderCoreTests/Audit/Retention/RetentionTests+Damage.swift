import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Prunes of a log in which something does not open.
extension RetentionTests {
    @Test("contents that are missing behind the mark are damage, and so are leaves before it")
    func damage() async throws {
        for (place, kind) in [(1, Damage.Kind.eventContentMissing), (0, .eventLeafMissing)] {
            let scene = try await Scene()
            try await scene.prune()
            let table = place == 1 ? "log_payloads" : "log_leaves"
            let found = try scene.findings(after: "DELETE FROM \(table) WHERE seq = \(scene.old + UInt64(place))")
            // What the event wrote is ahead of what is left of the log.
            #expect(found.filter { $0 != .recordAheadOfLog } == [kind], "\(found)")
        }
    }

    @Test("without its mark a pruned log is damaged, and a mark cannot be written by hand")
    func mark() async throws {
        for sql in [
            "DELETE FROM records WHERE kind = 'retention'",
            "UPDATE records SET sealed = zeroblob(length(sealed)) WHERE kind = 'retention'",
            "UPDATE records SET id = randomblob(16) WHERE kind = 'retention'",
        ] {
            let scene = try await Scene()
            try await scene.prune()
            try await scene.sweep()
            let found = try scene.findings(after: sql)
            #expect(found.contains(.eventContentMissing), "\(sql): \(found)")
        }
    }

    @Test("a lost mark prunes nothing more")
    func lostMark() async throws {
        let scene = try await Scene()
        try await scene.prune()
        let again = try scene.kit.damaged(by: "UPDATE records SET sealed = zeroblob(105) WHERE kind = 'retention'")
        try await again.unseal().get()
        #expect(again.vault.prunedLog == nil)
        let permit = Retention.permit(before: scene.edge, under: again.vault.retention, by: again.admin)
        #expect(await again.refusal(of: permit) == .valueDamaged)
        let plan = try #require(try again.vault.planPrune(before: scene.edge))
        await #expect(throws: Refusal.valueDamaged) { try await again.vault.prune(plan, as: .vault) }
    }

    @Test(
        "a prune goes on beyond a damaged event, which stays as it is, and which a deep check goes on naming",
        arguments: [
            "UPDATE log_payloads SET sealed = zeroblob(length(sealed)) WHERE seq = 5",
            "UPDATE log_payloads SET time = time - 1 WHERE seq = 5",
            "UPDATE log_payloads SET time = time + 400000000000 WHERE seq = 5",
            "UPDATE log_leaves SET leaf = zeroblob(32) WHERE seq = 5",
            "DELETE FROM log_payloads WHERE seq = 5",
        ]
    )
    func damagedEvent(_ sql: String) async throws {
        let scene = try await Scene()
        let again = try scene.kit.damaged(by: sql)
        try await again.unseal().get()
        let row = try again.store.logRows(after: 4, limit: 1)
        let found = Set(try scene.check(again).findings)
        #expect(!found.isEmpty)
        try await scene.prune(kit: again)
        #expect(again.vault.prunedLog?.damaged == [5...5])
        let changes = try #require(try again.lastEvent().changes)
        #expect(changes.contains("through=\(scene.old)") && changes.contains("events=\(scene.old - 1)"))
        #expect(changes.contains("damaged=1"))
        #expect(try Set(scene.check(again).findings) == found)
        while try await again.vault.pruneStep(limit: 3) {}
        let mark = try #require(again.vault.prunedLog)
        #expect(try again.vault.hasContents(of: mark) == false)
        let left = try again.store.logRows(after: 0, limit: Int(scene.old))
        #expect(left.filter { $0.payload != .missing }.map(\.position) == (sql.hasPrefix("DELETE") ? [] : [5]))
        #expect(left.count == Int(scene.old) && left[4] == row.first)
        #expect(try Set(scene.check(again).findings) == found)

        // Over a restart and another prune too.
        let later = try TestVault(restarting: again)
        try await later.unseal().get()
        later.clock.advance(seconds: 3 * 86_400)
        _ = try await later.vault.perform(Secrets.list(by: later.admin))
        try await scene.prune(before: later.clock.now().wall.adding(seconds: -86_400), kit: later)
        while try await later.vault.pruneStep(limit: 3) {}
        #expect(later.vault.prunedLog?.damaged == [5...5])
        #expect(try later.store.logRows(after: 4, limit: 1) == row)
        #expect(try Set(scene.check(later).findings) == found)
    }

    @Test("the policy does not go beyond a damaged event before an operator did")
    func damagedPolicy() async throws {
        let scene = try await Scene()
        let damaged = try scene.kit.damaged(
            by: "UPDATE log_payloads SET sealed = zeroblob(length(sealed)) WHERE seq = 5"
        )
        let kit = try TestVault(restarting: damaged, retention: RetentionPolicy(keepDays: 1))
        try await kit.unseal().get()
        await #expect(throws: Refusal.valueDamaged) { try await kit.vault.pruneByPolicy() }
        #expect(kit.vault.prunedLog == nil)
        try await scene.prune(kit: kit)
        #expect(kit.vault.prunedLog?.damaged == [5...5])
        kit.clock.advance(seconds: 3 * 86_400)
        _ = try await kit.vault.perform(Secrets.list(by: kit.admin))
        #expect(try await kit.vault.pruneByPolicy() != nil)
        #expect(kit.vault.prunedLog?.damaged == [5...5])
    }

    @Test("what was put back beside a damaged event is found after a prune as before it")
    func damagedCover() async throws {
        let scene = try await Scene()
        let removal = try #require(try scene.kit.events().first { $0.type == "server.remove" }).sequence
        let again = try scene.kit.damaged(
            by: "UPDATE log_payloads SET sealed = zeroblob(length(sealed)) WHERE seq = \(removal)"
        )
        try await again.unseal().get()
        let found = Set(try scene.check(again).findings)
        #expect(found.map(\.kind).contains(.recordDeleted), "without its removal the server was deleted by somebody")
        try await scene.prune(kit: again)
        while try await again.vault.pruneStep() {}
        #expect(try Set(scene.check(again).findings) == found)
    }

    @Test("the last event that goes is one that opens: when a damaged one happened, nobody knows")
    func damagedEnd() async throws {
        let scene = try await Scene()
        let again = try scene.kit.damaged(
            by:
                "UPDATE log_payloads SET sealed = zeroblob(length(sealed)) WHERE seq BETWEEN \(scene.old - 1) AND \(scene.old)"
        )
        try await again.unseal().get()
        try await scene.prune(before: again.clock.now().wall.adding(seconds: -86_400), kit: again)
        #expect(again.vault.prunedLog?.through == scene.old - 2 && again.vault.prunedLog?.damaged == [])
    }
}
