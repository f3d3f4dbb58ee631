import HashTreeCollections
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// What a damaged row says of itself decides nothing: the log says what is missing, and where it cannot, all that might
/// be missing holds.
@Suite struct HiddenRecordTests {
    /// What is done to a row.
    enum Change: String, CaseIterable, Sendable {
        case disguised = "kind = 'tool', sealed = zeroblob(length(sealed))"
        case shapeless = "id = x'01', kind = 'nothing', revision = -1"
    }

    private static let scope = ApprovalRule.Scope(server: nil, risk: .readOnly, category: .standard)

    /// A restored vault that nobody released.
    private func restored() async throws -> TestVault {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let again = try TestVault(restarting: kit)
        try await again.openAsRestored()
        return again
    }

    private func ruled() async throws -> TestVault {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        _ = try await kit.vault.perform(Approvals.setRule(Self.scope, ApprovalTerms([.anyOperator]), by: kit.admin))
        return kit
    }

    private func reopened(_ kit: TestVault, after sql: String) async throws -> TestVault {
        let damaged = try kit.damaged(by: sql)
        try await damaged.unseal().get()
        return damaged
    }

    private func refusal(_ kit: TestVault) async throws -> Refusal? {
        await kit.refusal(ofRequest: Tokens.issue(try kit.demand(), by: kit.server(.synthetic())))
    }

    /// Damages the row of a tool that nobody asks about.
    private func damageOther(_ kit: TestVault) throws -> String {
        let id = try #require(try kit.vault.state?.tools[ToolID("notes/other")]?.id)
        return "UPDATE records SET sealed = zeroblob(length(sealed)) WHERE id = x'\(id)'"
    }

    /// A damaged event before all that matters.
    private static let brokenLog = "UPDATE log_payloads SET sealed = zeroblob(length(sealed)) WHERE seq = 2"

    @Test("damage never ends a quarantine, and its release does, for good", arguments: Change.allCases)
    func origin(change: Change) async throws {
        let again = try await reopened(
            try await restored(),
            after: "UPDATE records SET \(change.rawValue) WHERE kind = 'origin'"
        )
        #expect(again.vault.state?.isQuarantined == true)
        #expect(try await refusal(again) == .restoredVault)
        let findings = try await again.vault.perform(Doctor.read(again.vault.jobs.presence, by: again.admin))
        let remedies = findings.filter { $0.code == "restored_vault" }.map(\.remedy)
        #expect(remedies.count == 1 && remedies[0].contains("warder backup release"))
        _ = try await again.vault.perform(Backups.release(by: again.admin))
        #expect(try await refusal(again) == nil)
        #expect(try await refusal(try await again.reopened()) == nil)
    }

    @Test(
        "a damaged approval rule holds up what it may have asked about, until somebody sets a rule",
        arguments: Change.allCases
    )
    func approvalRule(change: Change) async throws {
        let again = try await reopened(
            try await ruled(),
            after: "UPDATE records SET \(change.rawValue) WHERE kind = 'approval_rule'"
        )
        #expect(try await refusal(again) == .valueDamaged)
        let findings = try await again.vault.perform(Doctor.read(again.vault.jobs.presence, by: again.admin))
        let remedies = findings.map(\.remedy).filter { $0.contains("warder approval rule set") }
        #expect(!remedies.isEmpty)
        _ = try await again.vault.perform(Approvals.setRule(Self.scope, .none, by: again.admin))
        #expect(try await refusal(again) == nil)
        #expect(try await refusal(try await again.reopened()) == nil)
    }

    @Test("one damaged tool takes nothing else along while the log can say what is missing")
    func other() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        try await kit.mustAddTool("notes/other")
        let again = try await reopened(kit, after: try damageOther(kit))
        #expect(again.vault.state?.lost.entries.map(\.name) == ["notes/other"])
        #expect(again.vault.state?.isQuarantined == false && again.vault.state?.lost.mayHideMark == false)
        #expect(try await refusal(again) == nil)
    }

    @Test("where the log is damaged too, all that may be missing holds, until somebody says what does")
    func untold() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        try await kit.mustAddTool("notes/other")
        let again = try await reopened(kit, after: try damageOther(kit) + ";" + Self.brokenLog)
        #expect(try await refusal(again) == .restoredVault)
        #expect(again.vault.state?.lost.mayHideMark == true)
        _ = try await again.vault.perform(Backups.release(by: again.admin))
        #expect(try await refusal(again) == .valueDamaged)
        _ = try await again.vault.perform(Approvals.setRule(Self.scope, .none, by: again.admin))
        #expect(try await refusal(again) == nil)
        // What was settled stays so.
        let later = try await again.reopened()
        #expect(try await refusal(later) == nil)
        // Unless the log is damaged again.
        let newest = try #require(try later.events().last).sequence
        let broken = try await reopened(
            later,
            after: "UPDATE log_payloads SET sealed = zeroblob(length(sealed)) WHERE seq = \(newest)"
        )
        #expect(try await refusal(broken) == .restoredVault)
    }

    private func prune(_ kit: TestVault) async throws {
        let before = kit.clock.now().wall
        kit.clock.advance(seconds: 2 * 86_400)
        let plan = try #require(try kit.vault.planPrune(before: before))
        try await kit.vault.prune(plan, as: .caller(kit.admin))
    }

    @Test("what was settled stays so where the events that say it were pruned")
    func pruned() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        try await kit.mustAddTool("notes/other")
        kit.clock.advance(seconds: 10)
        try await prune(kit)
        let newest = kit.vault.sequence
        let again = try await reopened(
            kit,
            after: try damageOther(kit)
                + "; UPDATE log_payloads SET sealed = zeroblob(length(sealed)) WHERE seq = \(newest)"
        )
        #expect(try await refusal(again) == .restoredVault)
        _ = try await again.vault.perform(Backups.release(by: again.admin))
        _ = try await again.vault.perform(Approvals.setRule(Self.scope, .none, by: again.admin))
        let settled = again.vault.sequence
        again.clock.advance(seconds: 10)
        try await prune(again)
        #expect(try #require(again.vault.prunedLog).through >= settled)
        #expect(try await refusal(try await again.reopened()) == nil)
    }

    /// A record whose id a damaged row has.
    enum Lender: CaseIterable { case origin, server, approvalRule }

    @Test("attack: setting a rule takes away no record whose id a damaged rule's row has", arguments: Lender.allCases)
    func lent(_ lender: Lender) async throws {
        let kit = try await restored()
        let other = ApprovalRule.Scope(server: nil, risk: .critical, category: .standard)
        for scope in [Self.scope, other] {
            _ = try await kit.vault.perform(Approvals.setRule(scope, ApprovalTerms([.anyOperator]), by: kit.admin))
        }
        let state = try #require(kit.vault.state)
        let id =
            switch lender {
            case .origin: try #require(state.newestOrigin).id
            case .server: try #require(try state.servers[ServerName("notes")]).id
            case .approvalRule: try #require(state.approvalRules[other]).id
            }
        let rule = try #require(state.approvalRules[Self.scope]).id
        // Where the log is whole, it knows that the row is no rule.
        let again = try kit.damaged(by: Self.brokenLog).damaged(lending: id, to: rule, kind: "approval_rule")
        try await again.unseal().get()
        #expect(again.vault.state?.lost.isEmpty == false)
        _ = try await again.vault.perform(Approvals.setRule(Self.scope, .none, by: again.admin))
        let later = try #require(try await again.reopened().vault.state)
        #expect(later.isQuarantined && later.newestOrigin?.id == state.newestOrigin?.id)
        #expect(try later.servers[ServerName("notes")]?.id == state.servers[ServerName("notes")]?.id)
        #expect(later.approvalRules[other]?.terms == state.approvalRules[other]?.terms)
    }

    @Test("a row that has the id of another record is nobody's, so that no command takes the record away by it")
    func borrowedID() async throws {
        let kit = try await restored()
        let rows = try kit.store.recordRows(after: .min, limit: .max)
        let id = try #require(rows.first { $0.kind == "origin" }?.id)
        let account = try LogAccount(of: kit.store, with: try #require(kit.vault.keys).ring)
        for isThere in [true, false] {
            var lost = LostRecords()
            for _ in 0..<2 { lost.insert(LostRecords.Entry(reason: .damaged, kind: .limit, id: id, name: nil)) }
            lost.hear(account) { isThere && $0 == id }
            let taken = lost.forgetDamaged(.limit)
            #expect(taken == nil)
            // Where it is not there, both are what the log says.
            #expect(lost.mayHideOrigin == !isThere)
        }
    }

    @Test("a damaged log alone holds nothing up")
    func logAlone() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        #expect(try await refusal(try await reopened(kit, after: Self.brokenLog)) == nil)
    }

    @Test("rows that a page does not show any more count as lost")
    func vanished() async throws {
        let kit = try await ruled()
        try await kit.seal()
        try await kit.unseal().get()
        #expect(try await refusal(kit) == .approvalPending)
        try await kit.seal()
        kit.store.hideRecords { $0.kind == "approval_rule" }
        try await kit.unseal().get()
        #expect(try await refusal(kit) == .valueDamaged)
    }

    @Test("a server that is added again where a damaged one was begins quarantined, and only there")
    func server() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let name = try ServerName("notes")
        _ = try await kit.vault.perform(Servers.quarantine(name, reason: nil, by: kit.admin))
        let id = try #require(kit.vault.state?.servers[name]?.id)
        let again = try await reopened(
            kit,
            after: "UPDATE records SET sealed = zeroblob(length(sealed)) WHERE id = x'\(id)'"
        )
        #expect(try await again.mustAddServer("mail", Selectors(uid: 3000)).server.quarantine == nil)
        #expect(try await again.mustAddServer("notes").server.quarantine != nil)
        #expect(try await refusal(again) == .serverQuarantined)
        let added = try #require(try again.events().last { $0.type == "server.add" })
        #expect(added.changes?.contains("quarantined") == true)
        _ = try await again.vault.perform(Servers.release(name, by: again.admin))
        #expect(try await refusal(again) == nil)
        #expect(try await again.reopened().vault.state?.lost.isEmpty == true)
    }

    @Test("a version whose values are gone is damaged, and not destroyed")
    func value() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let again = try await reopened(kit, after: "DELETE FROM version_values")
        let token = try await again.mustIssue()
        #expect(await again.refusal(of: try again.resolve(with: token)) == .valueDamaged)
    }

    @Test("where the only admin is damaged, the refusal says that the database is, and not to ask an admin")
    func admin() async throws {
        let kit = try await TestVault()
        let bob = try await kit.mustAddOperator("bob", uid: 1001, roles: [.reader])
        let id = try #require(kit.vault.state?.operators[1000]?.id)
        let again = try await reopened(
            kit,
            after: "UPDATE records SET sealed = zeroblob(length(sealed)) WHERE id = x'\(id)'"
        )
        #expect(await again.refusal(of: Secrets.list(by: again.admin)) == .databaseDamaged)
        let add = Servers.add(
            try ServerName("new"),
            owner: nil,
            selectors: Selectors(uid: 7),
            by: again.caller(bob, .operator)
        )
        #expect(await again.refusal(of: add) == .databaseDamaged)
    }
}
