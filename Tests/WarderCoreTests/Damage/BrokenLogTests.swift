import HashTreeCollections
import Sealing
import Testing
import TransparencyLog
import WarderModel
import WarderTesting

@testable import WarderCore

/// Somebody altered what the log is signed by. A deep check says so, and a restore of this very database mends it where
/// every event is whole.
@Suite("A log that cannot be signed") struct BrokenLogTests {
    /// What was done, what a check says of it, and whether the vault signs no more.
    struct Attack: Sendable, CustomTestStringConvertible {
        let sql: String
        let kinds: [Damage.Kind]
        var isBroken = true

        var testDescription: String { sql }
    }

    private static let newest = "WHERE size = (SELECT max(size) FROM log_checkpoints)"

    static let mendable = [
        Attack(sql: "UPDATE log_nodes SET hash = zeroblob(32) WHERE number = 0", kinds: [.treeHashWrong]),
        Attack(sql: "DELETE FROM log_nodes", kinds: [.treeHashWrong, .treeHashWrong]),
        Attack(
            sql: "UPDATE log_nodes SET hash = (SELECT hash FROM log_nodes WHERE number = 0) WHERE number = 1",
            kinds: [.treeHashWrong]
        ),
        // Two events from here a hash that has its place already would let no event be written.
        Attack(
            sql: "INSERT INTO log_nodes SELECT level, number + 1, hash FROM log_nodes WHERE number = 1",
            kinds: [.treeHashWrong],
            isBroken: false
        ),
        Attack(sql: "UPDATE log_checkpoints SET note = x'00' \(newest)", kinds: [.checkpointDamaged]),
        Attack(sql: "UPDATE log_checkpoints SET size = size + 1000 \(newest)", kinds: [.checkpointDamaged]),
        Attack(
            sql: "UPDATE log_checkpoints SET note = x'00' WHERE size = (SELECT min(size) FROM log_checkpoints)",
            kinds: [.checkpointDamaged],
            isBroken: false
        ),
        Attack(sql: "INSERT INTO log_key_changes SELECT epoch + 1, note FROM log_key_changes", kinds: [.logKeysBroken]),
        Attack(sql: "DELETE FROM log_key_changes", kinds: [.logKeysBroken]),
        Attack(sql: "UPDATE log_key_changes SET note = x'00'", kinds: [.logKeysBroken]),
    ]

    private let kit: TestVault
    private let first: NoteKey
    private let older: [UInt8]

    init() async throws {
        kit = try await TestVault()
        let foundation = try #require(kit.vault.foundation)
        first = try LogSigner.key(of: foundation, origin: foundation.vault)
        try await Self.busy(kit, until: 300)
        older = try await kit.vault.signCheckpoint().note
        kit.clock.advance(seconds: 3600)
        _ = try await kit.vault.perform(Keys.rotateLog(of: kit.vault, by: kit.admin))
        try await Self.busy(kit, until: 600)
        _ = try await kit.vault.signCheckpoint()
    }

    private static func busy(_ kit: TestVault, until last: UInt64) async throws {
        while kit.vault.sequence < last { _ = try await kit.vault.perform(Secrets.list(by: kit.admin)) }
    }

    private func check(_ kit: TestVault) throws -> DeepCheckReport {
        let (keys, foundation) = (try #require(kit.vault.keys), try #require(kit.vault.foundation))
        return try DeepCheck(keys.ring, foundation, store: kit.store).run()
    }

    /// Whoever has the log's first key verifies it, and holds it against a checkpoint from before.
    private func verify(_ kit: TestVault) async throws {
        let signed = try await kit.vault.signCheckpoint()
        let evidence = LogEvidence(checkpoint: signed.note, older: older)
        let history = try KeyHistory(kit.vault.logKeyHistory())
        var verifier = LogVerifier(keys: try KeyChain(pinned: first, history: history), evidence: evidence)
        verifier.update(try kit.vault.events(after: 0, limit: .max).flatMap { $0.line + [0x0A] })
        let verdict = verifier.finish()
        #expect(verdict.isSound && verdict.provenUpTo == signed.size, "\(verdict.faults)")
    }

    @Test("a sound log has nothing to mend")
    func sound() throws {
        let report = try check(kit)
        #expect(report.findings == [] && report.mending == LogMending())
    }

    @Test("what is derived of whole events is found, and a restore of this database mends it", arguments: mendable)
    func mends(_ attack: Attack) async throws {
        let damaged = try kit.damaged(by: attack.sql)
        try await damaged.unseal().get()
        #expect(damaged.vault.isLogBroken == attack.isBroken)
        if attack.isBroken {
            await #expect(throws: Refusal.logBroken) { try await damaged.vault.signCheckpoint() }
        }
        let report = try check(damaged)
        #expect(report.findings.map(\.kind) == attack.kinds, "\(report.findings.map(\.place))")

        let restored = try TestVault(restarting: damaged)
        try await restored.openAsRestored(damaged: report.findings.count, mending: report.mending)
        let next = try TestVault(restarting: restored)
        try await next.unseal().get()
        #expect(!next.vault.isLogBroken)
        try await next.vault.perform(Backups.release(by: next.admin))
        try await Self.busy(next, until: 800)
        try await verify(next)
        #expect(try check(next).findings == [])
    }

    @Test(
        "several of these together are mended by one restore",
        arguments: [
            "DELETE FROM log_nodes; UPDATE log_checkpoints SET note = x'00' \(Self.newest)",
            "UPDATE log_nodes SET hash = zeroblob(32) WHERE number = 0; UPDATE log_key_changes SET note = x'00'",
            "DELETE FROM log_nodes; DELETE FROM log_key_changes",
            """
            DELETE FROM log_nodes; DELETE FROM log_key_changes;
            UPDATE log_checkpoints SET note = x'00' \(Self.newest)
            """,
        ]
    )
    func together(_ sql: String) async throws {
        let damaged = try kit.damaged(by: sql)
        try await damaged.unseal().get()
        let report = try check(damaged)
        #expect(report.mending.regrowsTree)
        let restored = try TestVault(restarting: damaged)
        try await restored.openAsRestored(damaged: report.findings.count, mending: report.mending)
        let next = try TestVault(restarting: restored)
        try await next.unseal().get()
        try await next.vault.perform(Backups.release(by: next.admin))
        try await verify(next)
        #expect(try check(next).findings == [])
    }

    @Test(
        "attack: events that were altered or cut off contradict what was signed, and no hash is made to fit them",
        arguments: [
            "UPDATE log_leaves SET leaf = zeroblob(32) WHERE seq = 17",
            "UPDATE log_leaves SET leaf = zeroblob(32) WHERE seq = 17; DELETE FROM log_nodes",
            LogMutation.cut(after: 550),
        ]
    )
    func contradicted(_ sql: String) async throws {
        let damaged = try kit.damaged(by: sql)
        try await damaged.unseal().get()
        let report = try check(damaged)
        #expect(report.counts[.checkpointContradicted] == 1, "\(report.findings.map(\.place))")
        #expect(!report.mending.regrowsTree && report.mending.lostCheckpoints == [])
    }

    /// What may become of the records of restores.
    static let lostOrigins = [
        "UPDATE records SET kind = 'tool' WHERE kind = 'origin'",
        "UPDATE records SET sealed = zeroblob(length(sealed)) WHERE kind = 'origin'",
        "DELETE FROM records WHERE kind = 'origin'",
    ]
    /// What may be damaged with them.
    static let besides = [
        "", "; DELETE FROM log_nodes", "; DELETE FROM log_key_changes",
        "; UPDATE log_checkpoints SET note = x'00' \(newest)",
    ]

    /// A vault that was restored twice, and signed under each name.
    private func restored() async throws -> TestVault {
        var restored = kit
        for last: UInt64 in [700, 800] {
            restored = try TestVault(restarting: restored)
            restored.clock.advance(seconds: 3600)
            try await restored.openAsRestored()
            try await restored.vault.perform(Backups.release(by: restored.admin))
            try await Self.busy(restored, until: last)
            _ = try await restored.vault.perform(Keys.rotateLog(of: restored.vault, by: restored.admin))
            _ = try await restored.vault.signCheckpoint()
        }
        return restored
    }

    @Test(
        "the log's names are taken from its events where the records of restores are lost, and a restore writes them anew",
        arguments: lostOrigins,
        besides
    )
    func unnamed(_ sql: String, _ more: String) async throws {
        let damaged = try await restored().damaged(by: sql + more)
        try await damaged.unseal().get()
        #expect(damaged.vault.isLogBroken)
        damaged.clock.advance(seconds: 3600)
        if damaged.vault.state?.isQuarantined == true {
            // Takes what cannot be read away: the log still tells of it.
            try await damaged.vault.perform(Backups.release(by: damaged.admin))
        }
        let report = try check(damaged)
        #expect(report.counts[.logKeysBroken] == 1 && report.mending.lostOrigins.map(\.number) == [2, 3])
        #expect(report.mending.lostCheckpoints.count == (more.contains("checkpoints") ? 1 : 0))

        let mended = try TestVault(restarting: damaged)
        try await mended.openAsRestored(damaged: report.findings.count, mending: report.mending)
        let next = try TestVault(restarting: mended)
        try await next.unseal().get()
        #expect(next.vault.state?.newestOrigin?.number == 4 && next.vault.state?.isQuarantined == true)
        try await next.vault.perform(Backups.release(by: next.admin))
        try await Self.busy(next, until: 900)
        try await verify(next)
        #expect(try check(next).findings == [])
    }

    @Test("attack: a value that was moved under the id of a lost restore holds no mending up")
    func moved() async throws {
        let source = try await restored()
        try await source.mustPut("notes/api", "value")
        let damaged = try source.damaged(
            by: """
                UPDATE records SET sealed = zeroblob(length(sealed)) WHERE kind = 'origin';
                UPDATE version_values SET secret = (SELECT min(id) FROM records WHERE kind = 'origin')
                """
        )
        try await damaged.unseal().get()
        let report = try check(damaged)
        #expect(report.counts[.logKeysBroken] == 1 && report.mending.lostOrigins.map(\.number) == [2, 3])

        let mended = try TestVault(restarting: damaged)
        try await mended.openAsRestored(damaged: report.findings.count, mending: report.mending)
        let next = try TestVault(restarting: mended)
        try await next.unseal().get()
        #expect(next.vault.state?.newestOrigin?.number == 4 && next.vault.state?.isQuarantined == true)
        #expect(try check(next).counts[.logKeysBroken] == nil)
    }

    @Test("what pruned events said of keys and names stays known")
    func pruned() async throws {
        let named = try await restored()
        let before = named.clock.now().wall
        named.clock.advance(seconds: 2 * 86_400)
        let plan = try #require(try named.vault.planPrune(before: before))
        try await named.vault.prune(plan, as: .caller(named.admin))
        while try await named.vault.pruneStep(limit: 1000) {}
        let damaged = try named.damaged(
            by: "DELETE FROM log_key_changes; DELETE FROM records WHERE kind = 'origin'"
        )
        try await damaged.unseal().get()
        let report = try check(damaged)
        #expect(report.mending.lostOrigins.count == 2 && report.mending.keyChanges?.count == 3)
    }

    @Test("where the tree cannot be computed and contradicts what was signed, a restore signs no root of it")
    func treeless() async throws {
        let damaged = try kit.damaged(
            by: """
                UPDATE log_leaves SET leaf = zeroblob(32) WHERE seq = 17;
                UPDATE log_nodes SET hash = zeroblob(32) WHERE number = 0
                """
        )
        try await damaged.unseal().get()
        let report = try check(damaged)
        #expect(!report.mending.regrowsTree)
        let restored = try TestVault(restarting: damaged)
        try await restored.openAsRestored(damaged: report.findings.count, mending: report.mending)
        let origin = try #require(restored.vault.state?.newestOrigin)
        #expect(origin.note == nil && origin.previous.root == nil)
    }

    @Test(
        "attack: no hash is made to fit an altered leaf that nobody signed yet",
        arguments: [
            ("UPDATE log_nodes SET hash = zeroblob(32) WHERE level = 8 AND number = 2", true),
            ("UPDATE log_leaves SET leaf = zeroblob(32) WHERE seq = 700", false),
            (
                "UPDATE log_leaves SET leaf = zeroblob(32) WHERE seq = 700; DELETE FROM log_payloads WHERE seq = 700",
                false
            ),
        ]
    )
    func unsigned(_ sql: String, regrows: Bool) async throws {
        try await Self.busy(kit, until: 900)
        let damaged = try kit.damaged(by: sql)
        try await damaged.unseal().get()
        let report = try check(damaged)
        #expect(report.counts[.treeHashWrong] == 1 && report.counts[.checkpointContradicted] == nil)
        #expect(report.mending.regrowsTree == regrows)
    }

    @Test("a restore whose record is lost keeps its number, though the event of the one before does not open")
    func renumbered() async throws {
        let named = try await restored()
        let earlier = try #require(try named.events().first { $0.type == "backup.restore" }).sequence
        let last = try #require(named.vault.state?.newestOrigin)
        let damaged = try named.damaged(
            by: """
                UPDATE log_payloads SET sealed = zeroblob(length(sealed)) WHERE seq = \(earlier);
                DELETE FROM records WHERE id = x'\(last.id)'
                """
        )
        try await damaged.unseal().get()
        let report = try check(damaged)
        #expect(report.mending.lostOrigins.map(\.id) == [last.id] && report.mending.lostOrigins.map(\.number) == [3])
        let mended = try TestVault(restarting: damaged)
        try await mended.openAsRestored(damaged: report.findings.count, mending: report.mending)
        let next = try TestVault(restarting: mended)
        try await next.unseal().get()
        #expect(!next.vault.isLogBroken)
        #expect(next.vault.state?.origins.keys.sorted() == [2, 3, 4])
        let history = try KeyHistory(next.vault.logKeyHistory())
        #expect(throws: Never.self) { try KeyChain(pinned: first, history: history) }
    }

    @Test("attack: what was signed of another log of this vault, under a name that this log never had, is none of it")
    func foreign() async throws {
        let other = try TestVault(copyOf: try kit.closedCopy())
        other.clock.advance(seconds: 3 * 3600)
        try await other.openAsRestored()
        try await Self.busy(other, until: 700)
        let foreign = try await other.vault.signCheckpoint()
        try await Self.busy(kit, until: 800)
        let (time, note) = (foreign.time.milliseconds, Hex.encode(foreign.note))
        let hour = time / 3_600_000
        let damaged = try kit.damaged(
            by: """
                INSERT INTO log_checkpoints (hour, size, time, note)
                VALUES (\(hour), \(foreign.size), \(time), x'\(note)')
                """
        )
        try await damaged.unseal().get()
        #expect(damaged.vault.isLogBroken)
        let report = try check(damaged)
        #expect(report.findings.map(\.kind) == [.checkpointDamaged] && report.mending.lostCheckpoints == [hour])
    }

    @Test("attack: an altered change of the key is taken from its event, and not from the table")
    func forged() async throws {
        let changes = try kit.store.logKeyChanges()
        let damaged = try kit.damaged(
            by: "UPDATE log_key_changes SET note = CAST(replace(CAST(note AS TEXT), 'size ', 'size 9') AS BLOB)"
        )
        try await damaged.unseal().get()
        let report = try check(damaged)
        #expect(report.findings.map(\.kind) == [.logKeysBroken])
        #expect(report.mending.keyChanges == changes)
    }

    @Test("a check that reads the log once more for its keys rests as often, and can be cancelled then")
    func cancelled() async throws {
        let damaged = try kit.damaged(by: "DELETE FROM log_key_changes")
        try await damaged.unseal().get()
        let (keys, foundation) = (try #require(damaged.vault.keys), try #require(damaged.vault.foundation))
        let check = DeepCheck(keys.ring, foundation, store: damaged.store)
        var (asked, limit) = (0, Int.max)
        let isCancelled = {
            asked += 1
            return asked > limit
        }
        _ = try check.run(isCancelled: isCancelled)
        let events = Int(damaged.vault.sequence)
        #expect(asked > 2 * events)
        (asked, limit) = (0, asked - events - 100)
        #expect(throws: DeepCheck.Stop.cancelled) { try check.run(isCancelled: isCancelled) }
        #expect(asked == limit + 1)
    }
}
