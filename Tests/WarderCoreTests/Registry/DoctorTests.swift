import SecretMemory
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Each finding appears with its cause, and goes with it.
@Suite struct DoctorTests {
    @Test("a vault in order has no findings")
    func inOrder() async throws {
        let kit = try await TestVault()
        let second = try kit.vault.prepareSlot(.credential(SecretBytes.random(count: 32)))
        _ = try await kit.vault.perform(Keys.add(second, by: kit.admin))
        try await kit.mustPut("notes/api", owner: "platform")
        let owner = try PlainText("platform")
        _ = try await kit.vault.perform(
            Servers.add(try ServerName("notes"), owner: owner, selectors: Selectors(uid: 2000), by: kit.admin)
        )
        try await kit.importTools([.named("search")])
        try await kit.mustGrant("notes/search", "notes/api")
        #expect(try await kit.findings() == [])
        #expect(try kit.lastEvent().changes == ["count=0"])
    }

    @Test("a server that can run as an operator")
    func sharedUser() async throws {
        let kit = try await TestVault()
        try await kit.mustAddServer("notes", Selectors(uid: kit.ada.uid))
        #expect(try await kit.findings() == ["warning shared_uid"])
        try await kit.vault.perform(Servers.remove(try ServerName("notes"), by: kit.admin))
        #expect(try await kit.findings() == [])
    }

    @Test("an operator without a passphrase whom a server could pass for")
    func presence() async throws {
        let kit = try await TestVault()
        let grace = try await kit.mustAddOperator("grace", uid: 2000, roles: [.reader], withPresence: false)
        #expect(try await kit.findings() == [])
        try await kit.mustAddServer("notes")
        #expect(try await kit.findings() == ["warning presence_not_set", "warning shared_uid"])
        try await kit.mustEnrol("grace", grace)
        #expect(try await kit.findings() == ["warning shared_uid"])
    }

    @Test("an operator without a passphrase in a vault of a single user")
    func presenceOfOne() async throws {
        let kit = try await TestVault(profile: .singleUser)
        try await kit.mustAddOperator("grace", uid: 1001, roles: [.reader], withPresence: false)
        #expect(try await kit.findings() == ["warning presence_not_set"])
    }

    @Test("an approval that was waived")
    func waiver() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("notes/api", owner: "platform")
        try await kit.mustAddServer("notes")
        try await kit.mustAddTool("notes/delete", risk: .sideEffect)
        try await kit.mustGrant("notes/delete", "notes/api", approval: .none)
        #expect(try await kit.findings() == ["warning approval_waived"])
        try await kit.mustRevokeGrant("notes/delete", "notes/api")
        #expect(try await kit.findings() == [])
    }

    @Test("a waiver that waives nothing is none")
    func emptyWaiver() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("notes/api", owner: "platform")
        try await kit.mustAddServer("notes")
        try await kit.mustAddTool("notes/search")
        try await kit.mustGrant("notes/search", "notes/api", approval: .none)
        #expect(try await kit.findings() == [])
    }

    @Test("a secret that expires at its upstream, two weeks before and afterwards")
    func expiry() async throws {
        let kit = try await TestVault()
        let end = kit.clock.now().wall.adding(seconds: 15 * 86_400)
        try await kit.mustPut("notes/api", expires: end, owner: "platform")
        #expect(try await kit.findings() == [])
        kit.clock.advance(seconds: 86_400)
        #expect(try await kit.findings() == ["warning secret_expires_soon"])
        kit.clock.advance(seconds: 14 * 86_400)
        #expect(try await kit.findings() == ["error secret_expired"])
    }

    @Test("a secret without a current version")
    func noValue() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("notes/api", pending: true, owner: "platform")
        #expect(try await kit.findings() == ["warning secret_without_value"])
    }

    @Test("a secret that nobody answers for")
    func noOwner() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("notes/api")
        #expect(try await kit.findings() == ["note secret_without_owner"])
    }

    @Test("a deleted secret is nobody's concern")
    func deleted() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("notes/api")
        _ = try await kit.vault.perform(Secrets.delete(try SecretName("notes/api"), by: kit.admin))
        #expect(try await kit.findings() == [])
    }

    @Test("a quarantined server")
    func quarantine() async throws {
        let kit = try await TestVault()
        try await kit.mustAddServer("notes")
        _ = try await kit.vault.perform(Servers.quarantine(try ServerName("notes"), reason: nil, by: kit.admin))
        #expect(try await kit.findings() == ["note server_quarantined"])
    }

    @Test("a server that several users could be")
    func weakSelectors() async throws {
        let kit = try await TestVault()
        try await kit.mustAddServer("notes", Selectors(gid: 5, executable: "/opt/notes"))
        #expect(try await kit.findings().contains("warning weak_selectors"))
        let strong = try await TestVault()
        try await strong.mustAddServer("notes", Selectors(unit: "notes.service"))
        #expect(try await !strong.findings().contains("warning weak_selectors"))
    }

    @Test("a grant that has ended")
    func endedGrant() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("notes/api", owner: "platform")
        try await kit.mustAddServer("notes")
        try await kit.mustAddTool("notes/search")
        try await kit.mustGrant("notes/search", "notes/api", expires: kit.clock.now().wall.adding(seconds: 10))
        #expect(try await kit.findings() == [])
        kit.clock.advance(seconds: 10)
        #expect(try await kit.findings() == ["note grant_expired"])
    }

    @Test("a grant whose tool needs an approval that nobody waived releases nothing, and the remedy keeps its terms")
    func needsApproval() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("notes/api", owner: "platform")
        try await kit.mustAddServer("notes")
        try await kit.mustAddTool("notes/delete", risk: .sideEffect)
        try await kit.mustGrant("notes/delete", "notes/api", lifetime: 60, uses: 3, attestation: .pidfd)
        #expect(try await kit.findings() == ["warning grant_needs_approval"])
        let found = try await kit.vault.perform(Doctor.read(kit.vault.jobs.presence, by: kit.admin))
        #expect(
            found.first { $0.code == "grant_needs_approval" }?.remedy
                == "Add an approver: warder operator add NAME --uid UID --role approver --group GROUP; or to waive it on "
                + "your own account: warder grant remove notes/delete notes/api; warder grant add "
                + "notes/delete notes/api --field value --ttl 60s --uses 3 --approval none --attestation pidfd"
        )
        try await kit.mustRevokeGrant("notes/delete", "notes/api")
        #expect(try await kit.findings() == [])
    }

    @Test("a granted field that the secret does not have, until a version brings it")
    func missingField() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("notes/api", owner: "platform")
        try await kit.mustAddServer("notes")
        try await kit.mustAddTool("notes/search")
        try await kit.mustGrant("notes/search", "notes/api", fields: ["user", "zz"])
        #expect(try await kit.findings() == ["warning grant_field_missing"])
        let found = try await kit.vault.perform(Doctor.read(kit.vault.jobs.presence, by: kit.admin))
        #expect(
            found.first { $0.code == "grant_field_missing" }?.remedy
                == "warder grant remove notes/search notes/api; warder grant add notes/search notes/api --field value "
                + "--ttl 300s"
        )
        try await kit.mustPut("notes/api", fields: ["user": "u", "zz": "z"])
        #expect(try await kit.findings() == [])
    }

    @Test("two servers that one process could be, named once for each pair")
    func overlap() async throws {
        let kit = try await TestVault()
        try await kit.mustAddServer("notes", Selectors(uid: 1001))
        try await kit.mustAddServer("mail", Selectors(uid: 1001, unit: "mail.service"))
        #expect(try await kit.findings() == ["warning servers_overlap"])
        let found = try await kit.vault.perform(Doctor.read(kit.vault.jobs.presence, by: kit.admin)).first {
            $0.code == "servers_overlap"
        }
        #expect(
            found?.remedy
                == "Run each under a uid of its own: warder server update mail --uid UID --unit mail.service; "
                + "warder server update notes --uid UID"
        )
        // What the finding says happens.
        let peer = Peer.synthetic(uid: 1001, unit: "mail.service")
        let bare = await kit.refusal(of: Tokens.issue(try kit.demand("search"), by: kit.server(peer)))
        #expect(bare == .serverAmbiguous)
        _ = try await kit.vault.perform(
            Servers.update(try ServerName("notes"), owner: nil, selectors: Selectors(uid: 1002), by: kit.admin)
        )
        #expect(try await kit.findings() == [])
    }

    @Test("many servers of one user make as many findings, each of a readable length")
    func manyOverlaps() async throws {
        let kit = try await TestVault()
        for number in 10..<18 { try await kit.mustAddServer("s\(number)", Selectors(uid: 1001)) }
        let found = try await kit.vault.perform(Doctor.read(kit.vault.jobs.presence, by: kit.admin)).filter {
            $0.code == "servers_overlap"
        }
        #expect(found.count == 7)
        #expect(found.first?.message.contains("s11, s12, s13, s14, s15 and 2 more") == true)
    }

    @Test("the worst comes first, and everything has a remedy")
    func order() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("notes/api", expires: kit.clock.now().wall)
        try await kit.mustAddServer("notes", Selectors(uid: kit.ada.uid))
        _ = try await kit.vault.perform(Servers.quarantine(try ServerName("notes"), reason: nil, by: kit.admin))
        #expect(
            try await kit.findings() == [
                "error secret_expired", "warning shared_uid", "note secret_without_owner", "note server_quarantined",
            ]
        )
        let found = try await kit.vault.perform(Doctor.read(kit.vault.jobs.presence, by: kit.admin))
        #expect(found.allSatisfy { !$0.remedy.isEmpty && !$0.message.isEmpty })
    }
}

extension TestVault {
    /// `warning shared_uid` and so on, as the doctor lists them; that there is one key slot is another suite's affair.
    fileprivate func findings() async throws -> [String] {
        // Tools that stories register by hand have neither; a suite of its own is about that.
        let passedOver = ["one_key_slot", "tool_undefined", "tool_without_owner"]
        return try await vault.perform(Doctor.read(vault.jobs.presence, by: admin))
            .filter { !passedOver.contains($0.code) }
            .map { "\($0.severity.rawValue) \($0.code)" }
    }
}
