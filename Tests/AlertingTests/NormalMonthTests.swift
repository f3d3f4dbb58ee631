import Alerting
import Testing
import WarderModel
import WarderTesting

/// Who cries wolf is not heard.
@Suite("A normal month")
struct NormalMonthTests {
    @Test("raises nothing, weekends and nights, deploys, restarts and rotations included", arguments: 0..<3)
    func silent(_: Int) throws {
        var traffic = try Traffic()
        let seed = traffic.numbers.seed
        traffic.normal(days: 0..<31)
        #expect(traffic.found.isEmpty, "seed \(seed): \(traffic.found.first.map { $0.finding.text } ?? "")")
        #expect(traffic.sequence > 100_000)
    }

    @Test("in its fourth week, each rule still sees what it looks for")
    func awake() throws {
        var traffic = try Traffic()
        let site = traffic.sites[1]
        traffic.normal(days: 0..<24)
        try #require(traffic.found.isEmpty, "seed \(traffic.numbers.seed)")
        var now = 24 * Traffic.day + 12 * 3_600_000
        var rules: [AlertRule] = []
        func take() {
            rules.append(contentsOf: traffic.found.map(\.finding.rule))
            traffic.found = []
        }
        for step in 0..<400 as Range<Int64> { traffic.see(.tokenIssue, at: now + step * 100, site) }
        take()
        now += 3_600_000
        for index in 0..<12 {
            traffic.see(.secretResolve, at: now + Int64(index), site, secret: try SecretName("loot/s\(index)"))
        }
        take()
        now += 3_600_000
        for step in 0..<12 as Range<Int64> { traffic.see(.tokenIssue, at: now + step, site, refused: .grantMissing) }
        take()
        traffic.see(.peerUnknown, at: now, changes: ["uid=4000", "requests=50"])
        take()
        traffic.see(.tokenIssue, at: now, site, peer: .synthetic(uid: 2002, pid: 2, unit: "evil.service"))
        take()
        traffic.see(.secretResolve, at: now, site, secret: try SecretName("decoy/aws"), isDecoy: true)
        take()
        traffic.lookout.configure([.offHours: AlertSettings(hours: "06:00-12:00 UTC")])
        traffic.see(.tokenIssue, at: now, site)
        take()
        #expect(
            rules == [
                .spike, .manySecrets, .refusals, .unknownPeers, .unexpectedPeer, .honeytoken, .offHours,
            ],
            "seed \(traffic.numbers.seed)"
        )
    }
}
