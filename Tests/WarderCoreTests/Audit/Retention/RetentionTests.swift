import Locking
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Pruning the log of a real vault on a real database.
@Suite struct RetentionTests {
    @Test("contents before the moment go, leaves stay, and the event says who, through which number and before when")
    func prunes() async throws {
        let scene = try await Scene()
        let prunable = try #require(try scene.kit.vault.prunable(before: scene.edge))
        #expect(prunable.numbers == 1...scene.old && prunable.first == ManualClock.start.wall)
        #expect(prunable.last == ManualClock.start.wall.adding(seconds: 86_400))
        let leaves = try scene.kit.store.rowCounts().leaves
        try await scene.prune()
        let event = try #require(try scene.kit.events().last)
        #expect(event.type == "audit.prune" && event.actor == "operator:ada" && event.action == "delete")
        let changes = event.changes ?? []
        #expect(changes.dropFirst() == ["through=\(scene.old)", "before=\(scene.edge)", "events=\(scene.old)"])
        #expect(changes.first?.hasPrefix("retention/") == true && changes.first?.hasSuffix("@1") == true)
        #expect(try scene.contents.first == 1)
        try await scene.sweep()
        #expect(try scene.contents == Array(scene.old + 1...scene.kit.vault.sequence))
        #expect(try scene.kit.store.rowCounts().leaves == leaves + 1)
    }

    @Test("nothing is read before the mark, from the moment on when it was moved")
    func reading() async throws {
        let scene = try await Scene()
        try await scene.prune()
        for _ in 0..<2 {
            for newestFirst in [false, true] {
                let page = try scene.kit.vault.events(
                    matching: EventFilter(),
                    after: newestFirst ? scene.kit.vault.sequence + 1 : 0,
                    limit: 1000,
                    budget: 1000,
                    newestFirst: newestFirst
                )
                #expect(page.events.count == Int(scene.kit.vault.sequence - scene.old))
                #expect(page.isComplete)
            }
            try await scene.sweep()
        }
        let report = try scene.kit.vault.findLeak(
            of: LeakNeedle(try TestVault.secret("hunter2")),
            through: scene.kit.vault.sequence,
            progress: { _ in },
            isCancelled: { false }
        )
        #expect(report.matches.isEmpty && report.first?.sequence == scene.old + 1)
    }

    @Test("a deep check finds a pruned vault sound, half swept and wholly, and after more prunes")
    func sound() async throws {
        let scene = try await Scene()
        try await scene.prune()
        #expect(try scene.check().verdict == .sound)
        _ = try await scene.kit.vault.pruneStep(limit: 2)
        #expect(try scene.check().verdict == .sound)
        try await scene.sweep()
        let report = try scene.check()
        #expect(report.findings.isEmpty && report.good.pruned == Int(scene.old))
        #expect(report.good.events == Int(scene.kit.vault.sequence - scene.old))
        scene.kit.clock.advance(seconds: 3 * 86_400)
        _ = try await scene.kit.vault.perform(Secrets.list(by: scene.kit.admin))
        try await scene.prune(before: scene.kit.clock.now().wall.adding(seconds: -86_400))
        try await scene.sweep()
        #expect(try scene.check().verdict == .sound)
        #expect(try scene.kit.events().map(\.type) == ["secret.list", "audit.prune"])
    }

    @Test("what the pruned events said is still held against the rows")
    func remembers() async throws {
        let cases: [(String, Damage.Kind)] = [
            ("DELETE FROM records WHERE kind = 'server'", .recordDeleted),
            ("DELETE FROM records WHERE kind = 'grant'", .recordDeleted),
            ("UPDATE records SET revision = revision - 1 WHERE kind = 'secret' AND revision > 1", .recordUnreadable),
            ("DELETE FROM key_slots", .slotDeleted),
        ]
        for (sql, kind) in cases {
            let scene = try await Scene()
            try await scene.prune()
            try await scene.sweep()
            let found = try scene.findings(after: sql)
            #expect(found.contains(kind), "\(sql): \(found)")
        }
    }

    @Test("after a restart the mark is where it was, and sweeping goes on")
    func restart() async throws {
        var scene = try await Scene()
        try await scene.prune()
        _ = try await scene.kit.vault.pruneStep(limit: 2)
        let mark = scene.kit.vault.prunedLog
        scene.kit = try TestVault(restarting: scene.kit)
        #expect(scene.kit.vault.prunedLog == nil)
        try await scene.kit.unseal().get()
        #expect(scene.kit.vault.prunedLog == mark)
        #expect(try scene.contents.first == 3)
        try await scene.sweep()
        #expect(try scene.contents.first == scene.old + 1)
        #expect(try scene.check().verdict == .sound)
    }

    @Test("a daemon that ends after any commit of a prune leaves a vault that is sound, and goes on")
    func anyCommit() async throws {
        for commits in 0..<6 {
            var scene = try await Scene()
            let before = scene.kit.store.commits.count
            // Commits fail from there on, as they do when nobody is there to make them.
            let left = Locked(commits)
            scene.kit.store.fail(.unavailable(code: 10)) { batch in
                left.withLock { left in
                    left -= batch.events.isEmpty && batch.prunedPayloads == nil ? 0 : 1
                    return left < 0
                }
            }
            let ended: Void? = try? await scene.prune()
            if ended != nil { while (try? await scene.kit.vault.pruneStep(limit: 5)) == true {} }
            #expect(scene.kit.store.commits.count - before <= commits)
            #expect((scene.kit.vault.prunedLog != nil) == (commits > 0))
            scene.kit = try TestVault(restarting: scene.kit)
            try await scene.kit.unseal().get()
            #expect((scene.kit.vault.prunedLog != nil) == (commits > 0), "\(commits)")
            #expect(try scene.check().verdict == .sound, "\(commits)")
            try await scene.sweep()
            #expect(try scene.contents.first == (commits > 0 ? scene.old + 1 : 1))
            #expect(try scene.check().verdict == .sound, "\(commits)")
        }
    }

    @Test("a step deletes nothing behind what somebody has yet to read")
    func ceiling() async throws {
        let scene = try await Scene()
        try await scene.prune()
        #expect(try await scene.kit.vault.pruneStep(through: 0) == false)
        #expect(try scene.contents.first == 1)
        while try await scene.kit.vault.pruneStep(limit: 2, through: 5) {}
        #expect(try scene.contents.first == 6)
        try await scene.sweep()
        #expect(try scene.contents.first == scene.old + 1)
    }

    @Test("a plan that somebody was quicker than is refused")
    func quicker() async throws {
        let scene = try await Scene()
        let plan = try #require(try scene.kit.vault.planPrune(before: scene.edge))
        try await scene.kit.vault.prune(plan, as: .vault)
        await #expect(throws: Refusal.checkUnderWay) { try await scene.kit.vault.prune(plan, as: .vault) }
        #expect(try scene.kit.vault.planPrune(before: scene.edge) == nil)
    }
}
