import HashTreeCollections
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// From the request to the one use of what was approved.
@Suite struct ApprovalFlowTests {
    @Test("a call waits for every vote that is asked for, gets its token once, and asks anew after that")
    func flow() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustWait()
        #expect(try stand.kit.lastEvent().type == "approval.request")
        #expect(try stand.kit.lastEvent().approval == id.text)
        #expect(try await stand.approve(id, "sam") == nil)
        #expect(try await stand.refusal() == .approvalPending)
        let event = try stand.kit.lastEvent()
        #expect(event.type == "token.issue" && event.reason == "approval_pending" && event.approval == id.text)
        #expect(try await stand.approve(id, "olga") == nil)
        #expect(try stand.standing(id) == .approved)

        let token = HeldToken(try await stand.ask().get())
        #expect(try stand.kit.lastEvent().approval == id.text)
        #expect(try stand.standing(id) == .used)
        #expect(try await stand.kit.mustResolve("shop/api", with: token) == "s3cr3t")
        #expect(try stand.kit.lastEvent().approval == id.text)
        let another = try await stand.mustWait()
        #expect(another != id)
    }

    @Test("what people said yes to was one call: its value is not for calls in an outage, whatever the grant says")
    func notStale() async throws {
        let stand = try await ApprovalStand(risk: .sideEffect, category: .standard)
        try await stand.kit.mustRevokeGrant("shop/refund", "shop/api")
        try await stand.kit.mustGrant("shop/refund", "shop/api", maxStale: 3600)
        #expect(try await stand.approve(try await stand.mustWait(), "tess") == nil)
        let token = HeldToken(try await stand.ask().get())
        let resolved = try await stand.kit.vault.perform(stand.kit.resolve("shop/api", with: token))
        guard case .value(let opened) = resolved else { throw TestFailure("nothing was resolved") }
        #expect(opened.maxStale == 0)
    }

    @Test("a token that is given back before it has opened anything gives the yes back, for what is left of its time")
    func givenBack() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustApprove()
        let unused = HeldToken(try await stand.ask().get())
        let drop = Tokens.drop(unused.presented, by: stand.kit.server(.synthetic()))
        try await stand.kit.vault.perform(drop)
        let event = try stand.kit.lastEvent()
        #expect(event.type == "token.drop" && event.approval == id.text)
        #expect(event.changes?.contains("approval=returned") == true, "\(event)")
        try await stand.restart()
        #expect(try stand.standing(id) == .approved)
        stand.kit.clock.advance(seconds: Approval.usable)
        #expect(try await stand.mustWait() != id)
    }

    @Test("a yes comes back once, and not from a token that has opened something")
    func givenBackOnce() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustApprove()
        let unused = HeldToken(try await stand.ask().get())
        let drop = Tokens.drop(unused.presented, by: stand.kit.server(.synthetic()))
        let drops = await stand.kit.together([drop, drop, drop])
        #expect(drops.count { $0.refusal == nil } == 1)
        let used = HeldToken(try await stand.ask().get())
        _ = try await stand.kit.mustResolve("shop/api", with: used)
        #expect(await stand.kit.refusal(of: drop) == .tokenUnknown)
        try await stand.kit.vault.perform(Tokens.drop(used.presented, by: stand.kit.server(.synthetic())))
        #expect(try stand.kit.lastEvent().changes == nil)
        #expect(try stand.standing(id) == .used)
        #expect(try await stand.refusal() == .approvalPending)
    }

    @Test("who is told that what they know is still right has used the yes")
    func knownValue() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustApprove()
        let token = HeldToken(try await stand.ask().get())
        let asked = try await stand.kit.vault.perform(stand.kit.resolve("shop/api", with: token, known: 1))
        guard case .notModified = asked else { throw TestFailure("a value came back") }
        try await stand.kit.vault.perform(Tokens.drop(token.presented, by: stand.kit.server(.synthetic())))
        #expect(try stand.standing(id) == .used)
        #expect(try await stand.refusal() == .approvalPending)
    }

    @Test("a yes that came back is good, though people were asked again meanwhile")
    func givenBackLate() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustApprove()
        let token = HeldToken(try await stand.ask().get())
        #expect(try await stand.mustWait() != id)
        try await stand.kit.vault.perform(Tokens.drop(token.presented, by: stand.kit.server(.synthetic())))
        #expect(try stand.standing(id) == .approved)
        _ = try await stand.ask().get()
        #expect(try stand.standing(id) == .used)
    }

    @Test("the same request again waits for the same approval, also after a restart and from another process")
    func idempotent() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustWait()
        #expect(try await stand.mustWait() == id)
        try await stand.restart()
        #expect(try await stand.mustWait(by: .synthetic(pid: 4712)) == id)
        #expect(stand.kit.vault.state?.approvals.count == 1)
    }

    @Test("votes from before a restart count after it")
    func restart() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustWait()
        try await stand.approve(id, "sam")
        try await stand.restart()
        try await stand.approve(id, "olga")
        try await stand.restart()
        #expect(try await stand.refusal() == nil)
        try await stand.restart()
        #expect(try await stand.refusal() == .approvalPending)
    }

    @Test("a no ends it, and the same call is refused for a quarter of an hour; others are asked about")
    func denied() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustWait()
        try await stand.approve(id, "sam")
        #expect(try await stand.deny(id, "tess") == nil)
        #expect(try await stand.refusal() == .approvalDenied)
        #expect(try stand.kit.lastEvent().approval == id.text)
        #expect(try await stand.refusal(#"{"amount":6}"#) == .approvalPending)
        #expect(try await stand.approve(id, "olga") == .approvalDecided)
        stand.kit.clock.advance(seconds: Approval.denialHolds - 1)
        #expect(try await stand.refusal() == .approvalDenied)
        stand.kit.clock.advance(seconds: 1)
        #expect(try await stand.refusal() == .approvalPending)
    }

    @Test("a no after the last yes still holds the call back")
    func deniedLate() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustApprove()
        #expect(try await stand.deny(id, "carl") == nil)
        #expect(try await stand.refusal() == .approvalDenied)
    }

    @Test("a no goes before a yes whose token has opened nothing: the token ends, and the yes never comes back")
    func deniedUnopened() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustApprove()
        let token = HeldToken(try await stand.ask().get())
        let drop = Tokens.drop(token.presented, by: stand.kit.server(.synthetic()))
        #expect(try await stand.deny(id, "carl") == nil)
        let event = try stand.kit.lastEvent()
        #expect(event.type == "approval.deny" && event.changes?.contains("revoked=1") == true, "\(event)")
        #expect(await stand.kit.refusal(of: try stand.kit.resolve("shop/api", with: token)) == .tokenUnknown)
        #expect(await stand.kit.refusal(of: drop) == .tokenUnknown)
        #expect(try stand.standing(id) == .denied)
        #expect(try await stand.refusal() == .approvalDenied)
        try await stand.restart()
        #expect(try stand.standing(id) == .denied)
        #expect(try await stand.refusal() == .approvalDenied)
    }

    @Test(
        "a no to the call that was made again goes before the yes to the same call: both end, and with them the token"
    )
    func deniedAgain() async throws {
        let stand = try await ApprovalStand()
        let first = try await stand.mustApprove()
        let token = HeldToken(try await stand.ask().get())
        let other = try await stand.mustApprove("[1]")
        let kept = HeldToken(try await stand.ask("[1]").get())
        let second = try await stand.mustWait()
        #expect(second != first)
        #expect(try await stand.deny(second, "carl") == nil)
        let changes = try stand.kit.lastEvent().changes ?? []
        #expect(changes.contains("denied/\(first)") && changes.contains("revoked=1"), "\(changes)")
        #expect(await stand.kit.refusal(of: try stand.kit.resolve("shop/api", with: token)) == .tokenUnknown)
        #expect(try stand.standing(first) == .denied && stand.standing(second) == .denied)
        // What is about another call stays.
        #expect(try stand.standing(other) == .used)
        _ = try await stand.kit.mustResolve("shop/api", with: kept)
        try await stand.restart()
        #expect(try stand.standing(first) == .denied)
        stand.kit.clock.advance(seconds: Approval.denialHolds)
        #expect(try await stand.refusal() == .approvalPending)
    }

    @Test("a no to the call that was made again leaves what the first one has opened as it is")
    func deniedAgainTooLate() async throws {
        let stand = try await ApprovalStand()
        let first = try await stand.mustApprove()
        let token = HeldToken(try await stand.ask().get())
        _ = try await stand.kit.mustResolve("shop/api", with: token)
        let second = try await stand.mustWait()
        #expect(try await stand.deny(second, "carl") == nil)
        let changes = try stand.kit.lastEvent().changes ?? []
        #expect(!changes.contains { $0.hasPrefix("denied/") || $0.hasPrefix("revoked") }, "\(changes)")
        #expect(try stand.standing(first) == .used)
    }

    @Test("a no comes too late for a token that has opened something, and for one that has ended")
    func deniedTooLate() async throws {
        let stand = try await ApprovalStand()
        let opened = try await stand.mustApprove()
        let token = HeldToken(try await stand.ask().get())
        _ = try await stand.kit.mustResolve("shop/api", with: token)
        #expect(try await stand.deny(opened, "carl") == .approvalDecided)
        let ended = try await stand.mustApprove("[1]")
        _ = try await stand.ask("[1]").get()
        stand.kit.clock.advance(seconds: Token.defaultLifetime)
        #expect(try await stand.deny(ended, "carl") == .approvalDecided)
        #expect(try stand.standing(opened) == .used && stand.standing(ended) == .used)
    }

    @Test("a request that nobody decides about in an hour has ended")
    func patience() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustWait()
        stand.kit.clock.advance(seconds: Approval.patience - 1)
        #expect(try await stand.mustWait() == id)
        stand.kit.clock.advance(seconds: 1)
        #expect(try stand.standing(id) == .expired)
        #expect(try await stand.approve(id, "sam") == .approvalExpired)
        #expect(try await stand.deny(id, "sam") == .approvalExpired)
        #expect(try await stand.mustWait() != id)
    }

    @Test("what was approved can be used for a quarter of an hour")
    func usable() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustApprove()
        stand.kit.clock.advance(seconds: Approval.usable)
        #expect(try stand.standing(id) == .expired)
        #expect(try await stand.mustWait() != id)
        let other = try await stand.mustApprove(#"{"amount":7}"#)
        stand.kit.clock.advance(seconds: Approval.usable - 1)
        #expect(try await stand.refusal(#"{"amount":7}"#) == nil)
        #expect(try stand.standing(other) == .used)
    }

    @Test("a clock that was set back prolongs nothing")
    func clock() async throws {
        let stand = try await ApprovalStand()
        _ = try await stand.mustApprove()
        stand.kit.clock.setWall(to: stand.kit.clock.now().wall.adding(seconds: -3600))
        #expect(try await stand.refusal() == .approvalPending)
    }

    @Test("a request in one step is approved and used like any other")
    func resolveOnce() async throws {
        let stand = try await ApprovalStand()
        func once() async throws -> Requested<Opened> {
            try await stand.kit.vault.perform(
                Tokens.resolveOnce(
                    try SecretName("shop/api"),
                    fields: [.value],
                    for: try stand.kit.demand("shop/refund", arguments: "{}"),
                    by: stand.kit.server(.synthetic())
                )
            )
        }
        guard case .waits(let status) = try await once() else { throw TestFailure("no approval was asked for") }
        try await stand.approve(status.id, "sam")
        try await stand.approve(status.id, "olga")
        #expect(try await once().get().value.text == "s3cr3t")
        guard case .waits(let again) = try await once() else { throw TestFailure("one approval, two values") }
        #expect(again.id != status.id)
    }

    @Test("too many requests of one server make no more, and those of another still do")
    func limit() async throws {
        let stand = try await ApprovalStand()
        for number in 0..<Approvals.mostPendingOfServer {
            _ = try await stand.mustWait("[\(number)]", by: .synthetic(pid: Int32(50 + number % 2)))
        }
        #expect(try await stand.refusal("[-1]") == .approvalLimit)
        #expect(try await stand.refusal("[0]") == .approvalPending)
        stand.kit.clock.advance(seconds: Approval.patience)
        #expect(try await stand.refusal("[-1]") == .approvalPending)
    }

    @Test("what has ended is forgotten after a week, but not what the next call is compared with")
    func forgotten() async throws {
        let stand = try await ApprovalStand()
        let used = try await stand.mustApprove()
        _ = try await stand.ask()
        let ended = try await stand.mustWait("[1]")
        stand.kit.clock.advance(seconds: Approvals.remembered + Approval.patience)
        let next = try await stand.mustWait("[2]")
        #expect(Set(stand.kit.vault.state?.approvals.keys.map(\.self) ?? []) == [used, next])
        #expect(ended != next)
    }

    @Test("a single user's own presence is the vote, and without it there is none")
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
        let reason = try PlainText("mine")
        let absent = Approvals.approve(status.id, reason: reason, by: kit.caller(kit.ada, .operator))
        #expect(await kit.refusal(of: absent) == .presenceRequired)
        _ = try await kit.vault.perform(Approvals.approve(status.id, reason: reason, by: kit.admin))
        #expect(await kit.refusal(ofRequest: issue) == nil)
        #expect(await kit.refusal(ofRequest: issue) == .approvalPending)
    }

    @Test("a restore ends what waits, what was not used, and what was said in advance")
    func restored() async throws {
        let stand = try await ApprovalStand()
        let pending = try await stand.mustWait("[1]")
        let approved = try await stand.mustApprove()
        _ = try await stand.kit.vault.perform(
            Approvals.addStanding(
                Approvals.StandingTerms(
                    server: try ServerName("shop"),
                    tool: nil,
                    arguments: #"[9]"#,
                    seconds: 3600,
                    uses: 5,
                    reason: try PlainText("returns")
                ),
                by: stand.kit.admin
            )
        )
        try await stand.kit.seal()
        try await stand.kit.openAsRestored()
        #expect(try stand.standing(pending) == .void && stand.standing(approved) == .void)
        #expect(stand.kit.vault.state?.standingApprovals.isEmpty == true)
        _ = try await stand.kit.vault.perform(Backups.release(by: stand.kit.admin))
        #expect(try await stand.refusal() == .approvalPending)
        #expect(try await stand.refusal("[9]") == .approvalPending)
    }
}
