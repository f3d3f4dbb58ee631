import Foundation
import Glibc
import Reviewing
import Testing
import WarderCore
import WarderModel
import WarderTesting

/// Each cause of a lost point: it is brought about in a real vault, the finding is done what it says, and the points
/// return.
@Suite("Lost points", .serialized)
struct LostPointTests {
    @Test("every fault that a review can find has a story in which it is mended")
    func complete() {
        let told =
            LostPoint.all.map(\.kind) + Self.seated + ConfiguredPointTests.kinds + DocumentPointTests.kinds
            + OutsideTests.kinds
        #expect(Set(FaultKind.allCases).subtracting(told) == [])
    }

    @Test("the commands of a finding, run as they stand, give back what it cost", arguments: LostPoint.all)
    func mended(_ point: LostPoint) async throws {
        try await ReviewDesk.with { desk in
            for command in point.setup { try await desk.must(command) }
            try await point.act(desk.kit)
            desk.kit.clock.advance(seconds: point.days * 86_400)
            let before = try await desk.report()
            let finding = try #require(before.finding(point.kind, point.finding), "\(before.findings.map(\.id))")
            #expect(finding.points > .zero)
            try await desk.mend(finding, words: point.words, answers: point.answers)
            try await Self.expect(finding, gone: before, try await desk.report())
        }
    }

    private static func expect(_ finding: Finding, gone before: ReadReport, _ after: ReadReport) async throws {
        #expect(!after.findings.contains { $0.id == finding.id && $0.kind == finding.kind })
        #expect(after.points.lost < before.points.lost, "\(after.findings.map(\.id))")
        #expect(after.points.earned > before.points.earned)
    }

    @Test("what several findings say of one grant and one server is done one after the other, and nothing is undone")
    func together() async throws {
        try await ReviewDesk.with { desk in
            for command in [
                "warder server add shop --uid 900 --owner payments", LostPoint.secret("shop/refund"), LostPoint.refund,
                "warder operator add grace --uid 900 --role auditor",
                "warder grant add shop/refund shop/refund --ttl 1h --approval none",
            ] { try await desk.must(command) }
            let kinds: [FaultKind] = [.waived, .broadGrant, .weakAttestation, .knownByUser, .sharedUser]
            let before = try await desk.report()
            for kind in kinds {
                let finding = try #require(before.finding(kind), "\(kind)")
                try await desk.mend(finding, words: ["UID": "901", "UNIT": "shop.service"])
            }
            let after = try await desk.report()
            for kind in kinds { #expect(after.finding(kind) == nil, "\(kind)") }
        }
    }

    @Test("a class that a person lowers with a reason wins nothing, is called a word, and fails a comparison")
    func lowered() async throws {
        try await ReviewDesk.with { desk in
            for command in [
                LostPoint.shop, LostPoint.list("tools.json", "refund:Refund a payment."),
                LostPoint.take("tools.json", "--digest always"), LostPoint.secret("shop/refund"),
                "warder grant add shop/refund shop/refund --uses 1 --attestation pidfd --approval none",
                "warder report --format json --output-file before.json",
            ] { try await desk.must(command) }
            let before = try await desk.report()
            try await desk.must("warder tool set shop/refund --risk read-only --category standard --reason harmless")
            let after = try await desk.report()
            #expect(after.points.earned <= before.points.earned)
            #expect(after.figures.lowered.known?.part == 1 && after.figures.lowered.known?.whole == 1)
            #expect(
                after.check("tool-definition")?.evidence
                    == "1 of 1 tool. Lowered with a reason, on a person's word: shop/refund."
            )
            let finding = try #require(after.finding(.loweredClass, exactly: "approval-critical:shop/refund"))
            #expect(finding.severity == .critical && finding.cause.hasSuffix(": harmless"), "\(finding.cause)")
            let compared = try await desk.type("warder report --baseline before.json")
            #expect(compared.status == 11 && compared.screen.contains("[risk-lowered:shop/refund]"))
            // What was said of one definition says nothing of the next.
            desk.kit.clock.advance(seconds: 60)
            for command in [
                LostPoint.list("next.json", "refund:Refund a payment at once."), LostPoint.take("next.json"),
            ] { try await desk.must(command) }
            try await desk.must(
                "warder tool accept shop/refund --reason release",
                answers: [.init("Type shop/refund to go on:", "shop/refund")]
            )
            let later = try await desk.report()
            #expect(later.finding(.loweredClass, exactly: "tool-definition:class shop/refund") != nil)
        }
    }

    // MARK: Two people

    /// Faults that take a second person to mend.
    private static let seated: [FaultKind] = [.noPassphrase, .unreviewed]

    /// Lets other users come as far as the operator socket, as its group does in a daemon's directory.
    private static func open(_ desk: ReviewDesk) {
        _ = unsafe chmod(desk.folder, 0o755)
        _ = unsafe chmod(desk.server.operatorSocket, 0o666)
    }

    private static let grace = "warder operator add grace --uid \(Stranger.uid) --role approver"

    @Test("a person sets a passphrase with the code that the finding's command makes")
    func passphrase() async throws {
        try await ReviewDesk.with { desk in
            Self.open(desk)
            try await desk.must(Self.grace)
            try await desk.must("warder server add shop --uid \(Stranger.uid) --unit shop.service")
            let before = try await desk.report()
            let finding = try #require(before.finding(.noPassphrase, "operator-presence:grace"))
            #expect(finding.remedy.commands == ["warder operator enrol grace"])
            let screen = try await desk.must("warder operator enrol grace")
            let code = try #require(screen.firstMatch(of: #/(?m)^(wdr_e_\S+)/#)?.1)
            #expect(finding.remedy.advice == "Then, as grace, with the code: warder operator passphrase")
            try await desk.must(
                "warder operator passphrase",
                answers: [
                    .init("Your code", String(code)), .init("New passphrase", "a passphrase of grace"),
                    .init("The same again:", "a passphrase of grace"),
                ],
                by: Stranger.uid
            )
            try await Self.expect(finding, gone: before, try await desk.report())
        }
    }

    @Test("a call that somebody let through alone is looked at by somebody else, as the finding says")
    func breakGlass() async throws {
        try await ReviewDesk.with { desk in
            Self.open(desk)
            for command in [
                LostPoint.shop, LostPoint.secret("shop/refund"), LostPoint.refund, Self.grace,
                "warder grant add shop/refund shop/refund --uses 1 --attestation pidfd",
            ] { try await desk.must(command) }
            let caller = desk.kit.server(.synthetic(uid: 900, unit: "shop.service"))
            let issue = Tokens.issue(try desk.kit.demand("shop/refund"), by: caller)
            guard case .waits(let status) = try await desk.kit.vault.perform(issue) else {
                throw TestFailure("a token without an approval")
            }
            try await desk.must("warder approval break-glass \(status.id) --reason outage")
            let before = try await desk.report()
            let finding = try #require(before.finding(.unreviewed, "break-glass:\(status.id)"))
            try await desk.mend(finding, words: ["REASON": "seen"], by: Stranger.uid)
            try await Self.expect(finding, gone: before, try await desk.report())
        }
    }
}
