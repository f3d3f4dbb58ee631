import HashTreeCollections
import Locking
import Sealing
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// No event without its effect, no effect without its event.
@Suite struct StoreFailureTests {
    @Test("when the disk is full everybody in the batch hears so, and nothing has happened")
    func everybody() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes(uses: 1)
        let token = try await kit.mustIssue()
        let events = kit.vault.sequence
        let generation = kit.vault.registryGeneration
        await kit.holdWriter()
        let resolve = kit.submit(try kit.resolve(with: token))
        let put = kit.submit(Secrets.put(try SecretName("a/b"), try kit.draft(["value": "x"]), by: kit.admin))
        let server = kit.submit(
            Servers.add(try ServerName("mail"), owner: nil, selectors: Selectors(uid: 5), by: kit.admin)
        )
        let denied = kit.submit(Secrets.list(by: kit.caller(.synthetic(uid: 77), .operator)))
        let seal = kit.submit(Vault.seal(by: kit.admin))
        kit.store.fail(.unavailable(code: 13))
        kit.letGo()
        #expect(await resolve.refusal == .auditUnavailable)
        #expect(await put.refusal == .auditUnavailable)
        #expect(await server.refusal == .auditUnavailable)
        #expect(await denied.refusal == .auditUnavailable, "a refusal that is not on disk is not said either")
        #expect(await seal.refusal == .auditUnavailable)

        #expect(kit.vault.phase == .unsealed)
        #expect(kit.vault.sequence == events)
        #expect(kit.vault.registryGeneration == generation)
        kit.store.heal()
        // The one use is still there, and the secret and the server are not.
        #expect(try await kit.mustResolve(with: token) == "s3cr3t")
        #expect(kit.vault.state?.secrets[try SecretName("a/b")] == nil)
        #expect(kit.vault.state?.servers[try ServerName("mail")] == nil)
        try await kit.mustPut("a/b")
        #expect(try kit.events().map(\.sequence) == Array(1...kit.vault.sequence))
    }

    @Test("the vault recovers by itself as soon as it can write again")
    func recovery() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        kit.store.fail(.unavailable(code: 13), times: 3)
        let issue = Tokens.issue(try kit.demand(), by: kit.server(.synthetic()))
        for _ in 0..<3 { #expect(await kit.refusal(of: issue) == .auditUnavailable) }
        #expect(await kit.refusal(of: issue) == nil)
        #expect(kit.vault.state?.tokens.count == 1)
    }

    @Test("a proof of presence is not used up by what was not done")
    func presence() async throws {
        let kit = try await TestVault(profile: .singleUser)
        let caller = kit.admin
        let add = Servers.add(try ServerName("one"), owner: nil, selectors: Selectors(uid: 1), by: caller)
        kit.store.fail(.unavailable(code: 13), times: 1)
        #expect(await kit.refusal(of: add) == .auditUnavailable)
        #expect(await kit.refusal(of: add) == nil)
        #expect(await kit.refusal(of: add) == .presenceRequired)
    }

    @Test("a vault that cannot write down that it was unsealed stays sealed")
    func unsealing() async throws {
        let kit = try await TestVault()
        try await kit.seal()
        kit.store.fail(.unavailable(code: 13), times: 1)
        #expect(try await kit.unseal().refusal == .auditUnavailable)
        #expect(kit.vault.phase == .sealed && kit.vault.state == nil)
        try await kit.unseal().get()
    }

    @Test(
        "a database that cannot be read says whether to free its disk or to doubt it, and the vault stays sealed",
        arguments: [
            (StoreError.unavailable(code: 10), Refusal.auditUnavailable), (.damaged(code: 11), .databaseDamaged),
        ]
    )
    func reading(_ error: StoreError, _ refusal: Refusal) async throws {
        let kit = try await TestVault()
        try await kit.seal()
        kit.store.failReading(error)
        #expect(try await kit.unseal().refusal == refusal)
        #expect(kit.vault.phase == .sealed)
        kit.store.heal()
        try await kit.unseal().get()
    }

    @Test("what a damaged database does not take is called damage, and never a full disk")
    func damaged() async throws {
        let kit = try await TestVault()
        kit.store.fail(.damaged(code: 11))
        let put = Secrets.put(try SecretName("a/b"), try kit.draft(["value": "x"]), by: kit.admin)
        #expect(await kit.refusal(of: put) == .databaseDamaged)
        kit.store.heal()
        try await kit.seal()
        kit.store.fail(.damaged(code: 11))
        #expect(try await kit.unseal().refusal == .databaseDamaged)
        #expect(try await kit.unseal(with: "the first guess").refusal == .databaseDamaged)
    }

    @Test("what the engine said goes to the daemon's own log, with its number")
    func told() async throws {
        let kit = try await TestVault()
        try await kit.seal()
        let told = Locked<[StoreError]>([])
        let vault = try Vault(
            store: kit.store,
            clock: kit.clock,
            faults: { fault in told.withLock { $0.append(fault) } }
        )
        kit.store.fail(.damaged(code: 267))
        let event = Event(action: .vaultStart, time: kit.clock.now().wall, actor: .vault)
        let outcome = await withCheckedContinuation { done in
            vault.record(sealed: event) { done.resume(returning: $0) }
        }
        #expect(throws: Refusal.databaseDamaged) { try outcome.get() }
        #expect(told.withLock { $0 } == [.damaged(code: 267)])
    }

    @Test("a wrong try that cannot be written down is not even called wrong")
    func wrongTry() async throws {
        let kit = try await TestVault()
        try await kit.seal()
        kit.store.fail(.unavailable(code: 13), times: 1)
        #expect(try await kit.unseal(with: "the first guess").refusal == .auditUnavailable)
    }

    @Test("a vault that cannot be written is not set up")
    func initialising() async throws {
        let kit = try TestVault(uninitialisedFor: 1000)
        kit.store.fail(.unavailable(code: 13), times: 1)
        await #expect(throws: Refusal.auditUnavailable) { try await kit.initialise(.team) }
        #expect(kit.vault.phase == .notInitialised)
        try await kit.initialise(.team)
        #expect(kit.vault.phase == .unsealed)
    }

    @Test("one change that the store does not take disturbs no other of its batch")
    func rejected() async throws {
        let kit = try await TestVault(profile: .singleUser)
        try await kit.mustSetUpNotes(uses: 1)
        let token = try await kit.mustIssue()
        let tool = Tools.Description(
            text: nil,
            risk: .readOnly,
            category: .standard,
            owner: nil,
            expectedOutputs: nil,
            definitionDigest: nil
        )
        await kit.holdWriter()
        let resolve = kit.submit(try kit.resolve(with: token))
        let bad = kit.submit(Tools.add(try ToolID("notes/bad"), tool, by: kit.admin))
        let server = kit.submit(
            Servers.add(try ServerName("mail"), owner: nil, selectors: Selectors(uid: 5), by: kit.admin)
        )
        let again = kit.submit(try kit.resolve(with: token))
        kit.store.fail(.rejected(code: 19)) { $0.records.contains { $0.kind == .tool } }
        kit.letGo()
        #expect(await resolve.refusal == nil)
        #expect(await bad.refusal == .auditUnavailable)
        #expect(await server.refusal == nil, "its proof of presence is as good as it was")
        #expect(await again.refusal == .tokenExhausted)
        #expect(kit.vault.state?.tools[try ToolID("notes/bad")] == nil)
        #expect(kit.vault.state?.servers[try ServerName("mail")] != nil)
        #expect(
            try kit.events().suffix(3).map(\.line) == [
                "secret.resolve", "server.add", "secret.resolve: token_exhausted",
            ]
        )
        #expect(try kit.events().map(\.sequence) == Array(1...kit.vault.sequence))
    }

    @Test("a refused command leaves nothing but its event, and its neighbours everything")
    func refused() async throws {
        let kit = try await TestVault()
        await kit.holdWriter()
        let first = kit.submit(Secrets.put(try SecretName("a/b"), try kit.draft(["value": "x"]), by: kit.admin))
        let second = kit.submit(
            Secrets.put(try SecretName("a/b"), try kit.draft(["value": "y"], check: 7), by: kit.admin)
        )
        let third = kit.submit(Secrets.put(try SecretName("c/d"), try kit.draft(["value": "z"]), by: kit.admin))
        kit.letGo()
        #expect(await [first.refusal, second.refusal, third.refusal] == [nil, .checkFailed, nil])
        #expect(try await kit.states("a/b") == ["1 current"])
        #expect(try await kit.states("c/d") == ["1 current"])
        #expect(kit.store.commits.last { $0.events == 3 }?.records == 2)
    }

    @Test("a value that lies in another's place does not open, and the log says so")
    func swappedValue() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        try await kit.mustPut("bank/key", "not for notes")
        let state = try #require(kit.vault.state)
        let own = try #require(state.secrets[try SecretName("notes/api")]).id
        let other = try #require(state.secrets[try SecretName("bank/key")]).id
        let foreign = try #require(try kit.store.value(of: other, version: 1))
        // What somebody can do who can write the database.
        kit.store.answer(foreign, at: Batch.Place(secret: own, version: 1))
        let token = try await kit.mustIssue()
        #expect(await kit.refusal(of: try kit.resolve(with: token)) == .valueDamaged)
        #expect(try kit.lastEvent().line == "secret.resolve: value_damaged")
    }
}
