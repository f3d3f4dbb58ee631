import Alerting
import Rotating
import Scheduling
import Sealing
import SecretMemory
import StrictJSON
import ToolDefinitions
import WarderCore
import WarderModel
import WarderTesting

/// What people agree about a server `shop`, in three acts, so that every kind of record has a past: whose votes calls
/// need and who gave them, in advance too; limits, alerts, accepted definitions, a rotation; a second key slot.
extension TestVault {
    private static let shop = Peer.synthetic(uid: 4000, pid: 400)
    private static let sam = Peer.synthetic(uid: 1002, pid: 1002)

    /// Everything is set for the first time.
    func mustOpenShop() async throws {
        try await mustAddServer("shop", Selectors(uid: 4000))
        try await mustAddOperator("sam", uid: Self.sam.uid, roles: [.approver], groups: ["security"])
        for tool in ["shop/pay", "shop/ship"] { try await mustAddTool(tool, risk: .critical, category: .financial) }
        try await mustPut("shop/key", "s40p")
        try await mustPut("shop/spare", "spare")
        for tool in ["shop/pay", "shop/ship"] { try await mustGrant(tool, "shop/key") }
        try await mustTake("Refund a payment.")
        try await mustSetRule("security", "security")
        try await mustLimit(1000)
        _ = try await vault.perform(Alerts.set(.spike, { $0.isOn = false }, by: admin))
        try await mustPlan("P30D")
        _ = try await vault.perform(Keys.add(try vault.prepareSlot(.credential(.random(count: 32))), by: admin))
    }

    /// All of it is changed, and used: a request waits, another is agreed to, and two come with a yes in advance.
    func mustTrade() async throws {
        try await mustTake("Refund a payment, whole or in part.")
        try await mustSetRule("security")
        try await mustLimit(500)
        _ = try await vault.perform(Alerts.set(.spike, { $0.quarantines = true }, by: admin))
        try await mustPlan("P20D")
        _ = try await mustAsk("shop/pay", #"{"amount":1}"#)
        let reason = try PlainText("agreed")
        let asked = try await mustAsk("shop/pay", #"{"amount":2}"#)
        _ = try await vault.perform(Approvals.approve(asked, reason: reason, by: present(Self.sam)))
        for tool in ["pay", "ship"] {
            let terms = Approvals.StandingTerms(
                server: try ServerName("shop"),
                tool: try ToolName(tool),
                arguments: nil,
                seconds: 3600,
                uses: 5,
                reason: reason
            )
            _ = try await vault.perform(Approvals.addStanding(terms, by: admin))
        }
    }

    /// A yes in advance is used, the other one taken back; the rotation runs; the second slot goes.
    func mustCloseBooks() async throws {
        _ = try await vault.perform(Tokens.issue(try demand("shop/pay"), by: server(Self.shop))).get()
        for standing in try await vault.perform(Approvals.listStanding(by: admin)) where standing.tool?.text == "ship" {
            _ = try await vault.perform(Approvals.revokeStanding(standing.name, by: admin))
        }
        let spare = try SecretName("shop/spare")
        _ = try await vault.perform(Rotations.start(spare, reason: nil, compromised: false, by: admin))
        var keeper = RotationKeeper(vault, limit: 1)
        _ = await keeper.look { _, _ in }
        // Of what a server has received, the vault knows the version.
        let command = Tokens.resolveOnce(
            try SecretName("shop/key"),
            fields: [try FieldName("value")],
            for: try demand("shop/pay"),
            by: server(Self.shop)
        )
        _ = try await vault.perform(command).get()
        guard let second = vault.foundation?.slots.last else { throw TestFailure("there is no second slot") }
        _ = try await vault.perform(Keys.remove(second.id, by: admin))
    }

    /// A server whose calls nothing but a rule keeps from getting what they ask for.
    func mustLockSafe() async throws {
        try await mustAddServer("safe", Selectors(uid: 5000))
        try await mustAddTool("safe/open")
        try await mustPut("safe/key", "s4fe")
        try await mustGrant("safe/open", "safe/key")
        let scope = ApprovalRule.Scope(server: try ServerName("safe"), risk: .readOnly, category: .standard)
        let terms = ApprovalTerms([try ApprovalTerms.Seat("security")])
        _ = try await vault.perform(Approvals.setRule(scope, terms, by: admin))
    }

    private func mustAsk(_ tool: String, _ arguments: String) async throws -> ApprovalID {
        let demand = try demand(tool, arguments: arguments)
        guard case .waits(let status) = try await vault.perform(Tokens.issue(demand, by: server(Self.shop))) else {
            throw TestFailure("a token without an approval")
        }
        return status.id
    }

    private func mustTake(_ description: String) async throws {
        let text = #"{"name":"refund","description":"\#(description)","inputSchema":{"type":"object"}}"#
        let definition = try ToolDefinition(canonical: JSONDocument(copying: Array(text.utf8).span).root)
        _ = try await vault.perform(
            Tools.take([OfferedTool(definition)], of: try ServerName("shop"), pin: .whenPresented, by: admin)
        )
    }

    private func mustSetRule(_ votes: String...) async throws {
        let scope = ApprovalRule.Scope(server: nil, risk: .critical, category: .financial)
        let terms = ApprovalTerms(try votes.map { try ApprovalTerms.Seat($0) })
        _ = try await vault.perform(Approvals.setRule(scope, terms, by: admin))
    }

    private func mustLimit(_ perMinute: UInt32) async throws {
        let scope = RateLimit.Scope(server: try ServerName("shop"), risk: .critical)
        _ = try await vault.perform(Limits.set(scope, .perMinute(perMinute), by: admin))
    }

    private func mustPlan(_ schedule: String) async throws {
        let plan = Rotations.Plan(rotator: .random, timing: try RotationTiming(schedule: Schedule(schedule)))
        _ = try await vault.perform(Rotations.set(try SecretName("shop/spare"), plan, by: admin))
    }
}
