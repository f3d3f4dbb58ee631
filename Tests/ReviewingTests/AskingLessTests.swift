import Testing
import WarderModel

@testable import Reviewing

/// That no point is won by asking less: of a tool's class, of an approval rule, of a limit.
@Suite("Asking less")
struct AskingLessTests {
    /// Tools that are asked about, or waived by a grant, taken for something that is less than was read.
    private static func lower(_ facts: inout ReviewFacts, _ index: Int, _ risk: Tool.Risk, reasoned: Bool) {
        facts.tools[index].risk = risk
        facts.tools[index].category = .standard
        facts.tools[index].reasoned = reasoned
        if !Tool.needsApproval(risk, .standard, in: .team) { facts.tools[index].approval = .known(.unneeded) }
    }

    @Test("whatever is broken: no class below what was read wins a point, with a reason or without")
    func lowering() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("AskingLessTests.lowering seed \(seed)")
        var dice = Dice(state: seed)
        for _ in 0..<400 {
            var facts = Sample.perfect()
            for breakage in Breakage.all where Int.random(in: 0..<4, using: &dice) == 0 { breakage.apply(&facts) }
            for index in facts.tools.indices where [.required, .waived].contains(facts.tools[index].approval.value) {
                for risk in [Tool.Risk.readOnly, .sideEffect] where risk < facts.tools[index].risk {
                    let before = Review(facts)
                    let isSilent = facts.tools[index].isLowered && !facts.tools[index].isOnWord
                    // A reason for what was lowered before is one fault less.
                    for reasoned in isSilent ? [false] : [true, false] {
                        var lowered = facts
                        Self.lower(&lowered, index, risk, reasoned: reasoned)
                        let after = Review(lowered)
                        let name = facts.tools[index].name
                        #expect(after.score.earned <= before.score.earned, "\(name) as \(risk), seed \(seed)")
                        #expect(after.figures.lowered.value?.whole ?? 0 > 0)
                    }
                }
            }
        }
    }

    @Test("a reason makes a lowered class a person's word: named and counted, and judged by what was read")
    func word() throws {
        var facts = Sample.perfect()
        Self.lower(&facts, 2, .readOnly, reasoned: true)
        facts.tools[2].reasons = ["ada said so on 2026-11-01: it is a test account"]
        let review = Review(facts)
        #expect(review.findings.map(\.id) == ["approval-critical:shop/refund"])
        let finding = try #require(review.findings.first)
        #expect(finding.kind == .loweredClass && finding.severity == .critical)
        #expect(
            finding.cause
                == "shop/refund runs without anybody's approval. It is taken to be read-only; its definition reads as critical, "
                + "financial, for which the standard asks owner and security. ada said so on 2026-11-01: it is a test account"
        )
        let command = "warder tool set shop/refund --risk critical --category financial --reason REASON"
        #expect(finding.remedy.commands == [command])
        #expect(review.figures.lowered == .known(.init(part: 1, whole: 1)))
        #expect(review.figures.approvalCoverage == .known(.init(part: 2, whole: 3)))
        let lines = ReviewText.lines(of: review, width: nil)
        #expect(lines.contains("Lowered classes       1 (with a reason: 1)"))
        #expect(
            lines.contains { $0.hasSuffix("On a person's word, 1 class is lower than what was read: shop/refund.") }
        )
        facts.tools[2].reasoned = false
        let silent = Review(facts)
        #expect(
            Set(silent.findings.map(\.id)) == [
                "approval-critical:shop/refund", "tool-definition:class shop/refund",
            ]
        )
        #expect(silent.findings.allSatisfy { $0.severity == .critical && $0.remedy.commands == [command] })
        #expect(silent.figures.lowered == .known(.init(part: 0, whole: 1)))
        #expect(silent.score.earned < review.score.earned)
    }

    @Test("a limit that stops nobody costs what none costs")
    func looseLimit() {
        func lost(_ rate: Int?) -> Points {
            var facts = Sample.perfect()
            facts.limits.change { $0.limits[2].rate = rate }
            return Review(facts).score.lost
        }
        #expect(lost(40) == .zero)
        #expect(lost(41) == lost(nil) && lost(1_000_000) == lost(nil) && lost(nil) > .zero)
    }

    @Test(
        "a rule that asks other people, or fewer, is weaker, and one that asks more is not",
        arguments: [
            (["security"], true), (["security", "security"], true), (["operator", "operator"], true),
            (["interns", "security"], true), (["owner", "security"], false), (["interns", "owner", "security"], false),
        ]
    )
    func weakRule(_ votes: [String], _ isWeak: Bool) {
        var facts = Sample.perfect()
        facts.approvals.change { $0.rules[0].groups = votes }
        let finding = Review(facts).finding("approval-critical:shop/refund")
        #expect((finding?.kind == .weakRule) == isWeak)
        #expect(finding.map { $0.severity == .high } ?? true)
    }

    @Test("a server's rule that asks less goes together with the general one where that asks less too")
    func weakRules() throws {
        var facts = Sample.perfect()
        var own = facts.approvals.value?.rules[0] ?? Sample.rule(.critical, .financial)
        (own.server, own.groups) = ("shop", ["owner"])
        facts.approvals.change { $0.rules.append(own) }
        let ownCommand = "warder approval rule remove critical financial --server shop"
        #expect(Review(facts).finding("approval-critical:shop/refund")?.remedy.commands == [ownCommand])
        facts.approvals.change { $0.rules[0].groups = ["security"] }
        #expect(
            Review(facts).finding("approval-critical:shop/refund")?.remedy.commands == [
                ownCommand, "warder approval rule remove critical financial",
            ]
        )
    }

    @Test("a grant that was made anew was not unused before", arguments: [(30, 0), (91, 1)])
    func remade(days: Int, findings: Int) {
        var facts = Sample.perfect()
        facts.grants.change {
            $0[1].created = Sample.ago(Int64(days))
            $0[1].used = .known(Sample.ago(400))
        }
        let found = Review(facts).findings
        #expect(found.map(\.id) == Array(repeating: "unused-grant:shop/get shop/get", count: findings))
        let words = "did so never, since it was given on \(Sample.ago(Int64(days)).day)."
        #expect(found.allSatisfy { $0.cause.hasSuffix(words) })
    }
}
