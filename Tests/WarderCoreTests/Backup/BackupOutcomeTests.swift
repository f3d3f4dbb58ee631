import HashTreeCollections
import Reviewing
import Sealing
import Testing
import WarderModel
import WarderStoreSQLite
import WarderTesting

@testable import WarderCore

/// What the log says of a backup besides that it was allowed, and which of them a review counts.
@Suite struct BackupOutcomeTests {
    /// What the events about backups say, in their order, without ids, times and sizes.
    private static func said(_ kit: TestVault) throws -> [[String]] {
        try kit.events().filter { $0.type == "backup.create" && $0.decision == "allowed" }.map { event in
            (event.changes ?? []).filter { entry in
                !["backup=", "created=", "bytes="].contains { entry.hasPrefix($0) }
            }
        }
    }

    /// Takes a backup as a route hands it out.
    private static func take(_ kit: TestVault) async throws -> MadeBackup {
        try await kit.vault.perform(Backups.create(by: kit.admin))
        let making = BackupMaking(kit.vault, program: "0.0.0")
        try kit.vault.handOver(making, to: kit.admin) { _ in }
        return try #require(making.made)
    }

    /// Moves a value under a key that the vault does not have, as nobody but the disk or an attacker does.
    private static func harm(_ name: String, in kit: TestVault) throws {
        let secret = try #require(kit.vault.state?.secrets[try SecretName(name)])
        let value = try #require(try kit.database.value(of: secret.id, version: 1))
        var batch = Batch()
        batch.rewrappedValues = [
            (
                Batch.Place(secret: secret.id, version: 1),
                SealedValue(epoch: value.epoch + 1, wrappedKey: value.wrappedKey, sealed: value.sealed)
            )
        ]
        try kit.database.commit(batch)
    }

    @Test("one that was only allowed, or handed over, is no backup yet: it is one when whoever took it has it")
    func kept() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("github/pat", "value")
        #expect(kit.vault.backups() == .known(.init(last: nil)))
        let made = try await Self.take(kit)
        _ = try await kit.vault.perform(Secrets.list(by: kit.admin))
        #expect(try Self.said(kit) == [[], ["outcome=handed-over", "verdict=sound"]])
        let before = try #require(kit.vault.backups().value)
        #expect(before.last == nil && before.attempt != nil)

        _ = try await Self.keep(made, in: kit)
        #expect(try Self.said(kit).last == ["outcome=kept", "verdict=sound"])
        let event = try kit.lastEvent()
        #expect(event.changes?.contains("backup=\(made.header)") == true)
        #expect(event.changes?.contains("bytes=\(made.bytes)") == true)
        let after = try #require(kit.vault.backups().value)
        #expect(after.last != nil && after.attempt == nil)
    }

    @Test("it can be said once that one arrived, and counts from when it was made, whatever failed meanwhile")
    func once() async throws {
        struct FullDisk: Error {}
        let kit = try await TestVault()
        let made = try await Self.take(kit)
        kit.clock.advance(seconds: 3600)
        try await kit.vault.perform(Backups.create(by: kit.admin))
        let making = BackupMaking(kit.vault, program: "0.0.0")
        #expect(throws: FullDisk.self) { try kit.vault.handOver(making, to: kit.admin) { _ in throw FullDisk() } }
        // How it ended is written down before this is.
        _ = try await kit.vault.perform(Secrets.list(by: kit.admin))
        kit.clock.advance(seconds: 3600)
        _ = try await Self.keep(made, in: kit)
        for _ in 0..<2 {
            let facts = try #require(kit.vault.backups().value)
            #expect(facts.last == Instant(made.created))
            #expect(facts.attempt == Instant(made.created.adding(seconds: 3600)))
            await #expect(throws: Refusal.notFound) { try await Self.keep(made, in: kit) }
        }
        #expect(try Self.said(kit).count { $0.contains("outcome=kept") } == 1)
    }

    @Test("whoever may not have it any more gets no last piece, and the log says what they have of it")
    func rightLost() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("github/pat", "value")
        let stranger = kit.caller(.synthetic(uid: 4321, pid: 5), .operator)
        let making = BackupMaking(kit.vault, program: "0.0.0")
        var taken = 0
        do {
            try kit.vault.handOver(making, to: stranger) { taken += $0.count }
            Issue.record("all of it was handed over")
        } catch { #expect(error as? Refusal == .notAnOperator) }
        let made = try #require(making.made)
        #expect(UInt64(taken) < made.bytes)
        #expect(kit.vault.madeBackup(header: made.header, bytes: made.bytes) == nil)
        _ = try await kit.vault.perform(Secrets.list(by: kit.admin))
        let refused = try kit.events().filter { $0.type == "backup.create" && $0.decision == "refused" }
        #expect(refused.map { $0.changes?.first } == ["outcome=handed-over", "outcome=given-up"])
        #expect(refused.first?.changes?.contains("backup=\(made.header)") == true)
        #expect(refused.first?.changes?.contains("bytes=\(made.bytes)") == true)
    }

    /// Says that one arrived, as a route does.
    private static func keep(_ made: MadeBackup, in kit: TestVault) async throws -> MadeBackup {
        try await withCheckedContinuation { (continuation: CheckedContinuation<Result<MadeBackup, Refusal>, Never>) in
            kit.vault.keepBackup(header: made.header, bytes: made.bytes, by: kit.admin) {
                continuation.resume(returning: $0)
            }
        }.get()
    }

    @Test("nobody can say that one arrived which was not handed over, or whose file has another length")
    func unknown() async throws {
        let kit = try await TestVault()
        let made = try await Self.take(kit)
        for (header, bytes) in [(String(repeating: "0", count: 64), made.bytes), (made.header, made.bytes - 1)] {
            let known = kit.vault.madeBackup(header: header, bytes: bytes)
            await #expect(throws: Refusal.notFound) { try await kit.vault.perform(Backups.keep(known, by: kit.admin)) }
            #expect(try kit.lastEvent().decision == "refused")
        }
        let known = kit.vault.madeBackup(header: made.header, bytes: made.bytes)
        let stranger = kit.caller(.synthetic(uid: 4321, pid: 5), .operator)
        await #expect(throws: Refusal.notAnOperator) { try await kit.vault.perform(Backups.keep(known, by: stranger)) }
        #expect(kit.vault.backups().value?.last == nil)
        // A sealed vault knows no names, and what was found has some.
        try await kit.seal()
        #expect(kit.vault.madeBackup(header: made.header, bytes: made.bytes) == nil)
    }

    @Test("one that was given up says so, and is no backup")
    func givenUp() async throws {
        struct FullDisk: Error {}
        let kit = try await TestVault()
        try await kit.vault.perform(Backups.create(by: kit.admin))
        let making = BackupMaking(kit.vault, program: "0.0.0")
        #expect(throws: FullDisk.self) { try kit.vault.handOver(making, to: kit.admin) { _ in throw FullDisk() } }
        _ = try await kit.vault.perform(Secrets.list(by: kit.admin))
        #expect(try Self.said(kit) == [[], ["outcome=given-up"]])
        #expect(kit.vault.backups().value?.last == nil)
    }

    @Test("a value that does not open is named before the last byte, and the backup does not count")
    func damaged() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("github/pat", "value")
        try await kit.mustPut("harmed/pat", "value")
        try Self.harm("harmed/pat", in: kit)
        let made = try await Self.take(kit)
        guard case .damaged(let findings, let counts) = made.verdict else {
            Issue.record("\(made.verdict)")
            return
        }
        #expect(findings.contains { $0.kind == .valueUnreadable && $0.place == "version 1 of harmed/pat" })
        #expect(counts == [.valueUnreadable: 1, .keyMissing: 1])
        let told = try await kit.vault.perform(Backups.keep(made, by: kit.admin))
        #expect(Self.places(in: told) == findings.map(\.place))
        #expect(
            try Self.said(kit) == [
                [], ["outcome=handed-over", "verdict=damaged", "damaged=2"],
                ["outcome=kept", "verdict=damaged", "damaged=2"],
            ]
        )
        let facts = try #require(kit.vault.backups().value)
        #expect(facts.last == nil && facts.attempt != nil)
    }

    @Test("whoever may copy the vault without being an operator is told what is damaged by ids, and no name")
    func names() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("harmed/pat", "value")
        try Self.harm("harmed/pat", in: kit)
        let made = try await Self.take(kit)
        var owner = kit.caller(.synthetic(uid: 0, pid: 5), .operator)
        owner.isOwner = true
        let places = Self.places(in: try await kit.vault.perform(Backups.keep(made, by: owner)))
        let id = try #require(kit.vault.state?.secrets[try SecretName("harmed/pat")]).id
        #expect(places.contains("version 1 of secret \(id)") && !places.contains { $0.contains("harmed") }, "\(places)")
    }

    private static func places(in made: MadeBackup) -> [String] {
        if case .damaged(let findings, _) = made.verdict { findings.map(\.place) } else { [] }
    }

    @Test("a key slot that was altered while the vault was open is damage too: it would not open the backup")
    func damagedSlot() async throws {
        let kit = try await TestVault()
        var foundation = try #require(try kit.database.foundation())
        let slot = try #require(foundation.slots.first)
        var wrapped = slot.wrapped
        wrapped[wrapped.count - 1] ^= 1
        foundation.slots[0] = KeySlot(id: slot.id, kind: slot.kind, created: slot.created, wrapped: wrapped)
        var batch = Batch()
        batch.keys = Batch.Keys(foundation)
        try kit.database.commit(batch)
        let made = try await Self.take(kit)
        guard case .damaged(_, let counts) = made.verdict else {
            Issue.record("\(made.verdict)")
            return
        }
        #expect(counts == [.slotMalformed: 1])
    }
}
