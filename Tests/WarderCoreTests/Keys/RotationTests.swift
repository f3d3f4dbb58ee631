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
        #expect(!kit.vault.isRewrappingDue)
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
        #expect(!later.vault.isRewrappingDue)
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
        #expect(!kit.vault.isRewrappingDue)
        try await kit.mustPut("github/other", "other")
        let later = try TestVault(restarting: kit)
        try await later.unseal().get()
        #expect(try await later.reveal("github/other") == "other")
    }

    @Test("a row that does not open keeps its key alone; the log, the slots and the doctor say that it stands still")
    func damagedRow() async throws {
        let kit = try await TestVault.rotatedAndDamaged()
        try await kit.finishRewrapping()
        #expect(try kit.events().last?.line == "key.rewrap: value_damaged")
        #expect(try kit.events().last?.changes == ["damaged=1"])
        #expect(kit.epochs(.keyEncryption) == [1, 2])
        #expect(kit.epochs(.metadata) == [2])
        let overview = try await kit.vault.perform(Keys.list(by: kit.admin))
        #expect(overview.rowsUnderOldKeys == 1 && overview.standsStill)
        let finding = try await kit.standstill()
        #expect(finding?.message.contains("1 row under old keys does not open") == true)
        #expect(finding?.remedy == "See which: warder doctor --deep")
        #expect(try await kit.reveal("github/pat") == "value")
        // Nobody tries the same again and again.
        #expect(!kit.vault.isRewrappingDue)
    }

    @Test("a rotation that stands still holds up no other, and each moves all but the damaged row")
    func rotateAroundDamage() async throws {
        let kit = try await TestVault.rotatedAndDamaged()
        await #expect(throws: Refusal.rotationUnderWay) { try await kit.vault.perform(Keys.rotate(by: kit.admin)) }
        for epoch in UInt32(2)...4 {
            try await kit.finishRewrapping()
            #expect(kit.epochs(.keyEncryption) == [1, epoch] && kit.epochs(.metadata) == [epoch])
            _ = try await kit.vault.perform(Keys.rotate(by: kit.admin))
            #expect(kit.vault.state?.rotationStandsStill == false && kit.vault.isRewrappingDue)
            #expect(try await kit.standstill() == nil)
        }
        try await kit.finishRewrapping()
        #expect(kit.vault.state?.rowsUnderOldKeys == 1)
        #expect(try await kit.reveal("github/pat") == "value")
    }

    @Test("once the damaged version is destroyed the old key goes, and the vault was never sealed")
    func destroyDamaged() async throws {
        let kit = try await TestVault.rotatedAndDamaged()
        try await kit.finishRewrapping()
        try await kit.mustPut("github/hurt", "another")
        #expect(!kit.vault.isRewrappingDue)
        _ = try await kit.vault.perform(Secrets.destroy(SecretName("github/hurt"), version: 1, by: kit.admin))
        #expect(kit.vault.isRewrappingDue)
        try await kit.finishRewrapping()
        #expect(try kit.lastEvent().line == "key.rewrap")
        #expect(kit.epochs(.keyEncryption) == [2])
        #expect(kit.vault.state?.rowsUnderOldKeys == 0 && !kit.vault.isRewrappingDue)
        #expect(try await kit.standstill() == nil)
    }

    @Test("a row that cannot even be a record is damaged like any other, and no reason to begin anew for ever")
    func shapelessRow() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("github/pat", "value")
        try await kit.mustAddServer("github")
        _ = try await kit.vault.perform(Keys.rotate(by: kit.admin))
        let later = try kit.damaged(by: "UPDATE records SET id = x'00' WHERE kind = 'server'")
        try await later.unseal().get()
        try await later.finishRewrapping()
        #expect(try later.lastEvent().line == "key.rewrap: value_damaged")
        #expect(later.epochs(.keyEncryption) == [2] && later.epochs(.metadata) == [1, 2])
        #expect(try await later.reveal("github/pat") == "value")
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
            let guess = try await kit.rotateRoot(slot.id, with: "guess \(attempt)")
            #expect(guess == RootRotation.Obstacle(.wrongKey, slot: slot.id))
            #expect(try kit.lastEvent().line == "root.rotate: wrong_key")
            #expect(try kit.lastEvent().changes == ["slot/\(slot.id)"])
        }
        #expect(try await kit.rotateRoot(slot.id, with: TestVault.passphrase)?.refusal == .throttled)
        #expect(try kit.lastEvent().line == "root.rotate: throttled")
        kit.clock.advance(seconds: 30)
        #expect(try await kit.rotateRoot(slot.id, with: TestVault.passphrase) == nil)
    }

    @Test("an opening for a slot that is not there tries nothing, and costs no try")
    func noGuess() async throws {
        let kit = try await TestVault()
        let slot = try #require(kit.vault.foundation?.slots.first)
        for _ in 1...6 {
            let refused = try await kit.rotateRoot(.random(), with: TestVault.passphrase)
            #expect(refused == RootRotation.Obstacle(.slotNotOpened, slot: slot.id))
        }
        #expect(try await kit.rotateRoot(slot.id, with: TestVault.passphrase) == nil)
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
            #expect(throws: RootRotation.Obstacle(refusal, slot: slot.id)) {
                try kit.vault.prepareRootRotation([right, opening], dropping: [])
            }
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
        _ = try await kit.vault.perform(Keys.rotateRoot(rotation, of: kit.vault, by: kit.admin))
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

    @Test("with a dropped passphrase, an old copy and today's database nothing opens that was written since")
    func oldCopy() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("github/pat", "before")
        let gone = try TestVault.secret("another correct battery horse")
        let dropped = try await kit.vault.perform(
            Keys.add(kit.vault.prepareSlot(.passphrase(gone, .minimum)), by: kit.admin)
        )
        let copy = try #require(kit.vault.foundation)
        let done = try await kit.replaceRoot(dropping: [dropped.id])
        #expect(done.rows == 3)  // the secret, its value, and the operator
        #expect(try kit.events().suffix(3).map(\.line) == ["key.rotate", "key.rotate_log", "root.rotate"])
        try await kit.mustPut("github/new", "after")

        // What the attacker has: the root key and the keyring of then.
        let root = try dropped.open(with: gone, vault: copy.vault)
        let old = try copy.openKeyRing(under: root)
        for _ in 0..<2 {
            let stored = try #require(try kit.store.foundation())
            #expect(throws: SealingError.tampered) { try stored.openKeyRing(under: root) }
            #expect(stored.slots.allSatisfy { (try? $0.open(with: gone, vault: copy.vault)) == nil })
            #expect(stored.logKey != copy.logKey && stored.inboxKey != copy.inboxKey)
            let id = try #require(kit.vault.state?.secrets[try SecretName("github/new")]).id
            let record = try #require(try kit.store.records().first { $0.id == id })
            #expect(throws: SealingError.unknownEpoch(2)) { try old.open(record) }
            let value = try #require(try kit.store.value(of: id, version: 1))
            #expect(throws: SealingError.unknownEpoch(2)) { try old.open(value, secret: id, version: 1) }
            // Nor is it an old key under a new number.
            let ring = try #require(kit.vault.keys?.ring)
            for purpose in KeyRing.Purpose.allCases {
                let current = try ring.current(purpose)
                #expect(current.epoch == 2, "\(purpose)")
                #expect(!old.entries.contains { $0.key.isEqual(to: current.key) }, "\(purpose)")
            }
            try await kit.finishRewrapping()
        }
        // What was there before has moved too, and everybody who may reads both.
        #expect(kit.epochs(.keyEncryption) == [2] && kit.epochs(.metadata) == [2] && kit.epochs(.signing) == [2])
        let later = try TestVault(restarting: kit)
        try await later.unseal().get()
        #expect(try await later.reveal("github/pat") == "before")
        #expect(try await later.reveal("github/new") == "after")
    }

    @Test(
        "a root key is replaced while an earlier rotation is under way, and what is half done goes on",
        arguments: 0...3
    )
    func whileRotating(steps: Int) async throws {
        let kit = try await TestVault()
        for number in 0..<10 { try await kit.mustPut("load/s\(number)", "value \(number)") }
        _ = try await kit.vault.perform(Keys.rotate(by: kit.admin))
        var rewrapping = Rewrapping()
        for _ in 0..<steps { rewrapping = try await kit.vault.rewrap(rewrapping, limit: 4).0 }
        let done = try await kit.replaceRoot()
        #expect(done.rows == 21)
        // The keeper knows nothing of it, and goes on with what it had.
        while true {
            let (next, step) = try await kit.vault.rewrap(rewrapping, limit: 4)
            rewrapping = next
            if step == .done { break }
        }
        #expect(kit.epochs(.keyEncryption) == [3] && kit.epochs(.metadata) == [3])
        #expect(try kit.lastEvent().line == "key.rewrap" && kit.vault.state?.rowsUnderOldKeys == 0)
        let later = try TestVault(restarting: kit)
        try await later.unseal().get()
        for number in 0..<10 { #expect(try await later.reveal("load/s\(number)") == "value \(number)") }
    }

    @Test("a new root key that the disk does not take leaves every key as it was")
    func failedCommit() async throws {
        let kit = try await TestVault()
        let before = try #require(kit.vault.keys?.ring.entries.map(\.epoch))
        kit.store.fail(.unavailable(code: 13), times: 1)
        await #expect(throws: Refusal.auditUnavailable) { try await kit.replaceRoot() }
        #expect(kit.vault.keys?.ring.entries.map(\.epoch) == before && !kit.vault.isRewrappingDue)
        try await kit.mustPut("github/pat", "value")
        let later = try TestVault(restarting: kit)
        try await later.unseal().get()
        #expect(try await later.reveal("github/pat") == "value")
    }

    @Test("a slot that is neither opened nor dropped, a wrong secret, and a slot that is not there are refused")
    func refusals() async throws {
        let kit = try await TestVault()
        let first = try #require(kit.vault.foundation?.slots.first)
        let right = RootRotation.Opening(slot: first.id, .secret(try TestVault.secret(TestVault.passphrase)))
        #expect(throws: RootRotation.Obstacle(.slotNotOpened, slot: first.id)) {
            try kit.vault.prepareRootRotation([], dropping: [])
        }
        #expect(throws: RootRotation.Obstacle(.wrongKey, slot: first.id)) {
            try kit.vault.prepareRootRotation(
                [.init(slot: first.id, .secret(TestVault.secret("not the passphrase")))],
                dropping: []
            )
        }
        let nowhere = RecordID.random()
        #expect(throws: RootRotation.Obstacle(.slotMissing, slot: nowhere)) {
            try kit.vault.prepareRootRotation([right, .init(slot: nowhere, right.means)], dropping: [])
        }
        let none = try kit.vault.prepareRootRotation([], dropping: [first.id])
        await #expect(throws: Refusal.lastSlot) {
            try await kit.vault.perform(Keys.rotateRoot(none, of: kit.vault, by: kit.admin))
        }
    }

    @Test("a rotation that takes longer than a proof of presence lasts is done where the proof was held for it")
    func slow() async throws {
        let kit = try await TestVault(profile: .singleUser)
        for isHeld in [false, true] {
            let caller = kit.admin
            if isHeld { kit.vault.holdProof(of: caller, seconds: 90) }
            let obstacle = try await kit.rotateRoot(by: caller) { work in
                kit.clock.advance(seconds: 61)
                work()
            }
            #expect(obstacle?.refusal == (isHeld ? nil : .presenceRequired))
        }
        #expect(try kit.events().suffix(1).map(\.line) == ["root.rotate"])
    }

    @Test("a slot whose turn never comes, because the daemon ends, is not opened")
    func noTurn() async throws {
        let kit = try await TestVault()
        let obstacle = try await kit.rotateRoot(by: kit.admin) { _ in }
        #expect(obstacle?.refusal == .sealed)
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
            try await kit.vault.perform(Keys.rotateRoot(rotation, of: kit.vault, by: kit.admin))
        }
    }
}

extension TestVault {
    /// Opens the first slot for a new root key.
    @discardableResult
    func replaceRoot(dropping dropped: Set<RecordID> = []) async throws -> RootKeyRotation {
        let first = try #require(vault.foundation?.slots.first)
        let rotation = try vault.prepareRootRotation(
            [.init(slot: first.id, .secret(Self.secret(Self.passphrase)))],
            dropping: dropped
        )
        return try await vault.perform(Keys.rotateRoot(rotation, of: vault, by: admin))
    }

    /// The whole of it, with the first slot's passphrase; what was in the way.
    fileprivate func rotateRoot(
        by caller: Caller,
        inTurns turn: @escaping RootRotation.Turn
    ) async throws -> RootRotation.Obstacle? {
        let first = try #require(vault.foundation?.slots.first)
        let opening = RootRotation.Opening(slot: first.id, .secret(try Self.secret(Self.passphrase)))
        let outcome = await withCheckedContinuation { continuation in
            vault.rotateRoot([opening], dropping: [], by: caller, inTurns: turn) { continuation.resume(returning: $0) }
        }
        if case .failure(let obstacle) = outcome { return obstacle }
        return nil
    }

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
    /// Why not; `nil` where it was done.
    fileprivate func rotateRoot(_ slot: RecordID, with passphrase: String) async throws -> RootRotation.Obstacle? {
        let openings = [RootRotation.Opening(slot: slot, .secret(try Self.secret(passphrase)))]
        let outcome: Result<RootKeyRotation, RootRotation.Obstacle> = await withCheckedContinuation { continuation in
            vault.rotateRoot(openings, dropping: [], by: admin) { continuation.resume(returning: $0) }
        }
        do throws(RootRotation.Obstacle) { _ = try outcome.get() } catch { return error }
        return nil
    }

    /// Two secrets, a rotation of the keys, and one byte of the second one's wrapped data key that fell over.
    static func rotatedAndDamaged() async throws -> TestVault {
        let kit = try await TestVault()
        try await kit.mustPut("github/pat", "value")
        try await kit.mustPut("github/hurt", "value")
        _ = try await kit.vault.perform(Keys.rotate(by: kit.admin))
        let hurt = try #require(kit.vault.state?.secrets[try SecretName("github/hurt")])
        var value = try #require(try kit.store.value(of: hurt.id, version: 1)).wrappedKey
        value[value.count - 1] ^= 0x01
        let later = try kit.damaged(
            by: "UPDATE version_values SET wrapped_key = x'\(Hex.encode(value))' WHERE secret = x'\(hurt.id)'"
        )
        try await later.unseal().get()
        return later
    }

    func epochs(_ purpose: KeyRing.Purpose) -> [UInt32] {
        vault.keys?.ring.entries.filter { $0.purpose == purpose }.map(\.epoch).sorted() ?? []
    }

    func standstill() async throws -> Diagnosis? {
        try await vault.perform(Doctor.read(vault.jobs.presence, by: admin)).first {
            $0.code == "key_rotation_stands_still"
        }
    }
}
