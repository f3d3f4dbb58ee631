import Foundation
import HashTreeCollections
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// What a yes in advance was given under, and what became of that.
@Suite struct StandingApprovalBasisTests {
    private func terms(
        tool: String? = "refund",
        seconds: Int64 = 3600,
        uses: Int64 = 9
    ) throws -> Approvals.StandingTerms {
        Approvals.StandingTerms(
            server: try ServerName("shop"),
            tool: try tool.map { try ToolName($0) },
            arguments: nil,
            seconds: seconds,
            uses: uses,
            reason: try PlainText("returns of the day")
        )
    }

    @discardableResult
    private func add(
        _ stand: ApprovalStand,
        tool: String? = "refund",
        seconds: Int64 = 3600,
        uses: Int64 = 9,
        by name: String = "ada"
    ) async throws -> StandingApproval {
        try await stand.kit.vault.perform(
            Approvals.addStanding(try terms(tool: tool, seconds: seconds, uses: uses), by: try stand.caller(name))
        )
    }

    private func setRisk(_ stand: ApprovalStand, _ risk: Tool.Risk) async throws {
        var changes = Tools.Changes()
        changes.risk = risk
        changes.reason = try PlainText("looked at again")
        _ = try await stand.kit.vault.perform(Tools.set(stand.refund, changes, by: stand.kit.admin))
    }

    private func setServer(_ stand: ApprovalStand, owner: String? = nil, _ selectors: Selectors) async throws {
        let change = Servers.update(
            try ServerName("shop"),
            owner: .some(try owner.map { try PlainText($0) }),
            selectors: selectors,
            by: stand.kit.admin
        )
        _ = try await stand.kit.vault.perform(change)
    }

    // MARK: Another call than those that it was given for

    @Test("a tool that is of another class by now is not covered")
    func otherClass() async throws {
        let stand = try await ApprovalStand(risk: .sideEffect)
        try await add(stand)
        #expect(try await stand.refusal() == nil)
        try await setRisk(stand, .critical)
        #expect(try await stand.refusal() == .approvalPending)
    }

    @Test("a rule that asks other people by now is asked, and tokens of before open nothing more")
    func otherRule() async throws {
        let stand = try await ApprovalStand()
        try await add(stand)
        let token = HeldToken(try await stand.ask().get())
        try await stand.setRule("security", "security", "owner")
        #expect(await stand.kit.refusal(of: try stand.kit.resolve("shop/api", with: token)) == .approvalRequired)
        #expect(try await stand.refusal() == .approvalPending)
    }

    @Test("for a server it covers no tool that came later, and none that was looked at anew")
    func laterTools() async throws {
        let stand = try await ApprovalStand()
        try await add(stand, tool: nil)
        #expect(try await stand.refusal() == nil)
        stand.kit.clock.advance(seconds: 1)
        let description = Tools.Description(
            text: nil,
            risk: .critical,
            category: .financial,
            owner: try PlainText("olga"),
            expectedOutputs: nil,
            definitionDigest: nil
        )
        _ = try await stand.kit.vault.perform(Tools.add(try ToolID("shop/pay"), description, by: stand.kit.admin))
        try await stand.kit.mustGrant("shop/pay", "shop/api")
        let pay = Tokens.issue(try stand.kit.demand("shop/pay"), by: stand.kit.server(.synthetic()))
        #expect(await stand.kit.refusal(ofRequest: pay) == .approvalPending)
        #expect(try await stand.refusal() == nil)
        try await setRisk(stand, .critical)
        #expect(try await stand.refusal() == .approvalPending)
    }

    @Test(
        "for a server it covers no tool that rises to the class of another, whatever the clock says",
        arguments: [0, -30] as [Int64]
    )
    func risen(_ seconds: Int64) async throws {
        let stand = try await ApprovalStand()
        let note = try ToolID("shop/note")
        try await stand.kit.mustAddTool("shop/note", risk: .sideEffect, category: .financial)
        try await stand.kit.mustGrant("shop/note", "shop/api")
        func refusal(_ name: String) async throws -> Refusal? {
            let issue = Tokens.issue(try stand.kit.demand(name), by: stand.kit.server(.synthetic()))
            return await stand.kit.refusal(ofRequest: issue)
        }
        try await add(stand, tool: nil)
        #expect(try await refusal("shop/note") == nil)
        // In the same moment, or while the clock is set back a little: by its times nothing came later.
        let clock = stand.kit.clock
        clock.setWall(to: clock.now().wall.adding(seconds: seconds))
        var changes = Tools.Changes()
        changes.risk = .critical
        changes.reason = try PlainText("it pays out")
        _ = try await stand.kit.vault.perform(Tools.set(note, changes, by: stand.kit.admin))
        try await stand.kit.mustAddTool("shop/pay", risk: .critical, category: .financial)
        try await stand.kit.mustGrant("shop/pay", "shop/api")
        for back in [0, -seconds] {
            clock.setWall(to: clock.now().wall.adding(seconds: back))
            #expect(try await refusal("shop/note") == .approvalPending)
            #expect(try await refusal("shop/pay") == .approvalPending)
            #expect(try await stand.refusal() == nil)
        }
    }

    @Test("for a server it covers no tool that got another definition in the same moment")
    func redefined() async throws {
        let stand = try await ApprovalStand()
        let (old, new) = (String(repeating: "0a", count: 32), String(repeating: "0b", count: 32))
        try await stand.removeTool()
        try await stand.addTool(digest: old)
        try await add(stand, tool: nil)
        #expect(try await stand.refusal(digest: old) == nil)
        try await stand.removeTool()
        try await stand.addTool(digest: new)
        #expect(try await stand.refusal(digest: new) == .approvalPending)
    }

    @Test("for a server it covers nothing where its tools were not written down")
    func withoutMembers() async throws {
        let stand = try await ApprovalStand()
        let made = try await add(stand, tool: nil)
        let written = String(decoding: try RecordCoding.encode(made), as: UTF8.self)
        let start = try #require(written.range(of: #""members":["#))
        let end = try #require(written.range(of: "],", range: start.upperBound..<written.endIndex))
        let earlier = written.replacingCharacters(in: start.lowerBound..<end.upperBound, with: "")
        let read = try RecordCoding.decode(StandingApproval.self, from: Array(earlier.utf8))
        let state = try #require(stand.kit.vault.state)
        let (tool, server) = (try #require(state.tools[stand.refund]), try #require(state.servers[made.server]))
        let terms = state.approvalTerms(of: tool)
        #expect(made.covers(tool, of: server.id, asking: terms))
        #expect(read.members == nil && !read.covers(tool, of: server.id, asking: terms))
    }

    @Test("for a server without tools there is none")
    func noTools() async throws {
        let stand = try await ApprovalStand()
        try await stand.removeTool()
        let command = Approvals.addStanding(try terms(tool: nil), by: stand.kit.admin)
        #expect(await stand.kit.refusal(of: command) == .toolMissing)
    }

    @Test("a no to this very call goes before it, and before nothing else")
    func denied() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustWait()
        try await stand.deny(id, "sam")
        try await add(stand)
        #expect(try await stand.refusal() == .approvalDenied)
        #expect(try await stand.refusal(#"{"amount":6}"#) == nil)
    }

    // MARK: Whoever gave it

    @Test(
        "it counts no more once who gave it left, lost the role, or owns the server",
        arguments: ["person", "role", "owner"]
    )
    func giver(_ change: String) async throws {
        let stand = try await ApprovalStand()
        try await stand.kit.mustAddOperator("eve", uid: 1020, roles: [.admin])
        let standing = try await add(stand, by: "eve")
        let token = HeldToken(try await stand.ask().get())
        let name = try OperatorName("eve")
        switch change {
        case "person":
            try await stand.kit.vault.perform(Operators.remove(name, by: stand.kit.admin))
            // Another record, whatever its name.
            try await stand.kit.mustAddOperator("eve", uid: 1020, roles: [.admin])
        case "role":
            let lesser = Operators.add(name, uid: 1020, roles: [.approver], groups: [], by: stand.kit.admin)
            _ = try await stand.kit.vault.perform(lesser)
        default: try await setServer(stand, owner: "eve", Selectors(uid: 2000))
        }
        // A server that was changed has no tokens any more.
        let refusal: Refusal = change == "owner" ? .tokenUnknown : .approvalRequired
        #expect(await stand.kit.refusal(of: try stand.kit.resolve("shop/api", with: token)) == refusal)
        #expect(try await stand.refusal() == .approvalPending)
        let doctor = Doctor.read(stand.kit.vault.jobs.presence, by: stand.kit.admin)
        let findings = try await stand.kit.vault.perform(doctor).filter { $0.code == "standing_approval_unbacked" }
        #expect(findings.count == 1 && findings[0].message.contains(standing.name.text))
    }

    @Test("it is not for calls of a process of who gave it, by whatever the server is recognised")
    func ownProcess() async throws {
        let stand = try await ApprovalStand()
        try await stand.kit.mustAddOperator("eve", uid: 1020, roles: [.admin])
        try await setServer(stand, Selectors(gid: 77))
        try await add(stand, by: "eve")
        #expect(try await stand.refusal(by: .synthetic(uid: 1020, gid: 77)) == .approvalPending)
        #expect(try await stand.refusal(by: .synthetic(uid: 2001, gid: 77)) == nil)
    }

    // MARK: Time and number

    @Test("a clock that was set back revives none, nor a no")
    func clock() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustWait("[1]")
        try await stand.deny(id, "sam")
        try await add(stand, seconds: 8 * 3600)
        stand.kit.clock.setWall(to: stand.kit.clock.now().wall.adding(seconds: -30 * 86_400))
        #expect(try await stand.refusal("[2]") == .approvalPending)
        #expect(try await stand.refusal("[1]") == .approvalPending)
    }

    @Test("a token of its last use goes on working when another is added")
    func lastUse() async throws {
        let stand = try await ApprovalStand()
        let old = try await add(stand, uses: 1)
        let token = HeldToken(try await stand.ask().get())
        try await add(stand)
        #expect(try await stand.kit.mustResolve("shop/api", with: token) == "s3cr3t")
        stand.kit.clock.advance(seconds: Token.maximumLifetime + 1)
        try await add(stand)
        #expect(stand.kit.vault.state?.standingApprovals[old.id] == nil)
    }

    @Test("there are only so many")
    func cap() async throws {
        let stand = try await ApprovalStand()
        let made = try await add(stand)
        var desk = try Desk(stand.kit)
        let server = try #require(desk.state.servers[try ServerName("shop")])
        let ada = try #require(desk.state.operators[stand.kit.ada.uid])
        for number in 1..<Approvals.mostStanding {
            let id = RecordID(high: 7, low: UInt64(number))
            desk.state.standingApprovals[id] = StandingApproval(
                id: id,
                server: server,
                tool: nil,
                members: [],
                basis: made.basis,
                arguments: nil,
                made: made.made,
                madeBy: ada,
                reason: made.reason,
                expires: made.expires,
                uses: 1
            )
        }
        #expect(desk.decide(Approvals.addStanding(try terms(), by: stand.kit.admin)).refusal == .approvalLimit)
        desk.state.standingApprovals[RecordID(high: 7, low: 1)] = nil
        #expect(desk.decide(Approvals.addStanding(try terms(), by: stand.kit.admin)).refusal == nil)
    }
}
