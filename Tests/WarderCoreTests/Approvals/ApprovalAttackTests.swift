import HashTreeCollections
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Ways past an approval, each tried.
@Suite struct ApprovalAttackTests {
    // MARK: Approving for oneself

    @Test("who owns the server says neither yes, nor yes in advance; no they may say")
    func ownServer() async throws {
        let stand = try await ApprovalStand()
        let change = Servers.update(
            try ServerName("shop"),
            owner: .some(try PlainText("sam")),
            selectors: Selectors(uid: 2000),
            by: stand.kit.admin
        )
        _ = try await stand.kit.vault.perform(change)
        let id = try await stand.mustWait()
        #expect(try await stand.approve(id, "sam") == .approvalOwn)
        #expect(try await stand.approve(id, "sue") == nil)
        #expect(try await stand.approve(id, "olga") == nil)
        #expect(try await stand.deny(id, "sam") == nil)
    }

    @Test("who the server runs as cannot approve its calls, nor let them through alone")
    func ownUser() async throws {
        let stand = try await ApprovalStand()
        try await stand.kit.mustAddOperator(
            "eve",
            uid: 2000,
            roles: [.approver, .admin],
            groups: ["security", "owner"]
        )
        let id = try await stand.mustWait()
        #expect(try await stand.approve(id, "eve") == .approvalOwn)
        #expect(try await stand.breakGlass(id, "eve") == .approvalOwn)
        let advance = Approvals.StandingTerms(
            server: try ServerName("shop"),
            tool: nil,
            arguments: nil,
            seconds: 600,
            uses: 9,
            reason: try PlainText("mine")
        )
        let own = Approvals.addStanding(advance, by: try stand.caller("eve"))
        #expect(await stand.kit.refusal(of: own) == .approvalOwn)
    }

    @Test("a vote of who became the server's owner afterwards does not count any more")
    func laterOwner() async throws {
        let stand = try await ApprovalStand()
        _ = try await stand.mustApprove()
        let change = Servers.update(
            try ServerName("shop"),
            owner: .some(try PlainText("sam")),
            selectors: Selectors(uid: 2000),
            by: stand.kit.admin
        )
        _ = try await stand.kit.vault.perform(change)
        #expect(try await stand.refusal() == .approvalPending)
    }

    // MARK: Voting more than one's share

    @Test("a person counts once: neither twice, nor for two seats, nor removed and added again")
    func once() async throws {
        let stand = try await ApprovalStand()
        try await stand.kit.mustAddOperator("both", uid: 1010, roles: [.approver], groups: ["security"])
        try await stand.setRule("security", "security")
        let id = try await stand.mustWait()
        #expect(try await stand.approve(id, "both") == nil)
        #expect(try await stand.approve(id, "both") == .approvalTwice)
        _ = try await stand.kit.vault.perform(Operators.remove(try OperatorName("both"), by: stand.kit.admin))
        try await stand.kit.mustAddOperator("both", uid: 1010, roles: [.approver], groups: ["security"])
        #expect(try await stand.approve(id, "both") == nil)
        #expect(try await stand.refusal() == .approvalPending)
        // Under another name, with the same user.
        _ = try await stand.kit.vault.perform(Operators.remove(try OperatorName("both"), by: stand.kit.admin))
        try await stand.kit.mustAddOperator("other", uid: 1010, roles: [.approver], groups: ["security"])
        #expect(try await stand.approve(id, "other") == nil)
        #expect(try await stand.refusal() == .approvalPending)
        #expect(try await stand.approve(id, "sam") == nil)
        #expect(try await stand.refusal() == nil)
    }

    @Test("who lost the group and has it again says yes once more, and that lets the call through")
    func groupAgain() async throws {
        let stand = try await ApprovalStand()
        func setGroups(_ groups: [String]) async throws {
            let change = Operators.add(
                try OperatorName("sam"),
                uid: 1001,
                roles: [.approver],
                groups: groups,
                by: stand.kit.admin
            )
            _ = try await stand.kit.vault.perform(change)
        }
        let id = try await stand.mustWait()
        #expect(try await stand.approve(id, "sam") == nil)
        #expect(try await stand.approve(id, "sam") == .approvalTwice)
        try await setGroups([])
        #expect(try await stand.approve(id, "olga") == nil)
        try await setGroups(["security"])
        #expect(try stand.standing(id) == .pending)
        let list = try await stand.kit.vault.perform(Approvals.list(by: try stand.caller("sam")))
        #expect(list.first?.isYours == true)
        #expect(try await stand.approve(id, "sam") == nil)
        #expect(try await stand.refusal() == nil)
    }

    @Test("one with every group still fills one seat")
    func everyGroup() async throws {
        let stand = try await ApprovalStand()
        try await stand.kit.mustAddOperator("max", uid: 1011, roles: [.approver], groups: ["owner", "security"])
        let id = try await stand.mustWait()
        try await stand.approve(id, "max")
        #expect(try await stand.refusal() == .approvalPending)
    }

    @Test("who is not asked cannot vote: another group, an admin, an auditor, somebody unknown")
    func notAsked() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustWait()
        #expect(try await stand.approve(id, "tess") == .approvalNotYours)
        #expect(try await stand.approve(id, "carl") == .approvalNotYours)
        #expect(try await stand.approve(id, "ada") == .approvalNotYours)
        #expect(try await stand.approve(id, "rita") == .roleMissing)
        let reason = try PlainText("let me")
        let nobody = Approvals.approve(id, reason: reason, by: stand.kit.present(.synthetic(uid: 3999)))
        #expect(await stand.kit.refusal(of: nobody) == .notAnOperator)
        let server = Approvals.approve(id, reason: reason, by: stand.kit.server(.synthetic()))
        #expect(await stand.kit.refusal(of: server) == .notAnOperator)
    }

    @Test("a vote does not count once its author lost the role, the group, or left")
    func revoked() async throws {
        for change in ["role", "group", "person"] {
            let stand = try await ApprovalStand()
            _ = try await stand.mustApprove()
            let name = try OperatorName("sam")
            if change == "person" {
                try await stand.kit.vault.perform(Operators.remove(name, by: stand.kit.admin))
            } else {
                _ = try await stand.kit.vault.perform(
                    Operators.add(
                        name,
                        uid: 1001,
                        roles: change == "role" ? [.auditor] : [.approver],
                        groups: change == "group" ? [] : ["security"],
                        by: stand.kit.admin
                    )
                )
            }
            #expect(try await stand.refusal() == .approvalPending, "\(change)")
        }
    }

    @Test("somebody else's vote after that brings the call through")
    func replaced() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustApprove()
        try await stand.kit.vault.perform(Operators.remove(try OperatorName("sam"), by: stand.kit.admin))
        #expect(try await stand.approve(id, "sue") == nil)
        #expect(try await stand.refusal() == nil)
        #expect(try stand.standing(id) == .used)
    }

    @Test("two yeses in one transaction let one token through, not two")
    func together() async throws {
        let stand = try await ApprovalStand()
        _ = try await stand.mustApprove()
        let issue = Tokens.issue(
            try stand.kit.demand("shop/refund", arguments: #"{"amount":5}"#),
            by: stand.kit.server(.synthetic())
        )
        let outcomes = await stand.kit.together([issue, issue, issue])
        #expect(outcomes.count { $0.released().refusal == nil } == 1)
    }

    // MARK: Another call than the one that was approved

    @Test("other arguments, another claimed user or no arguments at all are another call")
    func otherCall() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustApprove()
        #expect(try await stand.refusal(#"{"amount":5000}"#) == .approvalPending)
        #expect(try await stand.refusal(nil) == .approvalPending)
        let claims = Claims(onBehalfOf: try PlainText("mallory"))
        #expect(try await stand.refusal(claims: claims) == .approvalPending)
        #expect(try await stand.refusal(digest: String(repeating: "ab", count: 32)) == .approvalPending)
        #expect(try stand.standing(id) == .approved)
    }

    @Test("another process of the server may use it, one of another user or server may not")
    func otherProcess() async throws {
        let stand = try await ApprovalStand()
        _ = try await stand.mustApprove()
        #expect(try await stand.refusal(by: .synthetic(uid: 2001)) == .unknownPeer)
        _ = try await stand.kit.vault.perform(
            Servers.update(
                try ServerName("shop"),
                owner: nil,
                selectors: Selectors(gid: 77),
                by: stand.kit.admin
            )
        )
        #expect(try await stand.refusal(by: .synthetic(uid: 2001, gid: 77)) == .approvalPending)
        #expect(try await stand.refusal(by: .synthetic(pid: 99, gid: 77)) == nil)
    }

    @Test("a version that came after the vote is not released")
    func newVersion() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustWait()
        try await stand.approve(id, "sam")
        try await stand.kit.mustPut("shop/api", "another")
        #expect(try await stand.approve(id, "olga") == .approvalStale)
        #expect(try await stand.mustWait() != id)
    }

    @Test("a version that came after the token is not released with it")
    func newVersionUnderToken() async throws {
        let stand = try await ApprovalStand()
        _ = try await stand.mustApprove()
        let token = HeldToken(try await stand.ask().get())
        try await stand.kit.mustPut("shop/api", "another")
        #expect(await stand.kit.refusal(of: try stand.kit.resolve("shop/api", with: token)) == .approvalRequired)
    }

    @Test("a token resolves what was approved once, and lives no second life")
    func tokenOnce() async throws {
        let stand = try await ApprovalStand(risk: .sideEffect)
        _ = try await stand.mustApprove()
        let token = HeldToken(try await stand.ask().get())
        _ = try await stand.kit.mustResolve("shop/api", with: token)
        #expect(await stand.kit.refusal(of: try stand.kit.resolve("shop/api", with: token)) == .tokenExhausted)
        _ = try await stand.kit.vault.perform(Tokens.renew(token.presented, by: stand.kit.server(.synthetic())))
        #expect(await stand.kit.refusal(of: try stand.kit.resolve("shop/api", with: token)) == .tokenExhausted)
    }

    @Test("a grant that came after the vote is not covered by it")
    func laterGrant() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustApprove()
        try await stand.kit.mustPut("shop/other")
        try await stand.kit.mustGrant("shop/refund", "shop/other")
        #expect(try await stand.mustWait() != id)
    }

    @Test("a tool of the same name with another definition, class or record is another tool")
    func otherTool() async throws {
        for (risk, digest) in [
            (Tool.Risk.critical, String(repeating: "0c", count: 32)), (.sideEffect, nil), (.critical, nil),
        ] {
            let stand = try await ApprovalStand()
            let id = try await stand.mustApprove()
            try await stand.removeTool()
            try await stand.addTool(risk: risk, digest: digest)
            #expect(try await stand.refusal(digest: digest) == .approvalPending)
            #expect(try await stand.deny(id, "sam") == nil)
        }
    }

    @Test("what was approved under other terms lets nothing through")
    func otherRule() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustApprove()
        try await stand.setRule("security", "security", "owner")
        let other = try await stand.mustWait()
        #expect(other != id)
        #expect(try await stand.approve(id, "sue") == .approvalDecided)
        // A rule of the server alone goes first.
        try await stand.setRule("team-lead", server: "shop")
        let third = try await stand.mustWait()
        try await stand.approve(third, "tess")
        #expect(try await stand.refusal() == nil)
    }

    @Test("a server that is quarantined, or removed and registered anew, has nothing from before")
    func otherServer() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustApprove()
        let name = try ServerName("shop")
        try await stand.setRule(server: "shop")
        _ = try await stand.kit.vault.perform(Servers.quarantine(name, reason: nil, by: stand.kit.admin))
        #expect(try await stand.refusal() == .serverQuarantined)
        try await stand.removeTool()
        try await stand.kit.vault.perform(Servers.remove(name, by: stand.kit.admin))
        try await stand.kit.mustAddServer("shop")
        try await stand.addTool()
        // The rule that asked nobody went with the server that it was for.
        #expect(try await stand.mustWait() != id)
    }

    @Test("a token opens nothing more once the rule or a voter that it came of does not count any more")
    func tokenAfterwards() async throws {
        for change in ["rule", "person", "nothing"] {
            let stand = try await ApprovalStand()
            _ = try await stand.mustApprove()
            let token = HeldToken(try await stand.ask().get())
            switch change {
            case "rule": try await stand.setRule("security", "security", "owner")
            case "person":
                try await stand.kit.vault.perform(Operators.remove(try OperatorName("sam"), by: stand.kit.admin))
            default: break
            }
            let refusal = await stand.kit.refusal(of: try stand.kit.resolve("shop/api", with: token))
            #expect(refusal == (change == "nothing" ? nil : .approvalRequired), "\(change)")
        }
    }

    @Test("one process that does not stop asking leaves room for the others of its server")
    func flood() async throws {
        let stand = try await ApprovalStand()
        let bad = Peer.synthetic(pid: 66)
        for number in 0..<Approvals.mostPendingOfProcess { _ = try await stand.mustWait("[\(number)]", by: bad) }
        #expect(try await stand.refusal("[99]", by: bad) == .approvalLimit)
        #expect(try await stand.refusal("[99]", by: .synthetic(pid: 67)) == .approvalPending)
    }

    // MARK: Looking

    @Test("nobody but the server that asked learns that an approval exists")
    func guessing() async throws {
        let stand = try await ApprovalStand()
        try await stand.kit.mustAddServer("other", Selectors(uid: 2500))
        let id = try await stand.mustWait()
        let guess = ApprovalID(RecordID(high: 1, low: 2))
        func refusal(_ id: ApprovalID, _ peer: Peer) async -> Refusal? {
            await stand.kit.refusal(of: Approvals.watch(id, by: stand.kit.server(peer)))
        }
        #expect(await refusal(id, .synthetic()) == nil)
        #expect(await refusal(guess, .synthetic()) == .notFound)
        #expect(await refusal(id, .synthetic(uid: 2500)) == .notFound)
        #expect(await refusal(guess, .synthetic(uid: 2500)) == .notFound)
        #expect(await refusal(id, .synthetic(uid: 2600)) == .unknownPeer)
        let asOperator = Approvals.watch(id, by: try stand.caller("ada"))
        #expect(await stand.kit.refusal(of: asOperator) == .notAnOperator)
        let asServer = Approvals.show(id, by: stand.kit.server(.synthetic()))
        #expect(await stand.kit.refusal(of: asServer) == .notAnOperator)
    }

    @Test("a vote from a user that a server shares needs the person")
    func shared() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustWait()
        try await stand.kit.mustAddServer("agent", Selectors(uid: 1001))
        let reason = try PlainText("an agent's")
        let peer = Peer.synthetic(uid: 1001)
        let absent = Approvals.approve(id, reason: reason, by: stand.kit.caller(peer, .operator))
        #expect(await stand.kit.refusal(of: absent) == .presenceRequired)
        #expect(try await stand.approve(id, "sam") == nil)
    }

    @Test("a rule that cannot be read lets nothing through that it may have been about")
    func damagedRule() async throws {
        let stand = try await ApprovalStand(risk: .readOnly, category: .standard)
        #expect(try await stand.refusal() == nil)
        var desk = try Desk(stand.kit)
        desk.state.lost.insert(
            LostRecords.Entry(reason: .damaged, kind: .approvalRule, id: RecordID(high: 1, low: 1), name: nil)
        )
        let issue = Tokens.issue(try stand.kit.demand("shop/refund"), by: stand.kit.server(.synthetic()))
        #expect(desk.decide(issue).refusal == .valueDamaged)
        var transaction = desk.transaction()
        let scope = ApprovalRule.Scope(server: nil, risk: .readOnly, category: .standard)
        #expect(transaction.decide(Approvals.setRule(scope, .none, by: stand.kit.admin)).refusal == nil)
        #expect(transaction.decide(issue).released().refusal == nil)
    }
}
