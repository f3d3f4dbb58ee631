import Sealing
import Testing
import TransparencyLog
import WarderModel
import WarderStoreSQLite
import WarderTesting

@testable import WarderCore

/// The vault signs its log, and nothing that contradicts what it signed.
@Suite("Signing the log") struct SigningTests {
    private let kit: TestVault

    init() async throws {
        kit = try await TestVault()
        try await kit.mustSetUpNotes()
    }

    private func key() throws -> NoteKey {
        let foundation = try #require(kit.vault.foundation)
        return try LogSigner.key(of: foundation, origin: foundation.vault)
    }

    /// The log's own lines, as an export has them.
    private func lines(through last: UInt64) throws -> [UInt8] {
        try kit.vault.events(after: 0, limit: Int(last)).flatMap { $0.line + [0x0A] }
    }

    private func verdict(_ lines: [UInt8], _ note: [UInt8], older: [UInt8]? = nil) throws -> LogVerdict {
        var verifier = LogVerifier(
            keys: KeyChain(pinned: try key()),
            evidence: LogEvidence(checkpoint: note, older: older)
        )
        verifier.update(lines)
        return verifier.finish()
    }

    private func busy(_ count: Int) async throws {
        for _ in 0..<count { _ = try await kit.vault.perform(Secrets.list(by: kit.admin)) }
    }

    @Test("a checkpoint has all events on disk, and whoever has the key and the lines can tell")
    func checkpoint() async throws {
        try await busy(600)
        let signed = try await kit.vault.signCheckpoint()
        #expect(signed.size == kit.vault.sequence)
        #expect(kit.vault.checkpoint == signed)
        let verdict = try verdict(try lines(through: signed.size), signed.note)
        #expect(verdict.isSound)
        #expect(verdict.provenUpTo == signed.size)
        let note = try SignedNote(signed.note)
        #expect(try key().moment(of: note) == UInt64(signed.time.milliseconds / 1000))
    }

    @Test("an event that was changed afterwards is not proven")
    func altered() async throws {
        let signed = try await kit.vault.signCheckpoint()
        var lines = try lines(through: signed.size)
        let at = try #require(lines.lastIndex(of: UInt8(ascii: "2")))
        lines[at] = UInt8(ascii: "3")
        let verdict = try verdict(lines, signed.note)
        #expect(!verdict.isSound)
        #expect(verdict.provenUpTo == nil)
    }

    @Test("checkpoints of every size go on from one another, over sealing and unsealing")
    func growth() async throws {
        var older: [UInt8]?
        for step in 0..<12 {
            try await busy(step * 37)
            if step.isMultiple(of: 4) {
                try await kit.seal()
                _ = try await kit.unseal()
            }
            let signed = try await kit.vault.signCheckpoint()
            let verdict = try verdict(try lines(through: signed.size), signed.note, older: older)
            #expect(verdict.isSound, "\(verdict.faults)")
            #expect(older == nil || verdict.continues != nil)
            older = signed.note
        }
    }

    @Test("the log as it was earlier has the root that it had then")
    func earlier() async throws {
        try await busy(300)
        let then = try await kit.vault.signCheckpoint()
        try await busy(700)
        let again = try kit.vault.signCheckpoint(at: then.size)
        #expect(try SignedNote(again).text == SignedNote(then.note).text)
        #expect(throws: Refusal.notFound) { try kit.vault.signCheckpoint(at: kit.vault.sequence + 1) }
    }

    @Test("an event's proof leads from its leaf to a signed checkpoint; that of another does not")
    func inclusion() async throws {
        try await busy(700)
        let lines = try lines(through: kit.vault.sequence).split(separator: 0x0A).map { Array($0) }
        for event in [1, 2, 256, 257, 512, UInt64(lines.count)] {
            let proof = try ProofFile(try kit.vault.inclusionProof(of: event).bytes)
            let leaf = TreeHash.leaf(lines[Int(event) - 1])
            #expect(try proof.verified(leaf, by: [key()]).size >= event)
            let other = TreeHash.leaf(lines[Int(event) % lines.count])
            #expect(throws: NoteError.proof) { try proof.verified(other, by: [try key()]) }
        }
        let beyond = kit.vault.sequence + 1
        #expect(throws: Refusal.notFound) { try kit.vault.inclusionProof(of: beyond) }
    }

    @Test("the proof since an earlier size leads to the newest checkpoint")
    func consistency() async throws {
        try await busy(200)
        let then = try await kit.vault.signCheckpoint()
        try await busy(400)
        _ = try await kit.vault.signCheckpoint()
        let (proof, note) = try kit.vault.consistencyProof(since: then.size)
        let (before, after) = (try Checkpoint(text: SignedNote(then.note).text), try Checkpoint(text: note.text))
        #expect(proof.shows(before.root, in: after.root))
    }

    // MARK: Attacks on the database

    private static let freely = """
        DROP TRIGGER log_leaves_do_not_change; DROP TRIGGER log_leaves_do_not_go; DROP TRIGGER log_payloads_do_not_change;
        DROP TRIGGER log_nodes_do_not_change; DROP TRIGGER log_nodes_do_not_go;
        """

    /// Whether the vault notices when it is opened again after statements were run on its database.
    private func isBroken(after sql: String) async throws -> Bool {
        let damaged = try kit.damaged(by: sql)
        let foundation = try #require(try damaged.store.foundation())
        let state = VaultState(profile: .team)
        let keys = try LogKeys(foundation, state, epoch: 1, in: damaged.store)
        return try LogStanding.of(foundation, state, keys, in: damaged.store) == .broken
    }

    @Test("a log that was cut off, or whose hashes were changed, is not signed any more")
    func broken() async throws {
        try await busy(700)
        let signed = try await kit.vault.signCheckpoint()
        #expect(try await !isBroken(after: "UPDATE failed_commits SET count = count + 1"))
        let last = signed.size
        #expect(
            try await isBroken(
                after: "DELETE FROM log_payloads WHERE seq = \(last); DELETE FROM log_leaves WHERE seq = \(last)"
            )
        )
        #expect(try await isBroken(after: "UPDATE log_leaves SET leaf = zeroblob(32) WHERE seq = \(last - 1)"))
        #expect(try await isBroken(after: "UPDATE log_nodes SET hash = zeroblob(32) WHERE number = 0"))
        #expect(try await isBroken(after: "DELETE FROM log_nodes WHERE number = 1"))
        #expect(try await isBroken(after: "UPDATE log_checkpoints SET size = size - 1"))
        #expect(try await isBroken(after: "UPDATE log_checkpoints SET note = x'00'"))
    }
}
