import HashTreeCollections
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// How long a token works.
@Suite struct TokenLifeTests {
    @Test("a token works until its last millisecond, and not a moment longer")
    func expiry() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let token = try await kit.mustIssue(lifetime: 60)
        #expect(token.issued.expiresInSeconds == 60)
        kit.clock.advance(milliseconds: 59_999)
        #expect(try await kit.mustResolve(with: token) == "s3cr3t")
        kit.clock.advance(milliseconds: 1)
        #expect(await kit.refusal(of: try kit.resolve(with: token)) == .tokenExpired)
    }

    @Test("a token lives five minutes when nobody says anything")
    func byDefault() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes(lifetime: 3600)
        #expect(try await kit.mustIssue().issued.expiresInSeconds == 300)
    }

    @Test("a grant shortens what a server asks for")
    func shortened() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes(lifetime: 30)
        #expect(try await kit.mustIssue(lifetime: 3600).issued.expiresInSeconds == 30)
    }

    @Test("setting the wall clock back does not prolong a token, and setting it forward does not end one")
    func wallClock() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let token = try await kit.mustIssue(lifetime: 60)
        kit.clock.setWall(to: ManualClock.start.wall.adding(seconds: 86_400))
        #expect(try await kit.mustResolve(with: token) == "s3cr3t")
        kit.clock.setWall(to: ManualClock.start.wall.adding(seconds: -86_400))
        kit.clock.advance(seconds: 60)
        #expect(await kit.refusal(of: try kit.resolve(with: token)) == .tokenExpired)
    }

    @Test("renewing prolongs a token, says its text no more, and stops at the hard limit")
    func renewing() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes(lifetime: 600)
        let token = try await kit.mustIssue(lifetime: 60)
        kit.clock.advance(seconds: 50)
        let renewed = try await kit.vault.perform(Tokens.renew(token.presented, by: kit.server(.synthetic())))
        #expect(renewed.text == nil)
        #expect(renewed.accessor == token.issued.accessor)
        #expect(renewed.expiresInSeconds == 300)
        kit.clock.advance(seconds: 290)
        let last = try await kit.vault.perform(Tokens.renew(token.presented, by: kit.server(.synthetic())))
        #expect(last.expiresInSeconds == 600 - 340)
    }

    @Test("renewing never shortens a token")
    func neverShorter() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes(lifetime: 3600)
        let token = try await kit.mustIssue(lifetime: 3600)
        kit.clock.advance(seconds: 10)
        let renewed = try await kit.vault.perform(Tokens.renew(token.presented, by: kit.server(.synthetic())))
        #expect(renewed.expiresInSeconds == 3590)
        #expect(renewed.expires == token.issued.expires)
    }

    @Test("an ended token is not brought back by renewing it")
    func renewedTooLate() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let token = try await kit.mustIssue(lifetime: 60)
        kit.clock.advance(seconds: 60)
        let renew = Tokens.renew(token.presented, by: kit.server(.synthetic()))
        #expect(await kit.refusal(of: renew) == .tokenExpired)
    }

    @Test("whatever is renewed and when, no token outlives the longest of its grants, nor an hour")
    func hardLimit() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let desk = try Desk(kit)
        let key = try kit.key("notes/search", "notes/api")
        var numbers = SeededNumbers()
        for _ in 0..<300 {
            let grantLife = Int64.random(in: 1...Token.maximumLifetime, using: &numbers)
            let asked =
                Bool.random(using: &numbers) ? Int64.random(in: 1...Token.maximumLifetime, using: &numbers) : nil
            var transaction = {
                var desk = desk
                desk.state.grants[key]?.lifetime = grantLife
                return desk.transaction()
            }()
            let clock = ManualClock()
            let issued = try transaction.decide(
                Tokens.issue(try kit.demand(lifetime: asked), by: kit.server(.synthetic()))
            ).get().get()
            let token = HeldToken(issued)
            let end = clock.now().uptime + min(grantLife, Token.maximumLifetime) * 1000
            var isAlive = true
            for _ in 0..<20 {
                clock.advance(milliseconds: Int64.random(in: 0...grantLife * 200, using: &numbers))
                if Bool.random(using: &numbers) { clock.setWall(to: ManualClock.start.wall) }
                transaction = transaction.later(clock.now(), kit)
                let renewed = transaction.decide(Tokens.renew(token.presented, by: kit.server(.synthetic())))
                if case .success(let renewed) = renewed {
                    #expect(isAlive, "seed \(numbers.seed)")
                    #expect(clock.now().uptime + renewed.expiresInSeconds * 1000 <= end, "seed \(numbers.seed)")
                } else {
                    isAlive = false
                }
                let used = transaction.decide(try kit.resolve(with: token))
                if clock.now().uptime >= end { #expect(used.refusal == .tokenExpired, "seed \(numbers.seed)") }
            }
        }
    }

    @Test("a token that was given back, revoked, or never given works for nobody")
    func ended() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let given = try await kit.mustIssue()
        try await kit.vault.perform(Tokens.drop(given.presented, by: kit.server(.synthetic())))
        #expect(await kit.refusal(of: try kit.resolve(with: given)) == .tokenUnknown)

        let revoked = try await kit.mustIssue()
        try await kit.vault.perform(Tokens.revoke(revoked.issued.accessor, by: kit.admin))
        #expect(await kit.refusal(of: try kit.resolve(with: revoked)) == .tokenUnknown)
        #expect(try kit.events().contains { $0.type == "token.revoke" && $0.token == revoked.issued.accessor.text })

        let invented = PresentedToken(body: [UInt8](repeating: 7, count: 32))
        let use = Tokens.resolve(
            try SecretName("notes/api"),
            fields: [.value],
            with: invented,
            known: nil,
            by: kit.server(.synthetic())
        )
        #expect(await kit.refusal(of: use) == .tokenUnknown)
        let without = Tokens.resolve(
            try SecretName("notes/api"),
            fields: [.value],
            with: nil,
            known: nil,
            by: kit.server(.synthetic())
        )
        #expect(await kit.refusal(of: without) == .tokenMissing)
    }

    @Test("sealing ends every token, and unsealing brings none back")
    func sealing() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let token = try await kit.mustIssue()
        try await kit.seal()
        #expect(await kit.refusal(of: try kit.resolve(with: token)) == .sealed)
        try await kit.unseal().get()
        #expect(await kit.refusal(of: try kit.resolve(with: token)) == .tokenUnknown)
    }

    @Test("an accessor names a token and opens nothing")
    func accessor() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let token = try await kit.mustIssue()
        #expect(PresentedToken(text: token.issued.accessor.text) == nil)
        let listed = try await kit.vault.perform(Tokens.list(by: kit.admin))
        #expect(listed.map(\.accessor) == [token.issued.accessor])
    }

    @Test("ended tokens are not listed, and their memory is given back")
    func dropped() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        _ = try await kit.mustIssue(lifetime: 60)
        let living = try await kit.mustIssue(lifetime: 120)
        kit.clock.advance(seconds: 60)
        let listed = try await kit.vault.perform(Tokens.list(by: kit.admin))
        #expect(listed.map(\.accessor) == [living.issued.accessor])
        kit.clock.advance(seconds: Tokens.reportPatience)
        kit.vault.dropEndedTokens()
        await kit.vault.heartbeat()
        #expect(kit.vault.state?.tokens.count == 1)
    }
}

extension Transaction {
    /// The same state some time later.
    fileprivate func later(_ now: Moment, _ kit: TestVault) -> Transaction {
        let open = Vault.Open(
            foundation: foundation,
            keys: keys,
            values: ValueCache(store: kit.store),
            state: state,
            sequence: 0
        )
        return Transaction(open, store: kit.store, presence: kit.vault.presence, now: now, rates: kit.vault.rates)
    }
}
