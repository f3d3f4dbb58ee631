import Testing
import WarderModel

@testable import Reviewing

/// A credential that opens more than the tool it is given to: one rule for a vault and for a document.
@Suite("How far credentials reach")
struct ReachTests {
    private static func found(_ facts: ReviewFacts) -> [String] {
        Review(facts).findings.filter { $0.check == "broad-credential" }.map(\.subject).sorted()
    }

    /// The sample's tools, granted these secrets.
    private static func vault(_ grants: [(String, String)]) -> ReviewFacts {
        var facts = Sample.perfect()
        facts.grants = .known(grants.map { Sample.grant($0.0, $0.1) })
        return facts
    }

    @Test("one secret for two tools that change something is broad for both, whatever their classes")
    func vault() {
        let all = ["shop/change_owner", "shop/get", "shop/refund", "shop/update"]
        #expect(Self.found(Self.vault(all.map { ($0, "shop/key") })) == all.map { "\($0) shop/key" })
        #expect(
            Self.found(Self.vault([("shop/refund", "shop/key"), ("shop/update", "shop/key")])) == [
                "shop/refund shop/key", "shop/update shop/key",
            ]
        )
        // Two of one class.
        var facts = Self.vault([("shop/cancel", "shop/key"), ("shop/update", "shop/key")])
        facts.tools.append(Sample.tool("shop/cancel", .sideEffect))
        #expect(Self.found(facts) == ["shop/cancel shop/key", "shop/update shop/key"])
    }

    @Test("a secret of its own is not, nor one with which others only look")
    func narrow() {
        #expect(Self.found(Sample.perfect()) == [])
        #expect(
            Self.found(Self.vault([("shop/get", "shop/key"), ("shop/update", "shop/key")])) == ["shop/get shop/key"]
        )
    }

    private static func document(_ needs: [String: [String]]) -> ReviewFacts {
        let tools = Sample.perfect().tools.map { tool in
            var tool = tool
            tool.permissions = .known(needs[tool.name] ?? [])
            return tool
        }
        return ReviewFacts(
            ofDocument: "openapi.yaml",
            taken: Sample.now,
            profile: .team,
            tools: tools,
            otherwise: "A document does not say."
        )
    }

    @Test("of a document whose operations share one key, none has a credential of its own")
    func document() {
        #expect(Self.found(Self.document([:])) == ["shop/change_owner", "shop/get", "shop/refund", "shop/update"])
        let scoped = [
            "shop/change_owner": ["admin"], "shop/get": ["read"], "shop/refund": ["write"], "shop/update": ["write"],
        ]
        #expect(Self.found(Self.document(scoped)) == ["shop/refund", "shop/update"])
        #expect(Self.found(Self.document(scoped.merging(["shop/refund": ["refund"]]) { $1 })) == [])
    }

    @Test("what nothing is granted to is not covered by approvals, and a line says how many there are")
    func ungranted() throws {
        var facts = Sample.perfect()
        facts.tools[2].approval = .known(.ungranted)
        let review = Review(facts)
        #expect(review.figures.approvalCoverage.value?.percent == 66)
        #expect(ReviewWords.shareLine(review.figures.approvalCoverage) == "66 %, 1 not evaluated")
        let check = try #require(review.checks.first { $0.id == "approval-critical" })
        #expect(check.outcome == .notEvaluated && check.withheld == check.points)
        #expect(review.score.earned + review.score.withheld == Points(100))
        #expect(check.evidence == "1 of 2 tools. 1 tool not evaluated. Nothing is granted to shop/refund.")
        for index in facts.tools.indices where facts.tools[index].approval == .known(.required) {
            facts.tools[index].approval = .known(.ungranted)
        }
        #expect(Review(facts).figures.approvalCoverage == .notEvaluated("3 tools. Nothing is granted to them."))
    }

    @Test("a grant that ends takes no approval away, and one that asks nobody does, also where there was none before")
    func compared() {
        func changes(_ old: ToolFacts.Approval, _ new: ToolFacts.Approval) -> [String] {
            var (before, after) = (Sample.perfect(), Sample.perfect())
            before.tools[2].approval = .known(old)
            after.tools[2].approval = .known(new)
            return Review(after, since: before).widening?.changes.map(\.id) ?? []
        }
        #expect(changes(.required, .ungranted) == [])
        #expect(changes(.ungranted, .required) == [])
        #expect(changes(.ungranted, .waived) == ["approval-removed:shop/refund"])
    }

    @Test("another accepted definition is listed, and one that takes more is a widening")
    func acceptedAnew() {
        func compared(_ old: ToolFacts.Accepted?, _ new: ToolFacts.Accepted?) -> Widening {
            var (before, after) = (Sample.perfect(), Sample.perfect())
            before.tools[2].accepted = old
            after.tools[2].accepted = new
            return Widening(from: before, to: after, acknowledged: [])
        }
        let first = ToolFacts.Accepted(digest: "aa", arguments: ["amount", "reason"])
        let other = ToolFacts.Accepted(digest: "bb", arguments: ["amount"])
        #expect(compared(first, first).renewed == nil)
        let narrowed = compared(first, other)
        #expect(narrowed.changes.isEmpty && narrowed.renewed == ["shop/refund"])
        let widened = compared(other, first)
        #expect(widened.changes.map(\.id) == ["definition-widened:shop/refund"] && widened.renewed == nil)
        #expect(widened.changes.first?.sentence.hasSuffix("before: reason.") == true)
        #expect(compared(nil, first).notCompared == ["accepted definitions"])
    }

    @Test("a decoy costs nothing: nobody is to change it, and nobody uses it")
    func decoys() {
        var facts = Sample.perfect()
        facts.secrets.change { secrets in
            secrets[4].schedule = nil
            secrets[4].changed = Sample.ago(200)
            secrets[4].owner = nil
            secrets[4].expires = Sample.ago(1)
        }
        #expect(Review(facts).findings.map(\.id) == [])
        facts.secrets.change { $0[4].honeytoken = .known(false) }
        #expect(Review(facts).findings.count == 4)
    }
}
