import Glibc
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderHTTP

extension Talk {
    /// Approvals, rules and standing approvals; leaves the vault as it was.
    func approvals(_ kit: TestVault) async throws {
        let refund = try ToolID("notes/refund")
        let description = Tools.Description(
            text: nil,
            risk: .critical,
            category: .standard,
            owner: nil,
            expectedOutputs: nil,
            definitionDigest: nil
        )
        _ = try await kit.vault.perform(Tools.add(refund, description, by: present()))
        try await kit.mustGrant("notes/refund", "notes/api")
        let grace = try await kit.mustAddOperator("hopper", uid: 54_400, roles: [.admin], groups: ["security"])

        try ask("listApprovals")
        let first = try await waitingCall(kit, "[1]")
        #expect(try ask("showApproval", path: ["approval": first])["arguments"]?.text == "[1]")
        #expect(try ask("awaitApproval", path: ["approval": first])["state"]?.text == "pending")
        #expect(try ask("approveCall", path: ["approval": first])["state"]?.text == "approved")
        #expect(try ask("awaitApproval", path: ["approval": first])["state"]?.text == "approved")
        try ask("denyCall", path: ["approval": try await waitingCall(kit, "[2]")])
        try ask("breakGlass", path: ["approval": try await waitingCall(kit, "[3]")])
        let alone = try await waitingCall(kit, "[4]")
        _ = try await kit.vault.perform(
            Approvals.breakGlass(try ApprovalID(alone), reason: try PlainText("outage"), by: kit.present(grace))
        )
        try ask("reviewBreakGlass", path: ["approval": alone])
        #expect(try ask("listApprovals")["approvals"]?.list.count == 4)

        for id in ["setApprovalRule", "listApprovalRules", "removeApprovalRule"] { try ask(id) }
        let standing = try #require(try ask("addStandingApproval", status: 201)["id"]?.text)
        try ask("listStandingApprovals")
        try ask("revokeStandingApproval", path: ["standing": standing])

        try await kit.mustRevokeGrant("notes/refund", "notes/api")
        try await kit.vault.perform(Tools.remove(refund, by: present()))
        try await kit.vault.perform(Operators.remove(try OperatorName("hopper"), by: present()))
    }

    /// The approval that a call waits for.
    private func waitingCall(_ kit: TestVault, _ arguments: String) async throws -> String {
        let demand = try kit.demand("notes/refund", arguments: arguments)
        let issue = Tokens.issue(demand, by: kit.server(.synthetic(uid: geteuid())))
        guard case .waits(let status) = try await kit.vault.perform(issue) else {
            throw TestFailure("nobody was asked")
        }
        return status.id.text
    }
}
