import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// A tool whose class needs an approval waits for one, unless an operator took it on themselves.
@Suite struct ApprovalByClassTests {
    static let classes = Tool.Risk.allCases.flatMap { risk in Tool.Category.allCases.map { (risk, $0) } }

    @Test("a team asks for everything but standard read-only tools", arguments: classes)
    func team(risk: Tool.Risk, category: Tool.Category) async throws {
        let isFree = risk == .readOnly && category == .standard
        try await check(.team, risk, category, needsApproval: !isFree)
    }

    @Test("a single user is asked for critical tools, and for those that move money or administer", arguments: classes)
    func singleUser(risk: Tool.Risk, category: Tool.Category) async throws {
        let isFree = risk != .critical && category == .standard
        try await check(.singleUser, risk, category, needsApproval: !isFree)
    }

    private func check(
        _ profile: Profile,
        _ risk: Tool.Risk,
        _ category: Tool.Category,
        needsApproval: Bool
    ) async throws {
        let kit = try await TestVault(profile: profile)
        try await kit.mustPut("notes/api")
        try await kit.mustAddServer("notes")
        let tool = try await kit.mustAddTool("notes/search", risk: risk, category: category)
        #expect(tool.needsApproval == needsApproval)
        try await kit.mustGrant("notes/search", "notes/api")
        let issue = Tokens.issue(try kit.demand(), by: kit.server(.synthetic()))
        #expect(await kit.refusal(ofRequest: issue) == (needsApproval ? .approvalPending : nil))
        let once = Tokens.resolveOnce(
            try SecretName("notes/api"),
            fields: [.value],
            for: try kit.demand(),
            by: kit.server(.synthetic())
        )
        #expect(await kit.refusal(ofRequest: once) == (needsApproval ? .approvalPending : nil))
    }

    @Test("a grant that waives the approval lets the call through, and every event says so")
    func waived() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes(risk: .sideEffect, approval: .none)
        #expect(try kit.lastEvent().changes?.contains("approval=none") == true)
        let token = try await kit.mustIssue()
        #expect(try kit.lastEvent().changes?.contains("approval=none/notes/api") == true)
        _ = try await kit.mustResolve(with: token)
        _ = try await kit.vault.perform(
            Tokens.resolveOnce(
                try SecretName("notes/api"),
                fields: [.value],
                for: try kit.demand(),
                by: kit.server(.synthetic())
            )
        )
        #expect(try kit.lastEvent().changes == ["approval=none/notes/api"])
    }

    @Test("where one of several grants needs an approval, the call waits; a secret that needs none is resolved alone")
    func some() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes(risk: .sideEffect)
        try await kit.mustPut("notes/other")
        try await kit.mustGrant("notes/search", "notes/other", approval: .none)
        let issue = Tokens.issue(try kit.demand(), by: kit.server(.synthetic()))
        #expect(await kit.refusal(ofRequest: issue) == .approvalPending)
        let other = Tokens.resolveOnce(
            try SecretName("notes/other"),
            fields: [.value],
            for: try kit.demand(),
            by: kit.server(.synthetic())
        )
        #expect(await kit.refusal(ofRequest: other) == nil)
    }

    @Test("a token from before a rule that asks opens nothing any more, and is not prolonged")
    func laterRule() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let token = try await kit.mustIssue()
        let scope = ApprovalRule.Scope(server: nil, risk: .readOnly, category: .standard)
        let terms = ApprovalTerms([.anyOperator])
        _ = try await kit.vault.perform(Approvals.setRule(scope, terms, by: kit.admin))
        #expect(await kit.refusal(of: try kit.resolve(with: token)) == .approvalRequired)
        let renew = Tokens.renew(token.presented, by: kit.server(.synthetic()))
        #expect(await kit.refusal(of: renew) == .approvalRequired)
    }
}
