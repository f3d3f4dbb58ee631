import HashTreeCollections
import Sealing
import SecretMemory
import Testing
import WarderCrypto
import WarderModel
import WarderTesting

@testable import WarderCore

@Suite struct UnsealingTests {
    @Test("tries at a sealed vault join the log after unsealing, in order, before the unsealing itself")
    func inbox() async throws {
        let kit = try await TestVault()
        try await kit.seal()
        let before = kit.vault.sequence
        kit.clock.advance(seconds: 10)
        #expect(try await kit.unseal(with: "the first guess", by: .synthetic(uid: 77, pid: 1)).refusal == .wrongKey)
        kit.clock.advance(seconds: 10)
        #expect(try await kit.unseal(with: "the second guess", by: .synthetic(uid: 78, pid: 2)).refusal == .wrongKey)
        #expect(kit.vault.sequence == before)
        #expect(try kit.store.inbox().count == 2)
        kit.clock.advance(seconds: 10)
        try await kit.unseal().get()

        let events = try kit.events().filter { $0.sequence > before }
        #expect(events.map(\.line) == ["vault.unseal: wrong_key", "vault.unseal: wrong_key", "vault.unseal"])
        #expect(events.map(\.actor) == ["uid:77", "uid:78", "operator:ada"])
        #expect(events.map(\.sequence) == [before + 1, before + 2, before + 3])
        #expect(
            events.map(\.time) == [10, 20, 30].map { ManualClock.start.wall.adding(seconds: $0).description }
        )
        #expect(events.prefix(2).map(\.peer?.pid) == [1, 2])
        #expect(try kit.store.inbox().isEmpty)
    }

    @Test("what waits in the inbox is sealed: a stolen disk does not tell who tried")
    func inboxIsSealed() async throws {
        let kit = try await TestVault()
        try await kit.seal()
        _ = try await kit.unseal(with: "the first guess", by: .synthetic(uid: 77, unit: "planted-canary.service"))
        #expect(try !kit.directory.holds(Array("planted-canary".utf8)))
        #expect(try !kit.directory.holds(Array("wrong_key".utf8)))
        try await kit.unseal().get()
        #expect(try kit.events().contains { $0.peer?.unit == "planted-canary.service" })
    }

    @Test("the events of a sealed vault survive a restart")
    func restart() async throws {
        let kit = try await TestVault()
        try await kit.seal()
        _ = try await kit.unseal(with: "the first guess").refusal
        let later = try TestVault(restarting: kit)
        #expect(later.vault.phase == .sealed)
        try await later.unseal().get()
        #expect(try later.events().suffix(2).map(\.line) == ["vault.unseal: wrong_key", "vault.unseal"])
    }

    @Test("an inbox entry that this vault did not write is dropped, and the log says so")
    func foreignEntry() async throws {
        let kit = try await TestVault()
        try await kit.seal()
        var batch = Batch()
        batch.inbox = [[UInt8](repeating: 7, count: 200)]
        try kit.store.commit(batch)
        _ = try await kit.unseal(with: "the first guess").refusal
        try await kit.unseal().get()
        let events = try kit.events().suffix(3)
        #expect(events.map(\.line) == ["vault.start: value_damaged", "vault.unseal: wrong_key", "vault.unseal"])
        #expect(events.first?.changes?.first?.hasPrefix("inbox/") == true)
    }

    @Test(
        "what a sealed vault cannot do does not get into the log by its inbox",
        arguments: Action.allCases.filter { !InboxEvent.types.contains($0) }
    )
    func foreignType(action: Action) async throws {
        let keys = try BoxKeyPair.random()
        let event = Event(action: action, time: ManualClock.start.wall, actor: .uid(.synthetic()))
        let sealed = try InboxEvent(event: event, nonce: RecordID(high: 0, low: 1)).sealed(to: keys.publicKey)
        #expect(throws: InboxEvent.ForeignType.self) { try InboxEvent.open(sealed, with: keys) }
    }

    @Test("a planted entry that seals well is dropped like a damaged one")
    func plantedEntry() async throws {
        let kit = try await TestVault()
        try await kit.seal()
        let inboxKey = try BoxPublicKey(try #require(kit.vault.foundation).inboxKey)
        var batch = Batch()
        for action in [Action.grantAdd, .vaultStop] {
            let event = Event(action: action, time: ManualClock.start.wall, actor: .vault)
            batch.inbox.append(try InboxEvent(event: event, nonce: RecordID(high: 0, low: 1)).sealed(to: inboxKey))
        }
        try kit.store.commit(batch)
        try await kit.unseal().get()
        #expect(try kit.events().suffix(3).map(\.line) == ["vault.start: value_damaged", "vault.stop", "vault.unseal"])
    }

    @Test("everything is there again after a restart, but for tokens")
    func state() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        try await kit.mustAddOperator("grace", uid: 1001, roles: [.auditor])
        let token = try await kit.mustIssue()
        let before = try kit.events().count
        let later = try TestVault(restarting: kit)
        try await later.unseal().get()
        #expect(await later.refusal(of: try later.resolve(with: token)) == .tokenUnknown)
        #expect(try await later.mustResolve(with: try await later.mustIssue()) == "s3cr3t")
        #expect(later.vault.state?.operators.count == 2)
        #expect(try later.events().count == before + 4)
    }

    @Test("sealing is done when it is answered, and its event is counted")
    func sealed() async throws {
        let kit = try await TestVault()
        let before = kit.vault.sequence
        try await kit.seal()
        #expect(kit.vault.phase == .sealed)
        #expect(kit.vault.state == nil && kit.vault.keys == nil)
        #expect(kit.vault.registryGeneration == 0)
        #expect(kit.vault.sequence == before + 1)
        #expect(throws: Refusal.sealed) { try kit.events() }
    }

    @Test("whatever comes after a seal in the same batch meets a sealed vault")
    func batchedSeal() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let token = try await kit.mustIssue()
        await kit.holdWriter()
        let before = kit.submit(try kit.resolve(with: token))
        let seal = kit.submit(Vault.seal(by: kit.admin))
        let after = kit.submit(try kit.resolve(with: token))
        kit.letGo()
        #expect(await [before.refusal, seal.refusal, after.refusal] == [nil, nil, .sealed])
        #expect(kit.vault.phase == .sealed)
    }

    @Test("the registry's generation never comes twice, so that no match of a peer outlives a seal")
    func generation() async throws {
        let kit = try await TestVault()
        var seen: Set<UInt64> = [kit.vault.registryGeneration]
        for round in 0..<3 {
            try await kit.mustAddServer("notes\(round)")
            #expect(seen.insert(kit.vault.registryGeneration).inserted)
            try await kit.seal()
            try await kit.unseal().get()
            #expect(seen.insert(kit.vault.registryGeneration).inserted)
        }
        #expect(!seen.contains(0))
    }

    @Test("a credential opens a credential slot, and a passphrase does not")
    func credential() async throws {
        let kit = try TestVault(uninitialisedFor: 1000)
        let credential = try SecretBytes(copying: [UInt8](repeating: 9, count: 32))
        let initialisation = try Initialisation(
            profile: .team,
            opener: .credential(credential),
            operatorName: try OperatorName("ada"),
            uid: 1000,
            presence: nil,
            at: kit.clock.now().wall
        )
        let opened = await withCheckedContinuation { done in
            kit.vault.open(initialisation, by: kit.caller(kit.ada, .operator)) { done.resume(returning: $0) }
        }
        try opened.get()
        try await kit.seal()
        #expect(try await kit.unseal().refusal == .wrongKey)
        let outcome = await withCheckedContinuation { done in
            kit.vault.unseal(with: credential, opener: .credential, by: .vault()) { done.resume(returning: $0) }
        }
        try outcome.get()
        #expect(try kit.lastEvent().actor == "vault")
    }

    @Test("somebody who changes the profile in the database finds the vault shut, whatever the passphrase")
    func changedProfile() async throws {
        let kit = try await TestVault(profile: .team)
        let changed = try kit.damaged(by: "UPDATE vault SET profile = 'single-user'")
        #expect(try await changed.unseal().refusal == .keysDamaged)
        #expect(try await changed.unseal(with: "a guess").refusal == .wrongKey)
        let again = try changed.damaged(by: "UPDATE vault SET profile = 'team'")
        #expect(try await again.unseal().refusal == nil)
    }

    @Test(
        "somebody who puts a public key of their own into the database finds the vault shut",
        arguments: ["log_key", "inbox_key"]
    )
    func changedPublicKey(column: String) async throws {
        let kit = try await TestVault()
        let changed = try kit.damaged(by: "UPDATE vault SET \(column) = randomblob(32)")
        #expect(try await changed.unseal().refusal == .keysDamaged)
    }

    @Test("a vault is set up once")
    func setUpOnce() async throws {
        let kit = try await TestVault()
        await #expect(throws: Refusal.alreadyInitialised) { try await kit.initialise(.team) }
        try await kit.seal()
        await #expect(throws: Refusal.alreadyInitialised) { try await kit.initialise(.team) }
    }

    @Test("unsealing an open vault changes nothing, and is in the log")
    func open() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let token = try await kit.mustIssue()
        let before = kit.vault.sequence
        try await kit.unseal().get()
        let event = try kit.lastEvent()
        #expect(event.line == "vault.unseal" && event.changes == ["already=unsealed"])
        #expect(kit.vault.sequence == before + 1)
        _ = try await kit.mustResolve(with: token)
    }
}
