import HashTreeCollections
import WarderModel
import WarderTesting

@testable import WarderCore

/// A team with a shop: `shop/refund` is critical and financial, runs under uid 2000, and may use `shop/api`. `ada` is
/// admin; `sam` and `sue` are of `security`, `tess` of `team-lead`, `olga` owns the tool, `carl` is an approver of no
/// group, and `rita` an auditor.
struct ApprovalStand {
    static let people: [(name: String, uid: UInt32, groups: [String])] = [
        ("sam", 1001, ["security"]), ("sue", 1002, ["security"]), ("tess", 1003, ["team-lead"]), ("olga", 1004, []),
        ("carl", 1005, []),
    ]

    let kit: TestVault
    let refund: ToolID

    init(risk: Tool.Risk = .critical, category: Tool.Category = .financial) async throws {
        kit = try await TestVault()
        refund = try ToolID("shop/refund")
        try await kit.mustPut("shop/api")
        try await kit.mustAddServer("shop")
        try await addTool(risk: risk, category: category)
        for person in Self.people {
            try await kit.mustAddOperator(person.name, uid: person.uid, roles: [.approver], groups: person.groups)
        }
        try await kit.mustAddOperator("rita", uid: 1006, roles: [.auditor])
    }

    /// The tool and its grant.
    func addTool(
        risk: Tool.Risk = .critical,
        category: Tool.Category = .financial,
        digest: String? = nil
    ) async throws {
        let description = Tools.Description(
            text: try PlainText("Refunds a payment"),
            risk: risk,
            category: category,
            owner: try PlainText("olga"),
            expectedOutputs: nil,
            definitionDigest: digest
        )
        _ = try await kit.vault.perform(Tools.add(refund, description, by: kit.admin))
        try await kit.mustGrant("shop/refund", "shop/api")
    }

    func removeTool() async throws {
        try await kit.mustRevokeGrant("shop/refund", "shop/api")
        try await kit.vault.perform(Tools.remove(refund, by: kit.admin))
    }

    // MARK: The server

    func ask(
        _ arguments: String? = #"{"amount":5}"#,
        by peer: Peer = .synthetic(),
        digest: String? = nil,
        claims: Claims = Claims()
    ) async throws -> Requested<Tokens.Issued> {
        let demand = try kit.demand("shop/refund", digest: digest, arguments: arguments, claims: claims)
        return try await kit.vault.perform(Tokens.issue(demand, by: kit.server(peer)))
    }

    /// The approval that a request waits for.
    func mustWait(_ arguments: String? = #"{"amount":5}"#, by peer: Peer = .synthetic()) async throws -> ApprovalID {
        guard case .waits(let status) = try await ask(arguments, by: peer) else {
            throw TestFailure("a token without an approval")
        }
        return status.id
    }

    /// Why the same request gets no token now; `nil` where it gets one.
    func refusal(
        _ arguments: String? = #"{"amount":5}"#,
        by peer: Peer = .synthetic(),
        digest: String? = nil,
        claims: Claims = Claims()
    ) async throws -> Refusal? {
        do throws(Refusal) {
            let demand: Tokens.Demand
            do {
                demand = try kit.demand("shop/refund", digest: digest, arguments: arguments, claims: claims)
            } catch { return .toolMissing }
            _ = try await kit.vault.perform(Tokens.issue(demand, by: kit.server(peer))).get()
            return nil
        } catch { return error }
    }

    // MARK: The people

    func caller(_ name: String) throws -> Caller {
        guard let person = kit.vault.state?.operators.values.first(where: { $0.name.text == name }) else {
            throw TestFailure("there is no \(name)")
        }
        return kit.present(name == "ada" ? kit.ada : .synthetic(uid: person.uid, pid: Int32(person.uid)))
    }

    /// Why a yes is refused; `nil` where it is taken.
    @discardableResult
    func approve(_ id: ApprovalID, _ name: String) async throws -> Refusal? {
        await kit.refusal(of: Approvals.approve(id, reason: try PlainText("agreed"), by: try caller(name)))
    }

    @discardableResult
    func deny(_ id: ApprovalID, _ name: String) async throws -> Refusal? {
        await kit.refusal(of: Approvals.deny(id, reason: try PlainText("no"), by: try caller(name)))
    }

    func breakGlass(_ id: ApprovalID, _ name: String) async throws -> Refusal? {
        await kit.refusal(of: Approvals.breakGlass(id, reason: try PlainText("outage"), by: try caller(name)))
    }

    func review(_ id: ApprovalID, _ name: String) async throws -> Refusal? {
        await kit.refusal(of: Approvals.review(id, reason: try PlainText("seen"), by: try caller(name)))
    }

    func standing(_ id: ApprovalID) throws -> Approval.Standing? {
        guard let state = kit.vault.state, let approval = state.approvals[id] else { return nil }
        return state.standing(of: approval, at: kit.clock.now().wall)
    }

    func setRule(_ votes: String..., risk: Tool.Risk = .critical, server: String? = nil) async throws {
        let scope = ApprovalRule.Scope(
            server: try server.map { try ServerName($0) },
            risk: risk,
            category: .financial
        )
        let terms = ApprovalTerms(try votes.map { try ApprovalTerms.Seat($0) })
        _ = try await kit.vault.perform(Approvals.setRule(scope, terms, by: kit.admin))
    }

    /// Sealed and opened again: what is true afterwards lies on the disk.
    func restart() async throws {
        try await kit.seal()
        try await kit.unseal().get()
    }

    /// A request that `sam` and `olga` have said yes to.
    func mustApprove(_ arguments: String? = #"{"amount":5}"#) async throws -> ApprovalID {
        let id = try await mustWait(arguments)
        guard try await approve(id, "sam") == nil, try await approve(id, "olga") == nil else {
            throw TestFailure("a yes was refused")
        }
        return id
    }
}
