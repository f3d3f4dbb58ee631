import HashTreeCollections
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// A server asks for as many tokens as its limits allow, and nobody gets past them.
@Suite("Limits")
struct RateLimitTests {
    private let mail = Peer.synthetic(uid: 2001, pid: 77)

    /// `notes` with a tool of every risk, and `mail` with one.
    private func vault() async throws -> TestVault {
        let kit = try await TestVault(profile: .singleUser, limits: .product)
        try await kit.mustSetUpNotes()
        try await kit.mustAddTool("notes/write", risk: .sideEffect)
        try await kit.mustAddTool("notes/drop", risk: .critical)
        try await kit.mustAddServer("mail", Selectors(uid: 2001))
        try await kit.mustAddTool("mail/read", risk: .critical)
        for tool in ["notes/write", "notes/drop", "mail/read"] {
            try await kit.mustGrant(tool, "notes/api", approval: .none)
        }
        return kit
    }

    private func ask(_ kit: TestVault, _ tool: String, times: Int, by peer: Peer = .synthetic()) async throws -> Int {
        let issue = Tokens.issue(try kit.demand(tool), by: kit.server(peer))
        let outcomes = await kit.together([Command<Requested<Tokens.Issued>>](repeating: issue, count: times))
        #expect(outcomes.allSatisfy { $0.refusal == nil || $0.refusal == .rateLimited })
        return outcomes.count { $0.refusal == nil }
    }

    private func set(_ kit: TestVault, _ server: String?, _ risk: Tool.Risk, _ text: String) async throws {
        let scope = RateLimit.Scope(server: try server.map { try ServerName($0) }, risk: risk)
        _ = try await kit.vault.perform(Limits.set(scope, try #require(RateSetting(text)), by: kit.admin))
    }

    @Test("each risk has its own share, and each server")
    func shares() async throws {
        let kit = try await vault()
        #expect(try await ask(kit, "notes/search", times: 600) == 500)
        #expect(try await ask(kit, "notes/write", times: 150) == 100)
        #expect(try await ask(kit, "notes/drop", times: 30) == 10)
        #expect(try await ask(kit, "mail/read", times: 30, by: mail) == 10)
        kit.clock.advance(seconds: 6)
        #expect(try await ask(kit, "notes/drop", times: 30) == 1)
        #expect(try await ask(kit, "notes/search", times: 600) == 50)
    }

    @Test("many processes of a server have one share, and resolving without a token is no way around it")
    func aroundIt() async throws {
        let kit = try await vault()
        for pid in 1...10 {
            #expect(try await ask(kit, "notes/drop", times: 1, by: .synthetic(pid: Int32(pid))) == 1)
        }
        #expect(try await ask(kit, "notes/drop", times: 1, by: .synthetic(pid: 11)) == 0)
        let once = Tokens.resolveOnce(
            try SecretName("notes/api"),
            fields: [.value],
            for: try kit.demand("notes/drop"),
            by: kit.server(.synthetic())
        )
        #expect(await kit.refusal(of: once) == .rateLimited)
    }

    @Test("setting the clock on the wall gives nothing")
    func wallClock() async throws {
        let kit = try await vault()
        #expect(try await ask(kit, "notes/drop", times: 10) == 10)
        for seconds in [86_400, -864_000] as [Int64] {
            kit.clock.setWall(to: kit.clock.now().wall.adding(seconds: seconds))
            #expect(try await ask(kit, "notes/drop", times: 5) == 0)
        }
    }

    @Test("what is refused for another reason uses the share up too")
    func refused() async throws {
        let kit = try await vault()
        try await kit.mustRevokeGrant("notes/drop", "notes/api")
        let issue = Tokens.issue(try kit.demand("notes/drop"), by: kit.server(.synthetic()))
        for _ in 0..<10 { #expect(await kit.refusal(of: issue) == .grantMissing) }
        #expect(await kit.refusal(of: issue) == .rateLimited)
        // Whoever is not that server takes nothing of it.
        let stranger = Tokens.issue(try kit.demand("mail/read"), by: kit.server(.synthetic()))
        for _ in 0..<20 { #expect(await kit.refusal(of: stranger) == .toolOfAnotherServer) }
        #expect(try await ask(kit, "mail/read", times: 20, by: mail) == 10)
    }

    @Test("a server that is quarantined, or asks for what is not its own, writes no more than its limit")
    func refusedEarly() async throws {
        let kit = try await vault()
        func asked(_ tool: String, _ times: Int) async throws -> [Refusal?] {
            let issue = Tokens.issue(try kit.demand(tool), by: kit.server(.synthetic()))
            return await kit.together([Command<Requested<Tokens.Issued>>](repeating: issue, count: times)).map(
                \.refusal
            )
        }
        let missing = try await asked("notes/none", 150)
        #expect(missing.count { $0 == .toolMissing } == 100 && missing.count { $0 == .rateLimited } == 50)
        kit.clock.advance(seconds: 60)
        let others = try await asked("mail/read", 150)
        #expect(others.count { $0 == .toolOfAnotherServer } == 100 && others.count { $0 == .rateLimited } == 50)
        _ = try await kit.vault.perform(Servers.quarantine(try ServerName("notes"), reason: nil, by: kit.admin))
        let blocked = try await asked("notes/drop", 30)
        #expect(blocked.count { $0 == .serverQuarantined } == 10 && blocked.count { $0 == .rateLimited } == 20)
    }

    @Test("a flood has one event of its own a minute, and one that counts the rest")
    func flood() async throws {
        let kit = try await vault()
        #expect(try await ask(kit, "notes/drop", times: 1010) == 10)
        let before = try kit.events().filter { $0.reason == "rate_limited" }
        #expect(before.count == 1 && before[0].server == "notes" && before[0].tool == "drop")
        #expect(await kit.vault.writeDownLimited() == nil)
        let event = try #require(try kit.events().last { $0.type == "token.limited" })
        #expect(event.actor == "vault" && event.server == "notes")
        #expect(event.changes == ["risk=critical", "requests=999"])
        #expect(await kit.vault.writeDownLimited() == nil)
        #expect(try kit.events().count { $0.type == "token.limited" } == 1)
        kit.clock.advance(seconds: 60)
        #expect(try await ask(kit, "notes/drop", times: 30) == 10)
        #expect(try kit.events().count { $0.reason == "rate_limited" } == 2)
    }

    @Test("counts that cannot be written down are not lost: not on a full disk, and not when the server is gone")
    func counted() async throws {
        let kit = try await vault()
        _ = try await ask(kit, "notes/drop", times: 16)
        kit.store.fail(.unavailable(code: 13), times: 1)
        #expect(await kit.vault.writeDownLimited() == .auditUnavailable)
        try await kit.seal()
        #expect(await kit.vault.writeDownLimited() == .sealed)
        #expect(try await kit.unseal().refusal == nil)
        #expect(await kit.vault.writeDownLimited() == nil)
        #expect(try kit.lastEvent().changes == ["risk=critical", "requests=5"])
    }

    @Test("a server's own limit goes before the general one, that before the usual one, and a restart keeps them")
    func precedence() async throws {
        let kit = try await vault()
        try await set(kit, nil, .critical, "3/min")
        try await set(kit, "mail", .critical, "5/min")
        #expect(try await ask(kit, "notes/drop", times: 20) == 3)
        #expect(try await ask(kit, "mail/read", times: 20, by: mail) == 5)
        try await set(kit, "mail", .critical, "off")
        #expect(try await ask(kit, "mail/read", times: 50, by: mail) == 50)
        let again = try TestVault(restarting: kit, limits: .product)
        #expect(try await again.unseal().refusal == nil)
        #expect(try await ask(again, "notes/drop", times: 20) == 3)
        #expect(try await ask(again, "mail/read", times: 50, by: mail) == 50)
        try await set(again, "mail", .critical, "inherit")
        #expect(try await ask(again, "mail/read", times: 50, by: mail) == 3)
        try await set(again, nil, .critical, "inherit")
        let listed = try await again.vault.perform(Limits.list(by: again.admin))
        #expect(listed.map(\.perMinute) == [500, 100, 10] && listed.allSatisfy { $0.source == .usual })
    }

    @Test("only an admin who is there sets a limit, of a server that exists")
    func whoMay() async throws {
        let kit = try await vault()
        let scope = RateLimit.Scope(server: try ServerName("notes"), risk: .critical)
        let absent = Limits.set(scope, .off, by: kit.caller(kit.ada, .operator))
        #expect(await kit.refusal(of: absent) == .presenceRequired)
        let server = Limits.set(scope, .off, by: kit.server(.synthetic()))
        #expect(await kit.refusal(of: server) == .notAnOperator)
        let nobody = RateLimit.Scope(server: try ServerName("nobody"), risk: .critical)
        #expect(await kit.refusal(of: Limits.set(nobody, .off, by: kit.admin)) == .notFound)
        #expect(kit.vault.state?.limits.isEmpty == true)
        try await set(kit, "notes", .critical, "5/min")
        let event = try kit.lastEvent()
        #expect(event.type == "limit.set" && event.server == "notes")
        #expect(event.changes?.prefix(2) == ["risk=critical", "limit=5/min"])
    }

    @Test("a server that is removed takes its limits along")
    func removed() async throws {
        let kit = try await vault()
        try await kit.mustAddServer("bare", Selectors(uid: 3000))
        try await set(kit, "bare", .critical, "1/min")
        _ = try await kit.vault.perform(Servers.remove(try ServerName("bare"), by: kit.admin))
        #expect(kit.vault.state?.limits.isEmpty == true)
        try await kit.mustAddServer("bare", Selectors(uid: 3000))
        let again = try TestVault(restarting: kit)
        #expect(try await again.unseal().refusal == nil)
        #expect(again.vault.state?.limits.isEmpty == true && again.vault.state?.lost.isEmpty == true)
    }

    @Test("who waits is told for how long")
    func waiting() async throws {
        let kit = try await vault()
        #expect(kit.vault.secondsUntilTokens(for: .synthetic()) == 1)
        _ = try await ask(kit, "notes/drop", times: 11)
        #expect(kit.vault.secondsUntilTokens(for: .synthetic()) == 6)
        #expect(kit.vault.secondsUntilTokens(for: mail) == 1)
        kit.clock.advance(milliseconds: 4500)
        #expect(kit.vault.secondsUntilTokens(for: .synthetic()) == 2)
    }

    @Test(
        "a limit that is none is not taken",
        arguments: [
            "", "0", "0/min", "/min", "-1", "+5", "1.5", "5/hour", "5 /min", "٥", "1000001", "99999999999999999999",
            "OFF",
            "off/min",
        ]
    )
    func malformed(text: String) { #expect(RateSetting(text) == nil) }

    @Test("a limit is written as it is read", arguments: ["1/min", "1000000/min", "off", "inherit"])
    func texts(text: String) { #expect(RateSetting(text)?.text == text) }
}
