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

    @Test("several of these together are mended by one restore")
    func together() async throws {
        let damaged = try kit.damaged(
            by: "DELETE FROM log_nodes; UPDATE log_checkpoints SET note = x'00' \(Self.newest)"
        )
        try await damaged.unseal().get()
        let report = try check(damaged)
        #expect(report.mending.regrowsTree && report.mending.lostCheckpoints.count == 1)
        let restored = try TestVault(restarting: damaged)
        try await restored.openAsRestored(damaged: 3, mending: report.mending)
        let next = try TestVault(restarting: restored)
        try await next.unseal().get()
        try await verify(next)
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
}
