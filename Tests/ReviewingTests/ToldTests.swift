import Testing

@testable import Reviewing

/// That somebody is told takes more than a line in a configuration.
@Suite("Who is told")
struct ToldTests {
    private static func check(
        _ told: Fact<Instant?>,
        _ destinations: [String] = ["/usr/bin/tell"]
    ) throws -> CheckResult {
        var facts = Sample.perfect()
        facts.alerts.change { ($0.told, $0.destinations) = (told, destinations) }
        return try #require(Review(facts).checks.first { $0.id == "alerts" })
    }

    @Test("the points are earned by a notice of the last ninety days, and by nothing else")
    func evidence() throws {
        let fresh = try Self.check(.known(Sample.ago(90)))
        #expect(fresh.outcome == .passed && fresh.lost == .zero && fresh.withheld == .zero)
        for told in [.known(nil), .known(Sample.ago(91)), .notEvaluated("The log cannot be read.")] as [Fact<Instant?>]
        {
            let check = try Self.check(told)
            #expect(check.outcome == .notEvaluated && check.withheld == check.points, "\(told)")
        }
        #expect(try Self.check(.known(nil)).evidence.contains("ask for a decoy once"))
    }

    @Test("nobody to tell is a fault, whoever was told before")
    func nobody() throws {
        let check = try Self.check(.known(Sample.ago(1)), [])
        #expect(check.outcome == .failed && check.lost > .zero)
    }
}
