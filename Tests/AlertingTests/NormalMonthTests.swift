import Alerting
import Testing
import WarderModel
import WarderTesting

/// Who cries wolf is not heard.
@Suite("A normal month")
struct NormalMonthTests {
    private static func traffic() throws -> Traffic {
        var traffic = try Traffic()
        traffic.settings = [.offHours: AlertSettings(hours: Traffic.hours)]
        return traffic
    }

    @Test("raises nothing, weekends and nights, deploys, restarts, rotations and strangers included", arguments: 0..<3)
    func silent(_: Int) throws {
        var traffic = try Self.traffic()
        let seed = traffic.numbers.seed
        try traffic.normal(days: 0..<31)
        #expect(traffic.found.isEmpty, "seed \(seed): \(traffic.found.first.map { $0.finding.text } ?? "")")
        #expect(traffic.sequence > 100_000)
    }

    @Test("with one misuse each of hours, of a decoy and by strangers raises these three")
    func misused() throws {
        var traffic = try Self.traffic()
        let site = traffic.sites[1]
        let hour: Int64 = 3_600_000
        try traffic.normal(
            days: 0..<31,
            and: [
                (9 * Traffic.day + 3 * hour + hour / 2, .issue(site)),
                (16 * Traffic.day + 11 * hour, .decoyResolve(site)),
                (23 * Traffic.day + 2 * hour, .strangers(uid: 4000, requests: 20)),
            ]
        )
        let seed = traffic.numbers.seed
        #expect(traffic.found.map(\.finding.rule) == [.offHours, .honeytoken, .unknownPeers], "seed \(seed)")
        #expect(traffic.found.map { $0.uptime / Traffic.day } == [9, 16, 23], "seed \(seed)")
    }

    @Test("in its fourth week, each rule still sees what it looks for")
    func awake() throws {
        var traffic = try Self.traffic()
        let site = traffic.sites[1]
        try traffic.normal(days: 0..<24)
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
        traffic.settings = [.offHours: AlertSettings(hours: "06:00-12:00 UTC")]
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
