import HashTreeCollections
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Rules that would let no call through any more.
@Suite struct ApprovalRuleTests {
    private static func scope(_ server: String? = nil) throws -> ApprovalRule.Scope {
        ApprovalRule.Scope(server: try server.map { try ServerName($0) }, risk: .critical, category: .financial)
    }

    private static func set(_ votes: String..., by stand: ApprovalStand) throws -> Command<Approvals.RuleLine> {
        let terms = ApprovalTerms(try votes.map { try ApprovalTerms.Seat($0) })
        return Approvals.setRule(try scope(), terms, by: stand.kit.admin)
    }

    @Test("a group of which nobody is, is refused, and the rule stays as it was")
    func unknownGroup() async throws {
        let stand = try await ApprovalStand()
        try await stand.setRule("security")
        let before = stand.kit.vault.state?.approvalRules[try Self.scope()]?.terms
        let mistyped = try Self.set("owner", "secuirty", by: stand)
        #expect(await stand.kit.refusal(of: mistyped) == .notFound)
        let event = try stand.kit.lastEvent()
        #expect(event.type == "rule.set" && event.decision == "refused" && event.reason == "not_found")
        #expect(event.changes == ["scope=critical/financial", "votes=owner and secuirty"])
        #expect(stand.kit.vault.state?.approvalRules[try Self.scope()]?.terms == before)
        // What was said when the group had members holds when they are gone.
        try await stand.setRule("team-lead")
        try await stand.kit.vault.perform(Operators.remove(try OperatorName("tess"), by: stand.kit.admin))
        #expect(stand.kit.vault.state?.approvalRules[try Self.scope()]?.terms.description == "team-lead")
    }

    @Test("votes for which there are too few people are named, in the answer and in the list")
    func tooFew() async throws {
        let stand = try await ApprovalStand()
        let enough = try await stand.kit.vault.perform(Self.set("security", "security", "owner", by: stand))
        #expect(enough.unfilled.isEmpty)
        let three = try await stand.kit.vault.perform(Self.set("security", "security", "security", by: stand))
        #expect(three.unfilled.map(\.text) == ["security"])
        let lines = try await stand.kit.vault.perform(Approvals.rules(by: stand.kit.admin))
        let listed = lines.first { $0.rule != nil }
        #expect(listed?.unfilled == three.unfilled)
        // Somebody in a group who may not approve has no vote.
        try await stand.kit.mustAddOperator("ann", uid: 1010, roles: [.auditor], groups: ["board"])
        let board = try await stand.kit.vault.perform(Self.set("board", by: stand))
        #expect(board.unfilled.map(\.text) == ["board"])
        try await stand.kit.mustAddOperator("bea", uid: 1011, roles: [.approver], groups: ["board"])
        let filled = try await stand.kit.vault.perform(Self.set("board", by: stand))
        #expect(filled.unfilled.isEmpty)
    }
}
