import HashTreeCollections
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// A token is worth what its grants are worth now.
@Suite struct GrantTests {
    @Test("a grant that was taken back ends what tokens can do under it, at once")
    func removed() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let token = try await kit.mustIssue()
        try await kit.mustRevokeGrant("notes/search", "notes/api")
        #expect(await kit.refusal(of: try kit.resolve(with: token)) == .grantMissing)
        let renew = Tokens.renew(token.presented, by: kit.server(.synthetic()))
        #expect(await kit.refusal(of: renew) == .grantMissing)
    }

    @Test("who makes a grant that releases nothing hears so at once, and has made it all the same")
    func warnings() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("notes/api", fields: ["user": "u", "password": "p"])
        try await kit.mustAddServer("notes")
        try await kit.mustAddTool("notes/delete", risk: .sideEffect)
        let terms = Grants.Terms(
            fields: [.value],
            lifetime: 300,
            uses: nil,
            approval: .byClass,
            minimumAttestation: .uid,
            expires: nil
        )
        let key = try kit.key("notes/delete", "notes/api")
        let added = try await kit.vault.perform(Grants.add(key, terms, by: kit.admin))
        #expect(added.warnings.map(\.code) == ["grant_needs_approval", "grant_field_missing"])
        // Which of the two fields is meant, nobody can say.
        #expect(added.warnings.last?.remedy.contains("--field NAME ") == true)
        #expect(kit.vault.state?.grants[key] != nil)

        try await kit.mustRevokeGrant("notes/delete", "notes/api")
        var mended = terms
        mended.fields = [try FieldName("user")]
        mended.approval = .none
        let works = try await kit.vault.perform(Grants.add(key, mended, by: kit.admin))
        #expect(works.warnings.isEmpty)
        let token = try await kit.mustIssue("notes/delete")
        #expect(try await kit.mustResolve(field: "user", with: token) == "u")
    }

    @Test("a secret without a current version is no fault of its grant")
    func pending() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("notes/api", pending: true)
        try await kit.mustAddServer("notes")
        try await kit.mustAddTool("notes/search")
        let grant = try await kit.mustGrant("notes/search", "notes/api")
        let idle = GrantDiagnosis.idle(grant, in: try #require(kit.vault.state))
        #expect(idle.isEmpty)
    }

    @Test("a grant ends at its date, whatever its tokens' lives")
    func ends() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("notes/api")
        try await kit.mustAddServer("notes")
        try await kit.mustAddTool("notes/search")
        try await kit.mustGrant("notes/search", "notes/api", expires: kit.clock.now().wall.adding(seconds: 100))
        let token = try await kit.mustIssue()
        kit.clock.advance(seconds: 99)
        _ = try await kit.mustResolve(with: token)
        kit.clock.advance(seconds: 1)
        #expect(await kit.refusal(of: try kit.resolve(with: token)) == .grantExpired)
        let issue = Tokens.issue(try kit.demand(), by: kit.server(.synthetic()))
        #expect(await kit.refusal(of: issue) == .grantExpired)
    }

    @Test("a token covers all grants of its tool, each for its own time")
    func ownTimes() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes(lifetime: 60)
        try await kit.mustPut("notes/long")
        try await kit.mustGrant("notes/search", "notes/long", lifetime: 600)
        let token = try await kit.mustIssue(lifetime: 600)
        #expect(token.issued.expiresInSeconds == 600)
        kit.clock.advance(milliseconds: 60_001)
        #expect(await kit.refusal(of: try kit.resolve("notes/api", with: token)) == .tokenExpired)
        #expect(try await kit.mustResolve("notes/long", with: token) == "s3cr3t")
    }

    @Test("only the fields that are granted can be asked for")
    func fields() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("notes/api", fields: ["user": "u", "password": "p", "extra": "e"])
        try await kit.mustAddServer("notes")
        try await kit.mustAddTool("notes/search")
        try await kit.mustGrant("notes/search", "notes/api", fields: ["user", "password", "future"])
        let token = try await kit.mustIssue()
        #expect(try await kit.mustResolve(field: "user", with: token) == "u")
        #expect(try await kit.mustResolve(field: "password", with: token) == "p")
        #expect(await kit.refusal(of: try kit.resolve(field: "extra", with: token)) == .fieldNotGranted)
        #expect(await kit.refusal(of: try kit.resolve(with: token)) == .fieldNotGranted)
        #expect(await kit.refusal(of: try kit.resolve(field: "future", with: token)) == .fieldMissing)
    }

    @Test("a grant can ask for more than the user's id", arguments: Peer.Attestation.allCases)
    func attestation(minimum: Peer.Attestation) async throws {
        let kit = try await TestVault()
        try await kit.mustPut("notes/api")
        try await kit.mustAddServer("notes")
        try await kit.mustAddTool("notes/search")
        try await kit.mustGrant("notes/search", "notes/api", attestation: minimum)
        for level in Peer.Attestation.allCases {
            let issue = Tokens.issue(try kit.demand(), by: kit.server(.synthetic(attestation: level)))
            #expect(await kit.refusal(of: issue) == (level < minimum ? .attestationTooWeak : nil))
        }
    }

    @Test("a process that is confirmed less well than when it got its token is refused")
    func weakerNow() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("notes/api")
        try await kit.mustAddServer("notes")
        try await kit.mustAddTool("notes/search")
        try await kit.mustGrant("notes/search", "notes/api", attestation: .pidfd)
        let token = try await kit.mustIssue()
        let use = try kit.resolve(with: token, by: .synthetic(attestation: .starttime))
        #expect(await kit.refusal(of: use) == .attestationTooWeak)
    }

    @Test("a grant needs a tool and a secret that exist, and is given once")
    func adding() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        await #expect(throws: Refusal.toolMissing) { try await kit.mustGrant("notes/none", "notes/api") }
        await #expect(throws: Refusal.secretMissing) { try await kit.mustGrant("notes/search", "no/such") }
        await #expect(throws: Refusal.alreadyExists) { try await kit.mustGrant("notes/search", "notes/api") }
        let event = try kit.lastEvent()
        #expect(event.line == "grant.add: already_exists")
        #expect(event.secret == "notes/api" && event.server == "notes" && event.tool == "search")
    }
}
