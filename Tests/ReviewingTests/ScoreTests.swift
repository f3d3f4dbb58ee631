import Testing
import WarderModel

@testable import Reviewing

/// What points are lost to, and what wins them back: docs/design/score.md.
@Suite("The score")
struct ScoreTests {
    @Test("all checks together are 100 points, and a vault without fault has them all")
    func perfect() {
        let review = Review(Sample.perfect())
        #expect(CheckList.all.map(\.points).reduce(0, +) == 100)
        #expect(Set(CheckList.all.map(\.id)).count == CheckList.all.count)
        #expect(review.findings.map(\.cause) == [])
        #expect(review.checks.filter { $0.outcome != .passed }.map(\.id) == [])
        #expect(review.score.value == 100)
        #expect(review.checklist.flatMap(\.lines).filter { $0.outcome != .passed }.map(\.question) == [])
        #expect(review.risks.filter { $0.outcome != .passed }.map(\.risk) == [.commandInjection])
    }

    @Test("each cause costs points by a finding of its own, and mended it gives them back", arguments: Breakage.all)
    func cause(_ breakage: Breakage) throws {
        var facts = Sample.perfect()
        breakage.apply(&facts)
        let review = Review(facts)
        let finding = try #require(review.finding(breakage.finding), "\(review.findings.map(\.id))")
        #expect(review.findings.count == 1)
        #expect(finding.points > .zero)
        #expect(review.score.lost == finding.points)
        #expect(review.score.earned + finding.points == Points(100))
        #expect(!finding.remedy.commands.isEmpty || finding.remedy.advice != nil)
        #expect(!finding.cause.isEmpty && finding.cause.hasSuffix("."))
        #expect(Review(Sample.perfect()).score.value == 100)
    }

    @Test("every check has a way to fail here")
    func complete() {
        #expect(Set(CheckList.all.map(\.id)).subtracting(Breakage.all.map(\.check)) == [])
    }

    @Test("a fact that nobody looked at earns nothing, passes no check and no line", arguments: Breakage.unknowns)
    func unknown(_ breakage: Breakage) {
        var facts = Sample.perfect()
        breakage.apply(&facts)
        let review = Review(facts)
        #expect(review.score.withheld > .zero)
        #expect(review.score.earned + review.score.withheld == Points(100))
        #expect(review.checks.contains { $0.outcome == .notEvaluated })
        #expect(review.checklist.flatMap(\.lines).contains { $0.outcome == .notEvaluated })
        #expect(review.risks.count { $0.outcome == .notEvaluated } > 1)
    }

    @Test("a vault with nothing in it has shown nothing")
    func empty() {
        var facts = Sample.perfect()
        facts.tools = []
        facts.servers = .known([])
        facts.grants = .known([])
        facts.secrets = .known([])
        let review = Review(facts)
        #expect(review.score.value <= 40)
        #expect(review.figures.auditCoverage.value?.percent == nil)
        #expect(review.checks.first { $0.id == "approval-critical" }?.outcome == .notEvaluated)
    }

    @Test("whatever is broken: points add up, mending helps, not knowing does not, what is harmless changes nothing")
    func properties() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("ScoreTests.properties seed \(seed)")
        var dice = Dice(state: seed)
        for _ in 0..<400 {
            let chosen = Breakage.all.filter { _ in Int.random(in: 0..<4, using: &dice) == 0 }
            func facts(_ breakages: [Breakage]) -> ReviewFacts {
                var facts = Sample.perfect()
                for breakage in breakages { breakage.apply(&facts) }
                return facts
            }
            let broken = facts(chosen)
            let review = Review(broken)
            #expect(review.findings.map(\.points).sum == review.score.lost)
            #expect(review.score.earned + review.score.lost + review.score.withheld == Points(100))
            #expect(review.score.parts.map(\.points).sum == Points(100))
            #expect(Set(review.findings.map(\.id)).count == review.findings.count)
            // Two that are broken by the same place (a definition, a server) are mended together.
            for index in chosen.indices {
                var others = chosen
                others.remove(at: index)
                #expect(Review(facts(others)).score.earned >= review.score.earned, "mended \(chosen[index]), \(seed)")
            }
            if let unknown = Breakage.unknowns.randomElement(using: &dice) {
                var less = broken
                unknown.apply(&less)
                #expect(Review(less).score.earned <= review.score.earned, "unknown \(unknown), seed \(seed)")
            }
            var more = broken
            more.tools.append(Sample.tool("shop/another", .sideEffect))
            more.grants.change { $0.append(Sample.grant("shop/another", "shop/another")) }
            more.secrets.change { $0.append(Sample.secret("shop/another")) }
            let grown = Review(more)
            let before = Dictionary(uniqueKeysWithValues: review.findings.map { ($0.id, $0.points) })
            #expect(grown.findings.allSatisfy { $0.points == before[$0.id] })
        }
    }

    @Test("a hundred harmless tools do not make a refund without approval cheaper")
    func noDilution() throws {
        var facts = Sample.perfect()
        facts.tools[2].approval = .known(.waived)
        let alone = try #require(Review(facts).finding("approval-critical:shop/refund")).points
        facts.tools += (0..<100).map { Sample.tool("shop/read_\($0)") }
        #expect(Review(facts).finding("approval-critical:shop/refund")?.points == alone)
    }

    @Test("findings of one check never cost more than it can earn, and like ones cost alike to a thousandth")
    func price() {
        for count in 1...200 {
            let prices = Price.of(Array(repeating: .medium, count: count), in: Points(5))
            #expect(prices.sum <= Points(5))
            let spread = (prices.max() ?? .zero) - (prices.min() ?? .zero)
            #expect(spread <= Points(thousandths: 1))
        }
        #expect(Price.of([.critical], in: Points(10)) == [Points(6)])
        #expect(Price.of([], in: Points(10)) == [])
    }
}
