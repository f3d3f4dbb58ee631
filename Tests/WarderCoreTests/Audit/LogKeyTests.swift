import HashTreeCollections
import Sealing
import SecretMemory
import Testing
import TransparencyLog
import WarderCrypto
import WarderModel
import WarderTesting

@testable import WarderCore

/// Other keys for the log, and other names after restores.
@Suite("Keys of the log") struct LogKeyTests {
    private let kit: TestVault
    private let first: NoteKey
    private let oldSigner: NoteSigner

    init() async throws {
        kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let foundation = try #require(kit.vault.foundation)
        first = try LogSigner.key(of: foundation, origin: foundation.vault)
        let seed = try #require(try kit.vault.keys?.ring.current(.signing).key)
        oldSigner = NoteSigner(name: first.name, key: try SigningKey(seed: seed))
    }

    private func rotate(_ vault: TestVault? = nil) async throws -> LogKeyRotation {
        let kit = vault ?? kit
        return try await kit.vault.perform(Keys.rotateLog(of: kit.vault, by: kit.admin))
    }

    private func busy(_ count: Int, _ vault: TestVault? = nil) async throws {
        let kit = vault ?? kit
        for _ in 0..<count { _ = try await kit.vault.perform(Secrets.list(by: kit.admin)) }
    }

    private func verdict(
        _ kit: TestVault,
        _ note: [UInt8],
        pinned: NoteKey,
        older: [UInt8]? = nil
    ) throws -> LogVerdict {
        var verifier = LogVerifier(
            keys: KeyChain(pinned: pinned),
            evidence: LogEvidence(checkpoint: note, older: older)
        )
        verifier.update(
            try kit.vault.events(after: 0, limit: Int(kit.vault.sequence)).flatMap { $0.line + [0x0A] }
        )
        return verifier.finish()
    }

    @Test("the key before signs the new one and is gone; whoever pinned either verifies what comes from now on")
    func rotates() async throws {
        let older = try await kit.vault.signCheckpoint()
        let size = kit.vault.sequence
        let rotation = try await rotate()
        #expect(rotation.epoch == 2 && rotation.size == size)
        let event = try kit.lastEvent()
        #expect(event.type == "key.rotate_log" && event.actor == "operator:ada" && event.action == "update")
        #expect(event.changes?.first == "signing@2")
        let ring = try #require(kit.vault.keys?.ring)
        #expect(ring.entries.filter { $0.purpose == .signing }.map(\.epoch) == [2])
        let second = try NoteKey(rotation.key)
        #expect(second != first && second.name == first.name)
        try await busy(5)
        let newer = try await kit.vault.signCheckpoint()
        for pinned in [first, second] {
            let verdict = try verdict(kit, newer.note, pinned: pinned)
            #expect(verdict.isSound && verdict.signer == second, "\(verdict.faults)")
        }
        let verdict = try verdict(kit, newer.note, pinned: first, older: older.note)
        #expect(verdict.isSound && verdict.continues == older.size)
        let history = try KeyHistory(kit.vault.logKeyHistory())
        #expect(history.entries.map(\.change.after) == [second] && history.entries.first?.change.size == size)
        #expect(try kit.check().verdict == .sound)
    }

    @Test("the key that was given up signs no larger log, and the new one no smaller")
    func periods() async throws {
        let rotation = try await rotate()
        try await busy(3)
        #expect(throws: Refusal.notFound) { try kit.vault.signCheckpoint(at: rotation.size - 1) }
        _ = try kit.vault.signCheckpoint(at: rotation.size)
        // Whoever took the old key along signs the log as it is now.
        let tree = try #require(kit.store.tree())
        let stolen = try Checkpoint(origin: first.name, size: tree.size, root: tree.root).signed(by: [oldSigner])
        let verdict = try verdict(kit, stolen.bytes, pinned: first)
        #expect(verdict.faults == [.keyOutOfPeriod(.newer, size: tree.size)])
    }

    @Test("a vault that ended between a change of the key and the next checkpoint opens, and signs on")
    func restarts() async throws {
        let signed = try await kit.vault.signCheckpoint()
        _ = try await rotate()
        _ = try await rotate()
        let again = try TestVault(restarting: kit)
        let outside = [try origin(kit): signed.note]
        let vault = try Vault(store: again.store, clock: again.clock, witness: { outside })
        try await open(vault)
        #expect(!vault.isLogBroken)
        let newer = try await vault.signCheckpoint()
        var verifier = LogVerifier(keys: KeyChain(pinned: first), evidence: LogEvidence(checkpoint: newer.note))
        verifier.update(try vault.events(after: 0, limit: 1000).flatMap { $0.line + [0x0A] })
        let verdict = verifier.finish()
        #expect(verdict.isSound && verdict.changes.count == 2, "\(verdict.faults)")
    }

    private func origin(_ kit: TestVault) throws -> RecordID {
        try #require(kit.vault.state).logOrigin(try #require(kit.vault.foundation))
    }

    /// Opens a vault on a copy of this one's database.
    private func open(_ vault: Vault) async throws {
        let root = try #require(kit.vault.keys?.root)
        let foundation = try #require(vault.foundation)
        let ring = try foundation.openKeyRing(under: root)
        let slot = try #require(foundation.slots.first)
        let outcome: Result<Void, Refusal> = await withCheckedContinuation { continuation in
            vault.open(ring, root: root, slot: slot, by: .vault(requestID: "test")) {
                continuation.resume(returning: $0)
            }
        }
        try outcome.get()
    }

    @Test("a new root key brings the log another key, and whoever pinned the first verifies what comes from then on")
    func withRoot() async throws {
        let older = try await kit.vault.signCheckpoint()
        let log = try #require(try await kit.replaceRoot().log)
        #expect(log.epoch == 2)
        #expect(kit.vault.keys?.ring.entries.filter { $0.purpose == .signing }.map(\.epoch) == [2])
        try await busy(5)
        let newer = try await kit.vault.signCheckpoint()
        let second = try NoteKey(log.key)
        let verdict = try verdict(kit, newer.note, pinned: first, older: older.note)
        #expect(verdict.isSound && verdict.signer == second, "\(verdict.faults)")
        #expect(try kit.check().verdict == .sound)
        let again = try TestVault(restarting: kit)
        try await again.unseal().get()
        #expect(!again.vault.isLogBroken)
    }

    @Test("two changes of the key at the same time follow each other")
    func together() async throws {
        let outcomes = await kit.together(
            [kit.admin, kit.admin].map { Keys.rotateLog(of: kit.vault, by: $0) }
        )
        #expect(outcomes.compactMap { try? $0.get().epoch } == [2, 3])
        let again = try TestVault(restarting: kit)
        try await again.unseal().get()
        #expect(!again.vault.isLogBroken)
    }

    // MARK: Attacks

    @Test(
        "changes of the key that are missing, altered or exchanged in the database are not signed over",
        arguments: [
            "DELETE FROM log_key_changes", "DELETE FROM log_key_changes WHERE epoch = 3",
            "DELETE FROM log_key_changes WHERE epoch = 2",
            "UPDATE log_key_changes SET note = (SELECT note FROM log_key_changes WHERE epoch = 2) WHERE epoch = 3",
            "UPDATE log_key_changes SET note = CAST(substr(note, 1, 40) || 'x' || substr(note, 42) AS BLOB) WHERE epoch = 2",
            "UPDATE log_key_changes SET note = x'00' WHERE epoch = 2",
        ]
    )
    func attackedHistory(_ sql: String) async throws {
        _ = try await rotate()
        _ = try await rotate()
        _ = try await kit.vault.signCheckpoint()
        let again = try kit.damaged(by: sql)
        try await again.unseal().get()
        #expect(again.vault.isLogBroken)
        await #expect(throws: Refusal.logBroken) { try await again.vault.signCheckpoint() }
        #expect(await again.refusal(of: Keys.rotateLog(of: again.vault, by: again.admin)) == .logBroken)
        #expect(try again.lastEvent().line == "key.rotate_log: log_broken")
        // A root key that somebody may have cannot wait until the log is mended.
        let before = try again.vault.keys?.ring.current(.signing).epoch
        let replaced = try await again.replaceRoot()
        #expect(replaced.log == nil)
        #expect(try again.vault.keys?.ring.current(.signing).epoch == before)
        #expect(try again.vault.keys?.ring.current(.metadata).epoch == 2)
        #expect(try again.events().suffix(2).map(\.line) == ["key.rotate", "root.rotate"])
    }

    @Test("a forged chain that ends in the vault's key does not make a forged checkpoint the log's")
    func forgedChain() async throws {
        let rotation = try await rotate()
        let thief = NoteSigner(name: first.name, key: try SigningKey(seed: try SecretBytes.random(count: 32)))
        let change = KeyChange(
            .rotation(epoch: 2),
            size: rotation.size,
            before: thief.noteKey,
            after: try NoteKey(rotation.key)
        )
        // The thief has not got the vault's key, and signs twice.
        let note = try SignedNote(signing: change.text, by: [thief, thief]).bytes
        let again = try kit.damaged(by: "UPDATE log_key_changes SET note = x'\(Hex.encode(note))'")
        try await again.unseal().get()
        #expect(again.vault.isLogBroken)
    }

    @Test("the public key in the database is the vault's, or it does not open")
    func publicKey() async throws {
        _ = try await rotate()
        let again = try kit.damaged(by: "UPDATE vault SET log_key = x'\(Hex.encode(first.key.bytes))'")
        #expect(try await again.unseal().refusal != nil)
    }

    @Test("a database from before the change contradicts a checkpoint by the new key outside")
    func setBack() async throws {
        let copy = try TestVault(copyOf: try kit.closedCopy())
        _ = try await rotate()
        let outside = [try origin(kit): try await kit.vault.signCheckpoint().note]
        let vault = try Vault(store: copy.store, clock: copy.clock, witness: { outside })
        await #expect(throws: Refusal.logContradicted) { try await open(vault) }
        // Without the checkpoint outside nothing shows it.
        try await open(try Vault(store: copy.store, clock: copy.clock))
    }

    @Test("only an admin who is there gets another key for the log, and a try stands in the log")
    func refusals() async throws {
        let eve = try await kit.mustAddOperator("eve", uid: 1001, roles: [.auditor])
        #expect(await kit.refusal(of: Keys.rotateLog(of: kit.vault, by: kit.present(eve))) == .roleMissing)
        #expect(try kit.lastEvent().line == "key.rotate_log: role_missing")
        let single = try await TestVault(profile: .singleUser)
        let absent = Keys.rotateLog(of: single.vault, by: single.caller(single.ada, .operator))
        #expect(await single.refusal(of: absent) == .presenceRequired)
    }

    @Test("a vault stays sealed where nobody can say what lies outside, and opens when that is gone")
    func unreadableOutside() async throws {
        let again = try TestVault(restarting: kit)
        let blind = try Vault(
            store: again.store,
            clock: again.clock,
            witness: { () throws(Refusal) in throw .checkpointUnreadable }
        )
        let secret = try TestVault.secret(TestVault.passphrase)
        let outcome: Result<Void, Refusal> = await withCheckedContinuation { continuation in
            blind.unseal(with: secret, opener: .passphrase, by: again.caller(again.ada, .operator)) {
                continuation.resume(returning: $0)
            }
        }
        #expect(outcome.refusal == .checkpointUnreadable && blind.phase == .sealed)
        let seeing = try Vault(store: again.store, clock: again.clock)
        try await open(seeing)
        let line = try seeing.events(after: 0, limit: 1000).map { String(decoding: $0.line, as: UTF8.self) }
        #expect(line.contains { $0.contains(#""reason":"checkpoint_unreadable""#) && $0.contains("vault.unseal") })
    }

    // MARK: Restores

    @Test("a restored log says under which name it went on, and whoever pinned the earlier one verifies it")
    func restored() async throws {
        let early = try await kit.vault.signCheckpoint()
        _ = try await rotate()
        try await busy(4)
        let size = kit.vault.sequence
        let copy = try kit.closedCopy()
        try await busy(6)
        let lost = try await kit.vault.signCheckpoint()
        let next = try TestVault(copyOf: copy)
        try await next.openAsRestored()
        let newer = try await next.vault.signCheckpoint()
        let history = try KeyHistory(next.vault.logKeyHistory())
        #expect(history.entries.map(\.change.size) == [size - 5, size])
        let restore = try #require(history.entries.last?.change)
        #expect(restore.before.key == restore.after.key && restore.before.name == first.name)
        let sound = try verdict(next, newer.note, pinned: first, older: early.note)
        #expect(sound.isSound && sound.continues == early.size, "\(sound.faults)")
        #expect(sound.signer == restore.after)
        let broken = try verdict(next, newer.note, pinned: first, older: lost.note)
        #expect(broken.faults == [.lostInRestore(held: lost.size, at: size)])
        // The record keeps the note when the event is gone; another key goes on from there, over a restart.
        _ = try await rotate(next)
        let again = try TestVault(restarting: next)
        try await again.unseal().get()
        #expect(!again.vault.isLogBroken)
        #expect(try KeyHistory(again.vault.logKeyHistory()).entries.count == 3)
    }

    /// What was restored so many seconds after the test began, and the checkpoint that it leaves outside; `outside`: what
    /// the restore finds there.
    private func restore(
        _ copy: String,
        after seconds: Int64,
        _ outside: [RecordID: [UInt8]] = [:]
    ) async throws -> (TestVault, [RecordID: [UInt8]]) {
        let vault = try TestVault(copyOf: copy)
        vault.clock.advance(seconds: seconds)
        try await vault.openAsRestored(outside: outside)
        return (vault, [try origin(vault): try await vault.vault.signCheckpoint().note])
    }

    /// Opens a vault's database once more, with checkpoints outside.
    private func reopen(_ vault: TestVault, _ outside: [RecordID: [UInt8]]) async throws {
        let again = try TestVault(restarting: vault)
        try await open(try Vault(store: again.store, clock: again.clock, witness: { outside }))
    }

    @Test("a database from before a restore contradicts a checkpoint of the restored log; a later restore does not")
    func setBackBehindRestore() async throws {
        let copy = try kit.closedCopy()
        let (first, ofFirst) = try await restore(copy, after: 60)
        let (second, ofSecond) = try await restore(copy, after: 120)
        let all = ofFirst.merging(ofSecond) { $1 }
        await #expect(throws: Refusal.logContradicted) { try await reopen(kit, ofFirst) }
        await #expect(throws: Refusal.logContradicted) { try await reopen(first, all) }
        try await reopen(second, all)
    }

    @Test("a restore comes after what lies outside, however far the clock was set back since")
    func setBackClock() async throws {
        let copy = try kit.closedCopy()
        let (first, ofFirst) = try await restore(copy, after: 3600)
        let (blind, ofBlind) = try await restore(copy, after: 60)
        await #expect(throws: Refusal.logContradicted) { try await reopen(blind, ofFirst.merging(ofBlind) { $1 }) }
        let (second, ofSecond) = try await restore(copy, after: 60, ofFirst)
        try await reopen(second, ofFirst.merging(ofSecond) { $1 })
        let began = try #require(second.vault.state?.newestOrigin?.began)
        #expect(began > first.clock.now().wall && began <= first.clock.now().wall.adding(seconds: 1))
        // A vault that has nothing to do with it puts nothing off.
        let other = try await TestVault()
        other.clock.advance(seconds: 86_400)
        let foreign = [try origin(other): try await other.vault.signCheckpoint().note]
        let (third, _) = try await restore(copy, after: 60, foreign)
        #expect(third.vault.state?.newestOrigin?.began == third.clock.now().wall)
    }

    @Test("the first log came after no restore, whenever the clock says that one's checkpoint was signed")
    func setBackWithinTheSecond() async throws {
        let copy = try kit.closedCopy()
        for seconds: Int64 in [0, -3600] {
            let (_, outside) = try await restore(copy, after: seconds)
            await #expect(throws: Refusal.logContradicted) { try await reopen(kit, outside) }
        }
    }

    @Test("checkpoints of other vaults outside say nothing of this one")
    func others() async throws {
        let other = try await TestVault()
        other.clock.advance(seconds: 60)
        let (foreign, own) = (
            try await other.vault.signCheckpoint().note, try await kit.vault.signCheckpoint().note
        )
        // Nor does a name that somebody gave to a file.
        let outside = [
            try origin(other): foreign, RecordID(high: 1, low: 1): own, RecordID(high: 1, low: 2): [],
        ]
        try await reopen(kit, outside)
    }

    @Test("a key that has signed for three years is old until another takes over")
    func old() async throws {
        kit.clock.advance(seconds: 1095 * 86_400)
        func codes() async throws -> [String] {
            try await kit.vault.perform(Doctor.read(kit.vault.jobs.presence, by: kit.admin)).map(\.code)
        }
        #expect(try await !codes().contains("log_key_old"))
        kit.clock.advance(seconds: 86_400)
        #expect(try await codes().contains("log_key_old"))
        _ = try await rotate()
        #expect(try await !codes().contains("log_key_old"))
    }

    @Test("whoever asks for checkpoints again and again gets one a second")
    func rhythm() async throws {
        let signed = try kit.vault.recentCheckpoint()
        try await busy(3)
        #expect(try kit.vault.recentCheckpoint() == signed)
        kit.clock.advance(seconds: 1)
        #expect(try kit.vault.recentCheckpoint().size == kit.vault.sequence)
        // A clock that was set back is no reason to stop.
        kit.clock.setWall(to: signed.time.adding(seconds: -3600))
        try await busy(1)
        #expect(try kit.vault.recentCheckpoint().size == kit.vault.sequence)
        let again = try TestVault(restarting: kit)
        try await again.unseal().get()
        #expect(!again.vault.isLogBroken)
    }
}

extension TestVault {
    fileprivate func check() throws -> DeepCheckReport {
        guard let keys = vault.keys, let foundation = vault.foundation else { throw TestFailure("sealed") }
        return try DeepCheck(keys.ring, foundation, store: store).run()
    }
}
