import HashTreeCollections
import Sealing
import SecretMemory
import SecretShares
import Testing
import WarderCrypto
import WarderModel
import WarderTesting

@testable import WarderCore

@Suite struct RotationTests {
    @Test("after a rotation new things lie under new keys, old ones still open, and everything moves over in steps")
    func rotate() async throws {
        let kit = try await TestVault()
        for number in 0..<20 { try await kit.mustPut("load/s\(number)", "value \(number)") }
        let rows = try await kit.vault.perform(Keys.rotate(by: kit.admin))
        #expect(rows == 41)  // twenty secrets, their values, and the operator
        #expect(kit.vault.state?.rowsUnderOldKeys == 41)
        try await kit.mustPut("load/new", "new")
        #expect(try await kit.reveal("load/s7") == "value 7")
        #expect(try await kit.reveal("load/new") == "new")

        var rewrapping = Rewrapping()
        var steps = 0
        while true {
            let (next, step) = try await kit.vault.rewrap(rewrapping, limit: 10)
            rewrapping = next
            steps += 1
            if step == .done { break }
            #expect(try await kit.reveal("load/s\(steps)") == "value \(steps)")
        }
        #expect(steps == 5)  // four of ten rows: the operator was written anew meanwhile
        #expect(kit.vault.state?.rowsUnderOldKeys == 0)
        #expect(kit.vault.rewrappingEpoch == nil)
        let overview = try await kit.vault.perform(Keys.list(by: kit.admin))
        #expect(
            overview.keys.filter { $0.purpose == .keyEncryption || $0.purpose == .metadata }.map(\.epoch) == [2, 2]
        )
        #expect(overview.keys.filter { $0.purpose == .log }.map(\.epoch) == [1, 2])
        #expect(overview.keys.filter { $0.purpose == .signing }.map(\.epoch) == [1])
        let lines = try kit.events().map(\.line)
        #expect(lines.contains("key.rotate"))
        #expect(lines.filter { $0 == "key.rewrap" }.count == 1)
        for number in 0..<20 { #expect(try await kit.reveal("load/s\(number)") == "value \(number)") }

        let later = try TestVault(restarting: kit)
        try await later.unseal().get()
        #expect(try await later.reveal("load/s19") == "value 19")
        #expect(try later.events().count > 20)
    }

    @Test("a restart anywhere on the way goes on where it was", arguments: [0, 1, 2, 3, 5])
    func resume(steps: Int) async throws {
        let kit = try await TestVault()
        for number in 0..<10 { try await kit.mustPut("load/s\(number)", "value \(number)") }
        _ = try await kit.vault.perform(Keys.rotate(by: kit.admin))
        var rewrapping = Rewrapping()
        for _ in 0..<steps { rewrapping = try await kit.vault.rewrap(rewrapping, limit: 4).0 }
        let left = try #require(kit.vault.state?.rowsUnderOldKeys)
        let later = try TestVault(restarting: kit)
        try await later.unseal().get()
        #expect(later.vault.state?.rowsUnderOldKeys == left)
        try await later.finishRewrapping()
        for number in 0..<10 { #expect(try await later.reveal("load/s\(number)") == "value \(number)") }
        #expect(later.vault.rewrappingEpoch == nil)
    }

    @Test("a second rotation waits for the first")
    func second() async throws {
        let kit = try await TestVault()
        _ = try await kit.vault.perform(Keys.rotate(by: kit.admin))
        await #expect(throws: Refusal.rotationUnderWay) { try await kit.vault.perform(Keys.rotate(by: kit.admin)) }
        try await kit.finishRewrapping()
        _ = try await kit.vault.perform(Keys.rotate(by: kit.admin))
        try await kit.finishRewrapping()
        #expect(kit.vault.keys?.ring.entries.filter { $0.purpose == .metadata }.map(\.epoch) == [3])
    }

    @Test("tokens live through a rotation, and events of a sealed vault are read after it")
    func tokensAndInbox() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("github/pat", "value")
        try await kit.mustAddServer("github")
        try await kit.mustAddTool("github/list")
        try await kit.mustGrant("github/list", "github/pat")
        let peer = Peer.synthetic(uid: 2000, pid: 7)
        let token = try await kit.mustIssue("github/list", to: peer)
        _ = try await kit.vault.perform(Keys.rotate(by: kit.admin))
        #expect(try await kit.mustResolve("github/pat", with: token, by: peer) == "value")
        try await kit.finishRewrapping()
        #expect(try await kit.mustResolve("github/pat", with: token, by: peer) == "value")
        try await kit.seal()
        _ = try await kit.unseal(with: "a wrong passphrase")
        try await kit.unseal().get()
        #expect(try kit.events().suffix(2).map(\.line) == ["vault.unseal: wrong_key", "vault.unseal"])
    }

    @Test("a rotation that the disk does not take leaves the old keys in use")
    func failedCommit() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("github/pat", "value")
        kit.store.fail(.unavailable(code: 13), times: 1)
        await #expect(throws: Refusal.auditUnavailable) { try await kit.vault.perform(Keys.rotate(by: kit.admin)) }
        #expect(kit.vault.rewrappingEpoch == nil)
        try await kit.mustPut("github/other", "other")
        let later = try TestVault(restarting: kit)
        try await later.unseal().get()
        #expect(try await later.reveal("github/other") == "other")
    }

    @Test("a row that does not open keeps its key, and the log says that the rotation did not end well")
    func damagedRow() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("github/pat", "value")
        try await kit.mustPut("github/hurt", "value")
        _ = try await kit.vault.perform(Keys.rotate(by: kit.admin))
        let hurt = try #require(kit.vault.state?.secrets[try SecretName("github/hurt")])
        var value = try #require(try kit.store.value(of: hurt.id, version: 1))
        value = SealedValue(epoch: value.epoch, wrappedKey: value.wrappedKey.dropLast() + [0x55], sealed: value.sealed)
        kit.store.answer(value, at: Batch.Place(secret: hurt.id, version: 1))
        try await kit.finishRewrapping()
        #expect(try kit.events().last?.line == "key.rewrap: value_damaged")
        #expect(kit.vault.rewrappingEpoch == 2)
        #expect(kit.vault.state?.rowsUnderOldKeys == 1)
        #expect(try await kit.reveal("github/pat") == "value")
    }

    @Test("an old row that is put back after a rotation does not open")
    func replay() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("github/pat", "value")
        let secret = try #require(kit.vault.state?.secrets[try SecretName("github/pat")])
        let place = Batch.Place(secret: secret.id, version: 1)
        let old = try #require(try kit.store.value(of: secret.id, version: 1))
        _ = try await kit.vault.perform(Keys.rotate(by: kit.admin))
        try await kit.finishRewrapping()
        kit.store.answer(old, at: place)
        await #expect(throws: Refusal.valueDamaged) { _ = try await kit.reveal("github/pat") }
    }
}

@Suite struct RootRotationTests {
    @Test("tries at a slot are counted and recorded, whoever makes them")
    func guesses() async throws {
        let kit = try await TestVault()
        let slot = try #require(kit.vault.foundation?.slots.first)
        for attempt in 1...5 {
            #expect(try await kit.rotateRoot(slot.id, with: "guess \(attempt)").refusal == .wrongKey)
            #expect(try kit.lastEvent().line == "root.rotate: wrong_key")
        }
        #expect(try await kit.rotateRoot(slot.id, with: TestVault.passphrase).refusal == .throttled)
        #expect(try kit.lastEvent().line == "root.rotate: throttled")
        kit.clock.advance(seconds: 30)
        #expect(try await kit.rotateRoot(slot.id, with: TestVault.passphrase).refusal == nil)
    }

    @Test("what only looks like a proof of presence lets nobody try a slot")
    func madeUpProof() async throws {
        let kit = try await TestVault(profile: .singleUser)
        let made = kit.caller(kit.ada, .operator, proof: "0000000000000000000000")
        #expect(kit.vault.wouldRefuse(.keyRotateRoot, by: made))
        let genuine = kit.present(kit.ada)
        #expect(!kit.vault.wouldRefuse(.keyRotateRoot, by: genuine))
        // Looking does not use it up.
        #expect(!kit.vault.wouldRefuse(.keyRotateRoot, by: genuine))
        let another = kit.caller(.synthetic(uid: kit.ada.uid, pid: 999), .operator, proof: genuine.presenceProof)
        #expect(kit.vault.wouldRefuse(.keyRotateRoot, by: another))
    }

    @Test("shares of another vault, too many, and too few are not put together")
    func foreignShares() async throws {
        let kit = try await TestVault()
        let made = try kit.vault.prepareShares(threshold: 2, count: 3)
        let slot = try await kit.vault.perform(Keys.add(made.prepared, by: kit.admin))
        let first = try #require(kit.vault.foundation?.slots.first)
        let others = try Share.split(SecretBytes.random(count: 32), threshold: 2, count: 3)
        let right = RootRotation.Opening(slot: first.id, .secret(try TestVault.secret(TestVault.passphrase)))
        for (shares, refusal) in [
            (Array(others.prefix(2)), Refusal.shareForeign), (made.shares, .slotNotOpened),
            (Array(made.shares.prefix(1)), .slotNotOpened), ([made.shares[0], made.shares[0]], .shareTwice),
        ] {
            let opening = RootRotation.Opening(slot: slot.id, .shares(try shares.map { try $0.text() }))
            #expect(throws: refusal) { try kit.vault.prepareRootRotation([right, opening], dropping: []) }
        }
    }

    @Test("with a new root key every slot that was opened again opens the vault, and a dropped one does not")
    func rotate() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("github/pat", "value")
        let credential = try SecretBytes.random(count: 32)
        let added = try await kit.vault.perform(Keys.add(kit.vault.prepareSlot(.credential(credential)), by: kit.admin))
        let shared = try kit.vault.prepareShares(threshold: 2, count: 3)
        let shares = try await kit.vault.perform(Keys.add(shared.prepared, by: kit.admin))
        let first = try #require(kit.vault.foundation?.slots.first)
        let before = try #require(kit.vault.foundation)
        let secret = try Share.combine(Array(shared.shares.prefix(2)))
        let rotation = try kit.vault.prepareRootRotation(
            [
                .init(slot: first.id, .secret(TestVault.secret(TestVault.passphrase))),
                .init(slot: shares.id, .secret(secret)),
            ],
            dropping: [added.id]
        )
        kit.clock.advance(seconds: 60)
        _ = try await kit.vault.perform(Keys.rotateRoot(rotation, by: kit.admin))
        #expect(kit.vault.foundation?.slots.map(\.id) == [first.id, shares.id])
        #expect(kit.vault.foundation?.rootCreated == kit.clock.now().wall)
        try await kit.seal()
        #expect(await kit.unseal(.credential, credential).refusal == .wrongKey)
        try await kit.unseal().get()
        try await kit.seal()
        try await kit.unseal(.shares, secret).get()
        #expect(try await kit.reveal("github/pat") == "value")
        // The old slot with the old keyring, as in a backup, still opens; with the new keyring it does not.
        let oldRoot = try #require(before.slots.last).open(with: secret, vault: before.vault)
        _ = try KeyRing.open(before.keyRing, under: oldRoot, vault: before.vault, profile: before.profile)
        let after = try #require(kit.vault.foundation)
        #expect(throws: SealingError.tampered) {
            try KeyRing.open(after.keyRing, under: oldRoot, vault: after.vault, profile: after.profile)
        }
    }

    @Test("a slot that is neither opened nor dropped, a wrong secret, and a slot that is not there are refused")
    func refusals() async throws {
        let kit = try await TestVault()
        let first = try #require(kit.vault.foundation?.slots.first)
        let right = RootRotation.Opening(slot: first.id, .secret(try TestVault.secret(TestVault.passphrase)))
        #expect(throws: Refusal.slotNotOpened) { try kit.vault.prepareRootRotation([], dropping: []) }
        #expect(throws: Refusal.wrongKey) {
            try kit.vault.prepareRootRotation(
                [.init(slot: first.id, .secret(TestVault.secret("not the passphrase")))],
                dropping: []
            )
        }
        #expect(throws: Refusal.slotMissing) {
            try kit.vault.prepareRootRotation([right, .init(slot: .random(), right.means)], dropping: [])
        }
        let none = try kit.vault.prepareRootRotation([], dropping: [first.id])
        await #expect(throws: Refusal.lastSlot) { try await kit.vault.perform(Keys.rotateRoot(none, by: kit.admin)) }
    }

    @Test("a slot that was added meanwhile is not lost: the rotation is refused")
    func meanwhile() async throws {
        let kit = try await TestVault()
        let first = try #require(kit.vault.foundation?.slots.first)
        let rotation = try kit.vault.prepareRootRotation(
            [.init(slot: first.id, .secret(TestVault.secret(TestVault.passphrase)))],
            dropping: []
        )
        let prepared = try kit.vault.prepareSlot(.credential(SecretBytes.random(count: 32)))
        _ = try await kit.vault.perform(Keys.add(prepared, by: kit.admin))
        await #expect(throws: Refusal.keysChanged) {
            try await kit.vault.perform(Keys.rotateRoot(rotation, by: kit.admin))
        }
    }
}

extension TestVault {
    func finishRewrapping() async throws {
        var rewrapping = Rewrapping()
        while true {
            let (next, step) = try await vault.rewrap(rewrapping, limit: 7)
            rewrapping = next
            if step == .done { return }
        }
    }

    func reveal(_ name: String) async throws -> String {
        let opened = try await vault.perform(
            Secrets.reveal(SecretName(name), field: .value, version: nil, by: readerOrAdmin())
        )
        return unsafe opened.value.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// `ada`, who may read as well.
    private func readerOrAdmin() async throws -> Caller {
        if vault.state?.operators[ada.uid]?.roles.contains(.reader) != true {
            _ = try await vault.perform(
                Operators.add(
                    try OperatorName("ada"),
                    uid: ada.uid,
                    roles: [.admin, .reader, .auditor],
                    groups: [],
                    by: admin
                )
            )
        }
        return admin
    }
}

extension TestVault {
    fileprivate func rotateRoot(_ slot: RecordID, with passphrase: String) async throws -> Result<[KeySlot], Refusal> {
        let openings = [RootRotation.Opening(slot: slot, .secret(try Self.secret(passphrase)))]
        return await withCheckedContinuation { continuation in
            vault.rotateRoot(openings, dropping: [], by: admin) { continuation.resume(returning: $0) }
        }
    }
}
