import Foundation
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
        #expect(
            check.evidence
                == "1 of 2 tools. 1 tool not evaluated. Nothing is granted to shop/refund: if it is not used, "
                + "warder tool remove shop/refund; or else warder grant add shop/refund SECRET --ttl 5m --uses 1 "
                + "--attestation starttime."
        )
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
        // One value of an argument is less than any, and any is more than one.
        let fast = ToolFacts.Accepted(digest: "cc", arguments: ["amount", "mode=\"fast\""])
        let any = ToolFacts.Accepted(digest: "dd", arguments: ["amount", "mode"])
        #expect(compared(any, fast).renewed == ["shop/refund"])
        #expect(compared(fast, any).changes.map(\.id) == ["definition-widened:shop/refund"])
        // What cannot be read is never taken for the same.
        let unread = ToolFacts.Accepted(digest: "ee", arguments: nil)
        for (was, isNow) in [(first, unread), (unread, first)] {
            let widening = compared(was, isNow)
            #expect(widening.changes.map(\.id) == ["definition-widened:shop/refund"] && widening.renewed == nil)
        }
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

    @Test("a credential that something may have, or had, does not become a decoy by being called one")
    func calledDecoy() {
        var facts = Sample.perfect()
        facts.secrets.change { secrets in
            secrets[2].schedule = nil
            secrets[2].changed = Sample.ago(200)
            secrets[2].owner = nil
            secrets[2].expires = Sample.ago(1)
        }
        let before = Review(facts)
        #expect(before.findings.count == 4)
        facts.secrets.change { $0[2].honeytoken = .known(true) }
        let granted = Review(facts)
        #expect(granted.findings == before.findings && granted.score.earned == before.score.earned)
        // Its grant is gone, and it was used.
        facts.grants.change { $0.removeAll { $0.secret == "shop/refund" } }
        #expect(Review(facts).findings.count { $0.subject == "shop/refund" && $0.check.hasPrefix("secret-") } == 4)
        facts.secrets.change { $0[2].used = nil }
        #expect(Review(facts).findings.count { $0.subject == "shop/refund" && $0.check.hasPrefix("secret-") } == 0)
    }

    @Test("a word of a later version is read as not evaluated, and the facts around it are read")
    func laterWord() throws {
        let facts = Sample.perfect()
        let text = String(decoding: ReviewJSON.bytes(of: facts), as: UTF8.self)
        let later = text.replacing(#""approval":{"known":"required"}"#, with: #""approval":{"known":"postponed"}"#)
        #expect(later != text)
        let read = try JSONDecoder().decode(ReviewFacts.self, from: Data(later.utf8))
        #expect(read.tools.count == facts.tools.count && read.secrets == facts.secrets)
        #expect(read.tools[2].approval.value == nil && read.tools[1].approval == .known(.unneeded))
        #expect(Review(read).figures.approvalCoverage.value == nil)
    }

    @Test("a tool whose class nobody read is not left out of what approvals cover")
    func unreadClass() {
        var facts = Sample.perfect()
        facts.tools[1].read = .notEvaluated("Why.")
        let share = Review(facts).figures.approvalCoverage.value
        #expect(share?.whole == 4 && share?.part == 3 && share?.unknown == 1)
    }
}
