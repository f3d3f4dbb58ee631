import Rotating
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// What people are told of approvals.
@Suite struct ApprovalNoticeTests {
    private func wanted(_ stand: ApprovalStand) -> [Notice] {
        stand.kit.vault.state?.notices(at: stand.kit.clock.now().wall) ?? []
    }

    private func deliver(_ notice: Notice, _ stand: ApprovalStand) async throws {
        let answer = HandoutAnswer(StepAnswer(.done))
        try await stand.kit.vault.perform(Notices.sent(notice, answer, try: 1, isOver: true))
    }

    @Test("a call that waits is told once, with who is asked and without its arguments")
    func waits() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustWait(#"{"card":"4111"}"#)
        let notice = try #require(wanted(stand).first)
        #expect(notice.kind == .approvalWaits && notice.subject == .approval(id))
        #expect(notice.text == "A call of shop/refund waits for owner and security.")
        #expect(notice.facts["votes"] == "owner and security" && notice.facts["tool"] == "refund")
        #expect(!notice.facts.values.contains { $0.contains("4111") })
        try await deliver(notice, stand)
        #expect(try stand.kit.lastEvent().approval == id.text)
        #expect(wanted(stand).isEmpty)
        try await stand.restart()
        #expect(wanted(stand).isEmpty)
    }

    @Test("of what was decided or has ended nobody needs to hear")
    func ended() async throws {
        let stand = try await ApprovalStand()
        let denied = try await stand.mustWait("[1]")
        try await stand.deny(denied, "sam")
        _ = try await stand.mustApprove("[2]")
        #expect(wanted(stand).isEmpty)
        _ = try await stand.mustWait("[3]")
        #expect(wanted(stand).count == 1)
        stand.kit.clock.advance(seconds: Approval.patience)
        #expect(wanted(stand).isEmpty)
    }

    @Test("that somebody let a call through alone is told, also after it was told that it waits")
    func breakGlass() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustWait()
        try await deliver(try #require(wanted(stand).first), stand)
        #expect(try await stand.breakGlass(id, "ada") == nil)
        let notice = try #require(wanted(stand).first)
        #expect(notice.kind == .breakGlassUsed && notice.facts["by"] == "ada")
        try await deliver(notice, stand)
        #expect(wanted(stand).isEmpty)
    }
}
