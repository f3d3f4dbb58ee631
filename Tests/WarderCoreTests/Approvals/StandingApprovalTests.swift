import HashTreeCollections
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Saying yes in advance, and letting something through alone.
@Suite struct StandingApprovalTests {
    private func add(
        _ stand: ApprovalStand,
        tool: String? = "refund",
        arguments: String? = nil,
        seconds: Int64 = 3600,
        uses: Int64 = 2
    ) async throws -> StandingApproval {
        try await stand.kit.vault.perform(
            Approvals.addStanding(
                Approvals.StandingTerms(
                    server: try ServerName("shop"),
                    tool: try tool.map { try ToolName($0) },
                    arguments: arguments,
                    seconds: seconds,
                    uses: uses,
                    reason: try PlainText("returns of the day")
                ),
                by: stand.kit.admin
            )
        )
    }

    private func setSelectors(_ stand: ApprovalStand, owner: String? = nil, _ selectors: Selectors) async throws {
        let change = Servers.update(
            try ServerName("shop"),
            owner: .some(try owner.map { try PlainText($0) }),
            selectors: selectors,
            by: stand.kit.admin
        )
        _ = try await stand.kit.vault.perform(change)
    }

    @Test("it lets as many calls through as it says, also over a restart, and then people are asked")
    func counted() async throws {
        let stand = try await ApprovalStand()
        let standing = try await add(stand)
        #expect(try await stand.refusal() == nil)
        #expect(try stand.kit.lastEvent().approval == standing.name.text)
        try await stand.restart()
        #expect(try await stand.refusal() == nil)
        #expect(try await stand.refusal() == .approvalPending)
    }

    @Test("of many calls at once it lets through no more than it says")
    func together() async throws {
        let stand = try await ApprovalStand()
        _ = try await add(stand, uses: 3)
        let issue = Tokens.issue(try stand.kit.demand("shop/refund"), by: stand.kit.server(.synthetic()))
        let outcomes = await stand.kit.together(Array(repeating: issue, count: 8))
        #expect(outcomes.count { $0.released().refusal == nil } == 3)
    }

    @Test("a call that gets no token for another reason counts nothing down")
    func refusedCall() async throws {
        let stand = try await ApprovalStand()
        let standing = try await add(stand, uses: 1)
        let other = try ToolID("shop/none")
        let missing = Tokens.issue(Tokens.Demand(tool: .whole(other)), by: stand.kit.server(.synthetic()))
        #expect(await stand.kit.refusal(of: missing) == .toolMissing)
        let stranger = Tokens.issue(try stand.kit.demand("shop/refund"), by: stand.kit.server(.synthetic(uid: 9)))
        #expect(await stand.kit.refusal(of: stranger) == .unknownPeer)
        #expect(stand.kit.vault.state?.standingApprovals[standing.id]?.remaining == 1)
    }

    @Test("a token that is given back before it has opened anything counts nothing down")
    func givenBack() async throws {
        let stand = try await ApprovalStand()
        let standing = try await add(stand, uses: 2)
        func left() -> Int64? { stand.kit.vault.state?.standingApprovals[standing.id]?.remaining }
        for (isUsed, expected) in [(false, 2), (true, 1)] as [(Bool, Int64)] {
            let token = HeldToken(try await stand.ask().get())
            if isUsed { _ = try await stand.kit.mustResolve("shop/api", with: token) }
            try await stand.kit.vault.perform(Tokens.drop(token.presented, by: stand.kit.server(.synthetic())))
            #expect(left() == expected)
        }
    }

    @Test("a no to a call that waited ends the token that a yes in advance let the same call have, and gives it back")
    func denied() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustWait()
        let standing = try await add(stand, uses: 9)
        let token = HeldToken(try await stand.ask().get())
        let opened = HeldToken(try await stand.ask().get())
        _ = try await stand.kit.mustResolve("shop/api", with: opened)
        let other = HeldToken(try await stand.ask("[1]").get())
        #expect(try await stand.deny(id, "carl") == nil)
        let event = try stand.kit.lastEvent()
        let changes = event.changes ?? []
        #expect(event.approval == id.text && changes.contains("revoked=1") && changes.contains("remaining=7"))
        #expect(await stand.kit.refusal(of: try stand.kit.resolve("shop/api", with: token)) == .tokenUnknown)
        #expect(stand.kit.vault.state?.standingApprovals[standing.id]?.remaining == 7)
        // What is about another call stays, and so does the yes in advance.
        _ = try await stand.kit.mustResolve("shop/api", with: other)
        #expect(try await stand.refusal() == .approvalDenied)
        #expect(try await stand.refusal("[2]") == nil)
        try await stand.restart()
        #expect(stand.kit.vault.state?.standingApprovals[standing.id]?.remaining == 6)
    }

    @Test("it ends with its time, and its tokens end when it is taken back")
    func ends() async throws {
        let stand = try await ApprovalStand()
        _ = try await add(stand, seconds: 60, uses: 100)
        stand.kit.clock.advance(seconds: 60)
        #expect(try await stand.refusal() == .approvalPending)
        let other = try await add(stand, uses: 100)
        let token = HeldToken(try await stand.ask().get())
        try await stand.kit.vault.perform(Approvals.revokeStanding(other.name, by: try stand.caller("sam")))
        #expect(await stand.kit.refusal(of: try stand.kit.resolve("shop/api", with: token)) == .tokenUnknown)
        #expect(try await stand.refusal() == .approvalPending)
    }

    @Test("arguments that it names have to be those of the call, and a changed tool is none of its")
    func narrow() async throws {
        let stand = try await ApprovalStand()
        _ = try await add(stand, arguments: #"{"amount":5}"#, uses: 9)
        #expect(try await stand.refusal(#"{"amount":5}"#) == nil)
        #expect(try await stand.refusal(#"{"amount":6}"#) == .approvalPending)
        #expect(try await stand.refusal(nil) == .approvalPending)
        try await stand.removeTool()
        try await stand.addTool()
        #expect(try await stand.refusal(#"{"amount":5}"#) == .approvalPending)
    }

    @Test("for a server it covers all of its tools, and nobody else's")
    func server() async throws {
        let stand = try await ApprovalStand()
        _ = try await add(stand, tool: nil, uses: 9)
        #expect(try await stand.refusal() == nil)
        try await stand.kit.mustAddServer("other", Selectors(uid: 2500))
        try await stand.kit.mustAddTool("other/pay", risk: .critical)
        try await stand.kit.mustGrant("other/pay", "shop/api")
        let issue = Tokens.issue(try stand.kit.demand("other/pay"), by: stand.kit.server(.synthetic(uid: 2500)))
        #expect(await stand.kit.refusal(ofRequest: issue) == .approvalPending)
    }

    // MARK: Alone

    @Test("an admin lets a call through alone, once, and the doctor says so until somebody else has looked")
    func breakGlass() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustWait()
        #expect(try await stand.breakGlass(id, "sam") == .roleMissing)
        #expect(try await stand.breakGlass(id, "ada") == nil)
        #expect(try stand.kit.lastEvent().type == "approval.break_glass")
        #expect(try await stand.refusal() == nil)
        #expect(try await stand.refusal() == .approvalPending)
        func findings() async throws -> [String] {
            try await stand.kit.vault.perform(Doctor.read(stand.kit.vault.jobs.presence, by: stand.kit.admin))
                .map(\.code).filter { $0.hasPrefix("break_glass") }
        }
        #expect(try await findings() == ["break_glass_unreviewed"])
        #expect(try await stand.review(id, "ada") == .approvalOwn)
        stand.kit.clock.advance(seconds: 30 * 86_400)
        _ = try await stand.mustWait("[2]")
        #expect(try await findings() == ["break_glass_unreviewed"], "time does not review it")
        #expect(try await stand.review(id, "rita") == nil)
        #expect(try await findings() == [])
        #expect(try await stand.review(id, "rita") == .nothingToUndo)
    }

    @Test("nobody goes on alone for more than three calls, or a day, before somebody else has looked")
    func owed() async throws {
        let stand = try await ApprovalStand()
        var ids: [ApprovalID] = []
        for number in 1...3 {
            ids.append(try await stand.mustWait("[\(number)]"))
            #expect(try await stand.breakGlass(ids[number - 1], "ada") == nil)
        }
        let fourth = try await stand.mustWait("[4]")
        #expect(try await stand.breakGlass(fourth, "ada") == .reviewOwed)
        #expect(try stand.kit.lastEvent().reason == "review_owed")
        #expect(try await stand.review(ids[0], "rita") == nil)
        #expect(try await stand.breakGlass(fourth, "ada") == nil)
        for id in [ids[1], ids[2]] { #expect(try await stand.review(id, "rita") == nil) }
        // One is left, and no day has gone by since.
        stand.kit.clock.advance(seconds: Approvals.reviewGrace - 1)
        let fifth = try await stand.mustWait("[5]")
        #expect(try await stand.breakGlass(fifth, "ada") == nil)
        stand.kit.clock.advance(seconds: 1)
        let sixth = try await stand.mustWait("[6]")
        #expect(try await stand.breakGlass(sixth, "ada") == .reviewOwed)
        // It is theirs alone: another admin has an emergency of their own.
        try await stand.kit.mustAddOperator("eve", uid: 1020, roles: [.admin])
        #expect(try await stand.breakGlass(sixth, "eve") == nil)
    }

    @Test("letting through alone needs the person, whatever user they work as")
    func present() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustWait()
        let reason = try PlainText("outage")
        let absent = Approvals.breakGlass(id, reason: reason, by: stand.kit.caller(stand.kit.ada, .operator))
        #expect(await stand.kit.refusal(of: absent) == .presenceRequired)
    }

    @Test("neither a no nor an end can be broken through")
    func ended() async throws {
        let stand = try await ApprovalStand()
        let denied = try await stand.mustWait("[1]")
        try await stand.deny(denied, "sam")
        #expect(try await stand.breakGlass(denied, "ada") == .approvalDecided)
        let late = try await stand.mustWait("[2]")
        stand.kit.clock.advance(seconds: Approval.patience)
        #expect(try await stand.breakGlass(late, "ada") == .approvalExpired)
    }

    @Test("review where one person does everything is theirs")
    func singleUser() async throws {
        let kit = try await TestVault(profile: .singleUser)
        try await kit.mustPut("notes/api")
        try await kit.mustAddServer("notes", Selectors(uid: 1000))
        try await kit.mustAddTool("notes/delete", risk: .critical)
        try await kit.mustGrant("notes/delete", "notes/api")
        let issue = Tokens.issue(try kit.demand("notes/delete"), by: kit.server(.synthetic(uid: 1000)))
        guard case .waits(let status) = try await kit.vault.perform(issue) else {
            throw TestFailure("nobody was asked")
        }
        let reason = try PlainText("outage")
        _ = try await kit.vault.perform(Approvals.breakGlass(status.id, reason: reason, by: kit.admin))
        #expect(await kit.refusal(of: Approvals.review(status.id, reason: reason, by: kit.admin)) == nil)
    }

    @Test("who owns the server lets none of its calls through alone, nor counts who left since")
    func aloneForOneself() async throws {
        let stand = try await ApprovalStand()
        try await stand.kit.mustAddOperator("eve", uid: 1020, roles: [.admin])
        try await setSelectors(stand, owner: "ada", Selectors(uid: 2000))
        let id = try await stand.mustWait()
        #expect(try await stand.breakGlass(id, "ada") == .approvalOwn)
        #expect(try await stand.breakGlass(id, "eve") == nil)
        #expect(try stand.standing(id) == .approved)
        try await stand.kit.vault.perform(Operators.remove(try OperatorName("eve"), by: stand.kit.admin))
        #expect(try stand.standing(id) == .pending)
        #expect(try await stand.refusal() == .approvalPending)
        // Those who are asked can still say yes.
        #expect(try await stand.approve(id, "sam") == nil)
        #expect(try await stand.approve(id, "olga") == nil)
        #expect(try await stand.refusal() == nil)
    }
}
