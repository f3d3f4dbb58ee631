import Foundation
import HashTreeCollections
import Locking
import Sealing
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Pruning the log of a real vault on a real database.
@Suite struct RetentionTests {
    /// A vault with a history of three days: nouns on the first, versions on the second, nothing but reads on the third.
    fileprivate struct Scene {
        var kit: TestVault
        /// Number of the last event of the first two days.
        let old: UInt64
        /// Between the second day and the third.
        let edge: Timestamp

        init() async throws {
            kit = try await TestVault()
            try await kit.mustSetUpNotes()
            try await kit.mustPut("db/main", fields: ["user": "ada", "password": "hunter2"])
            try await kit.mustAddServer("gone", Selectors(uid: 2100))
            _ = try await kit.vault.perform(Servers.remove(try ServerName("gone"), by: kit.admin))
            kit.clock.advance(seconds: 86_400)
            for value in ["second", "third"] { try await kit.mustPut("notes/api", value) }
            _ = try await kit.vault.perform(
                Secrets.destroy(try SecretName("notes/api"), version: 1, by: kit.admin)
            )
            _ = try await kit.vault.perform(Keys.rotate(by: kit.admin))
            old = kit.vault.sequence
            kit.clock.advance(seconds: 10)
            edge = kit.clock.now().wall
            kit.clock.advance(seconds: 86_400)
            let token = try await kit.mustIssue()
            _ = try await kit.mustResolve(with: token)
        }

        func prune(before: Timestamp? = nil, kit other: TestVault? = nil) async throws {
            let kit = other ?? kit
            let plan = try #require(try kit.vault.planPrune(before: before ?? edge))
            try await kit.vault.prune(plan, as: .caller(kit.admin))
        }

        func sweep() async throws { while try await kit.vault.pruneStep(limit: 3) {} }

        /// Writes an event down that the vault itself never writes so.
        func record(_ event: Event) async throws {
            let vault = kit.vault
            let outcome: Result<Void, Refusal> = await withCheckedContinuation { continuation in
                vault.alone { open throws(Refusal) in
                    try vault.commitAlone(&open) { $0.record(event) }
                } completion: {
                    continuation.resume(returning: $0)
                }
            }
            try outcome.get()
        }

        var contents: [UInt64] {
            get throws {
                try kit.store.events(
                    in: 1...UInt64(Int64.max),
                    times: EventFilter().times,
                    limit: .max,
                    newestFirst: false
                )
                .map(\.sequence)
            }
        }

        func check(_ other: TestVault? = nil) throws -> DeepCheckReport {
            let keys = try #require(kit.vault.keys)
            let foundation = try #require(kit.vault.foundation)
            return try DeepCheck(keys.ring, foundation, store: (other ?? kit).store).run()
        }

        /// What a check finds after statements were run on the closed database.
        func findings(after sql: String) throws -> [Damage.Kind] {
            let keys = try #require(kit.vault.keys)
            let foundation = try #require(kit.vault.foundation)
            let damaged = try kit.damaged(by: sql)
            return try withExtendedLifetime(damaged) {
                try DeepCheck(keys.ring, foundation, store: damaged.store).run().findings.map(\.kind)
            }
        }
    }

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

    @Test("whoever only looks what would go opens so many damaged events, and no more")
    func damagedLook() async throws {
        let scene = try await Scene()
        // Their times were altered: whether they happened before the moment cannot be said without opening them.
        let again = try scene.kit.damaged(
            by: "UPDATE log_payloads SET time = time + 400000000000 WHERE seq IN (4, 5, 6)"
        )
        try await again.unseal().get()
        #expect(try again.vault.prunable(before: scene.edge, lookingPast: 3)?.numbers == 1...scene.old)
        #expect(throws: Refusal.valueDamaged) { try again.vault.prunable(before: scene.edge, lookingPast: 2) }
        // A prune itself goes on beyond any number of them.
        #expect(try again.vault.planPrune(before: scene.edge)?.damagedCount == 3)
    }

    @Test("a mark names so many runs of damaged events and no more")
    func damagedRuns() throws {
        var reading = PruneReading(from: 1, LogLedger(present: []))
        let event = Array(#"{"action":"none"}"#.utf8)
        for number: UInt64 in 1...8 { try reading.take(number.isMultiple(of: 2) ? event : nil, number, mostRuns: 4) }
        // Numbers 9 and 10 are missing, 11 does not open; nothing is decided about them before one that does.
        try reading.take(nil, 11, mostRuns: 4)
        #expect(reading.damaged == [1...1, 3...3, 5...5, 7...7] && reading.through == 8)
        #expect(throws: Refusal.valueDamaged) { try reading.take(event, 12, mostRuns: 4) }
        try reading.take(event, 12, mostRuns: 5)
        #expect(reading.damaged.last == 9...11 && reading.through == 12)
    }

    @Test("what goes is everything before the mark but the damaged events")
    func going() throws {
        let text = """
            {"before":0,"damaged":[[1,2],[5,5],[9,10]],"id":"000102030405060708090a0b0c0d0e0f","ledger":\
            {"epochs":[],"records":[],"slots":[],"versions":[]},"through":12}
            """
        let mark = try RecordCoding.decode(LogMark.self, from: Array(text.utf8))
        #expect(try RecordCoding.encode(mark) == Array(text.utf8))
        let pruned = PrunedLog(mark)
        #expect(pruned.damaged == [1...2, 5...5, 9...10] && pruned.damagedCount == 5)
        #expect(pruned.going(through: .max) == [3...4, 6...8, 11...12])
        #expect(pruned.going(through: 7) == [3...4, 6...7])
        #expect(pruned.going(through: 2) == [] && pruned.going(through: 0) == [])
        #expect((1...12).filter { pruned.isDamaged($0) } == [1, 2, 5, 9, 10])
    }

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
        #expect(found == [.recordDeleted])
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

    @Test("a ledger that goes on from its summary ends as one that read everything", arguments: [1, 5, 9, 14])
    func summaries(_ split: Int) async throws {
        let scene = try await Scene()
        let (present, _) = try MarkReader(ring: try #require(scene.kit.vault.keys?.ring), store: scene.kit.store).read()
        var whole = LogLedger(present: present)
        var part = LogLedger(present: present)
        for (index, event) in try scene.kit.events().enumerated() {
            if index == split {
                let bytes = try RecordCoding.encode(part.summary)
                part = LogLedger(present: present, from: try RecordCoding.decode(LogLedger.Summary.self, from: bytes))
            }
            let taken = [
                whole.take(event.canonical, sequence: event.sequence),
                part.take(event.canonical, sequence: event.sequence),
            ]
            #expect(taken == [true, true])
        }
        #expect(part.summary == whole.summary)
        #expect(part.slots == whole.slots && part.epochs == whole.epochs && part.records == whole.records)
        #expect(!whole.summary.records.contains { $0.name == "gone" })
    }

    @Test("the stored examples of a mark open", arguments: ["retention", "retention-damaged"])
    func example(_ name: String) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Vectors/records-v1")
        let bytes = Array(try Data(contentsOf: folder.appending(path: name + ".json").standardized))
        let mark = try RecordCoding.decode(LogMark.self, from: bytes)
        #expect(mark.through == 40 && mark.ledger.records.map(\.name) == ["github/pat", nil])
        #expect(try RecordCoding.encode(mark) == Array(bytes.dropLast()))
        #expect(PrunedLog(mark).damaged == (name == "retention" ? [] : [7...7, 20...23]))
    }
}
