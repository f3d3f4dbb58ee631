import Sealing
import SecretMemory
import Testing
import WarderCrypto
import WarderModel
import WarderTesting

@testable import WarderCore

@Suite struct SlotTests {
    private static let second = "another correct battery horse"

    @Test("a passphrase that is added opens the vault, and the first one still does")
    func addPassphrase() async throws {
        let kit = try await TestVault()
        let prepared = try kit.vault.prepareSlot(.passphrase(TestVault.secret(Self.second), .minimum))
        let slot = try await kit.vault.perform(Keys.add(prepared, by: kit.admin))
        #expect(try kit.events().last?.line == "slot.add")
        #expect(try kit.events().last?.changes?.contains("slot/\(slot.id)/passphrase") == true)
        for passphrase in [Self.second, TestVault.passphrase] {
            try await kit.seal()
            try await kit.unseal(with: passphrase).get()
        }
        let later = try TestVault(restarting: kit)
        try await later.unseal(with: Self.second).get()
    }

    @Test("a credential that is added opens the vault, and one byte of another does not")
    func addCredential() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("github/pat", "kept")
        let credential = try SecretBytes.random(count: 32)
        _ = try await kit.vault.perform(Keys.add(kit.vault.prepareSlot(.credential(credential)), by: kit.admin))
        try await kit.seal()
        #expect(await kit.unseal(.credential, try SecretBytes.random(count: 32)).refusal == .wrongKey)
        try await kit.unseal(.credential, credential).get()
        #expect(try kit.vault.prepareSlotRefusal(.credential(SecretBytes.random(count: 31))) == .wrongKey)
    }

    @Test("a slot that is removed opens nothing any more, after a restart either")
    func remove() async throws {
        let kit = try await TestVault()
        let first = try #require(kit.vault.foundation?.slots.first)
        let prepared = try kit.vault.prepareSlot(.passphrase(TestVault.secret(Self.second), .minimum))
        _ = try await kit.vault.perform(Keys.add(prepared, by: kit.admin))
        _ = try await kit.vault.perform(Keys.remove(first.id, by: kit.admin))
        #expect(try kit.events().last?.changes == ["slot/\(first.id)/passphrase@removed"])
        try await kit.seal()
        #expect(try await kit.unseal().refusal == .wrongKey)
        let later = try TestVault(restarting: kit)
        #expect(try await later.unseal().refusal == .wrongKey)
        try await later.unseal(with: Self.second).get()
    }

    @Test("the last slot stays")
    func last() async throws {
        let kit = try await TestVault()
        let only = try #require(kit.vault.foundation?.slots.first)
        await #expect(throws: Refusal.lastSlot) { try await kit.vault.perform(Keys.remove(only.id, by: kit.admin)) }
        #expect(kit.vault.foundation?.slots.map(\.id) == [only.id])
        #expect(try kit.events().last?.line == "slot.remove: last_slot")
    }

    @Test("two who remove the last two slots at the same time leave one")
    func race() async throws {
        let kit = try await TestVault()
        let prepared = try kit.vault.prepareSlot(.passphrase(TestVault.secret(Self.second), .minimum))
        _ = try await kit.vault.perform(Keys.add(prepared, by: kit.admin))
        let ids = try #require(kit.vault.foundation?.slots.map(\.id))
        let outcomes = await kit.together(ids.map { Keys.remove($0, by: kit.admin) })
        #expect(outcomes.compactMap(\.refusal) == [.lastSlot])
        #expect(kit.vault.foundation?.slots.count == 1)
        #expect(try kit.store.foundation()?.slots.count == 1)
    }

    @Test("a slot made for a root key that has been replaced is not put in")
    func staleRoot() async throws {
        let kit = try await TestVault()
        let prepared = try kit.vault.prepareSlot(.passphrase(TestVault.secret(Self.second), .minimum))
        let slot = try #require(kit.vault.foundation?.slots.first)
        let rotation = try kit.vault.prepareRootRotation(
            [.init(slot: slot.id, .secret(TestVault.secret(TestVault.passphrase)))],
            dropping: []
        )
        _ = try await kit.vault.perform(Keys.rotateRoot(rotation, of: kit.vault, by: kit.admin))
        await #expect(throws: Refusal.keysChanged) { try await kit.vault.perform(Keys.add(prepared, by: kit.admin)) }
    }

    @Test("there are at most sixteen slots")
    func limit() async throws {
        let kit = try await TestVault()
        let credential = try SecretBytes.random(count: 32)
        for _ in 1..<Keys.maximumSlots {
            _ = try await kit.vault.perform(Keys.add(kit.vault.prepareSlot(.credential(credential)), by: kit.admin))
        }
        let more = try kit.vault.prepareSlot(.credential(credential))
        await #expect(throws: Refusal.slotLimit) { try await kit.vault.perform(Keys.add(more, by: kit.admin)) }
    }

    @Test("a changed passphrase opens, the old one does not, and whoever does not know the old one changes nothing")
    func change() async throws {
        let kit = try await TestVault()
        let slot = try #require(kit.vault.foundation?.slots.first)
        #expect(await kit.change(slot.id, from: "not the passphrase", to: Self.second).refusal == .wrongPassphrase)
        #expect(try kit.events().last?.line == "slot.change: wrong_passphrase")
        let changed = try await kit.change(slot.id, from: TestVault.passphrase, to: Self.second).get()
        #expect(changed.id != slot.id)
        try await kit.seal()
        #expect(try await kit.unseal().refusal == .wrongKey)
        try await kit.unseal(with: Self.second).get()
    }

    @Test("guessing the old passphrase of a slot is throttled")
    func throttled() async throws {
        let kit = try await TestVault()
        let slot = try #require(kit.vault.foundation?.slots.first)
        var refusals: [Refusal?] = []
        for _ in 0..<6 {
            refusals.append(await kit.change(slot.id, from: "a guess of twelve", to: Self.second).refusal)
        }
        #expect(refusals == Array(repeating: .wrongPassphrase, count: 5) + [.throttled])
    }

    @Test("only an admin who proved to be there changes slots and keys")
    func permission() async throws {
        let kit = try await TestVault(profile: .singleUser)
        let prepared = try kit.vault.prepareSlot(.credential(SecretBytes.random(count: 32)))
        let absent = kit.caller(kit.ada, .operator)
        let stranger = kit.caller(.synthetic(uid: 4242, pid: 9), .operator)
        let server = kit.server(.synthetic(uid: 2000, pid: 9))
        for (caller, reason) in [
            (absent, Refusal.presenceRequired), (stranger, .notAnOperator), (server, .notAnOperator),
        ] {
            await #expect(throws: reason) { try await kit.vault.perform(Keys.add(prepared, by: caller)) }
            await #expect(throws: reason) { try await kit.vault.perform(Keys.rotate(by: caller)) }
            #expect(kit.vault.wouldRefuse(.slotAdd, by: caller))
        }
        #expect(!kit.vault.wouldRefuse(.slotAdd, by: kit.admin))
    }

    @Test("a change of slots that the disk does not take changes nothing")
    func failedCommit() async throws {
        let kit = try await TestVault()
        let prepared = try kit.vault.prepareSlot(.credential(SecretBytes.random(count: 32)))
        kit.store.fail(.unavailable(code: 13), times: 1)
        await #expect(throws: Refusal.auditUnavailable) {
            try await kit.vault.perform(Keys.add(prepared, by: kit.admin))
        }
        #expect(kit.vault.foundation?.slots.count == 1)
        _ = try await kit.vault.perform(Keys.add(prepared, by: kit.admin))
        #expect(try kit.store.foundation()?.slots.count == 2)
    }
}

extension TestVault {
    func unseal(_ opener: KeySlot.Opener, _ secret: SecretBytes) async -> Result<Void, Refusal> {
        await withCheckedContinuation { continuation in
            vault.unseal(with: secret, opener: opener, by: caller(ada, .operator)) {
                continuation.resume(returning: $0)
            }
        }
    }

    func change(_ slot: RecordID, from old: String, to new: String) async -> Result<KeySlot, Refusal> {
        await withCheckedContinuation { continuation in
            do {
                vault.changePassphrase(
                    of: slot,
                    from: try Self.secret(old),
                    to: try Self.secret(new),
                    cost: .minimum,
                    by: admin
                ) { continuation.resume(returning: $0) }
            } catch {
                continuation.resume(returning: .failure(.memoryNotLocked))
            }
        }
    }
}

extension Vault {
    fileprivate func prepareSlotRefusal(_ opener: SlotOpener) -> Refusal? {
        do throws(Refusal) { _ = try prepareSlot(opener) } catch { return error }
        return nil
    }
}
