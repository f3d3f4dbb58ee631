import Testing
import WarderModel
import WarderTesting

@testable import Alerting

/// What each rule finds, and what somebody tries so that it does not.
@Suite("Rules")
struct RuleTests {
    private func traffic(learned: Bool = false) throws -> Traffic {
        var traffic = try Traffic(SeededNumbers(seed: 7))
        if learned { try traffic.normal(days: 0..<8) }
        traffic.found = []
        return traffic
    }

    // MARK: Spikes

    @Test("a spike is found once in its window, and says what was usual")
    func spike() throws {
        var traffic = try traffic(learned: true)
        let now = 8 * Traffic.day + Traffic.minute
        for step in 0..<2000 as Range<Int64> { traffic.see(.tokenIssue, at: now + step, traffic.sites[1]) }
        #expect(traffic.found.map(\.finding.rule) == [.spike])
        let finding = try #require(traffic.found.first?.finding)
        #expect(finding.subject == .server(traffic.sites[1].name))
        let usual = try #require(finding.facts["usual"].flatMap { Int($0) })
        #expect(finding.facts["limit"] == String(max(Int(HabitRule.floor), 3 * usual)))
    }

    @Test("values count as tokens do: one token that opens many, and none at all", arguments: [1, 2000])
    func values(secrets: Int) throws {
        var traffic = try traffic(learned: true)
        traffic.lookout.configure([.manySecrets: AlertSettings(isOn: false)])
        let site = traffic.sites[1]
        let now = 8 * Traffic.day + Traffic.minute
        traffic.see(.tokenIssue, at: now, site)
        for step in 0..<2000 as Range<Int64> {
            let secret = try SecretName("app/s\(Int(step) % secrets)")
            traffic.see(.secretResolve, at: now + step, site, secret: secret)
        }
        #expect(traffic.found.map(\.finding.rule) == [.spike])
    }

    @Test("what lies across the border of two windows is one spike")
    func border() throws {
        var traffic = try traffic(learned: true)
        let site = traffic.sites[0]
        let most = traffic.lookout.takeHabits(at: 8 * Traffic.day)[site.name]?.most ?? 0
        let limit = Int64(max(HabitRule.floor, 3 * most))
        let border = 8 * Traffic.day + 600_000
        for step in 0..<(limit * 9 / 10) { traffic.see(.tokenIssue, at: border - 1 - step, site) }
        for step in 0..<(limit * 9 / 10) { traffic.see(.tokenIssue, at: border + step, site) }
        #expect(traffic.found.map(\.finding.rule) == [.spike])
    }

    @Test("nobody can raise within a day what they are held against")
    func boilingFrog() throws {
        var traffic = try traffic(learned: true)
        var spiked = false
        var size = 60
        for window in 0..<20 as Range<Int64> {
            size = size * 5 / 4
            for step in 0..<size {
                traffic.see(.tokenIssue, at: 8 * Traffic.day + window * 600_000 + Int64(step), traffic.sites[0])
            }
            spiked = spiked || traffic.found.contains { $0.finding.rule == .spike }
        }
        #expect(spiked)
    }

    @Test("while it is being learned nothing is a spike, and what was learned survives a restart")
    func learning() throws {
        var traffic = try traffic()
        for step in 0..<2000 as Range<Int64> { traffic.see(.tokenIssue, at: step, traffic.sites[1]) }
        #expect(traffic.found.isEmpty)
        var learned = try self.traffic(learned: true)
        let habits = learned.lookout.takeHabits(at: 8 * Traffic.day)
        #expect(habits.count == learned.sites.count)
        learned.lookout = Lookout(habits, at: 5)
        for step in 0..<2000 as Range<Int64> { learned.see(.tokenIssue, at: 6 + step, learned.sites[1]) }
        #expect(learned.found.map(\.finding.rule) == [.spike])
    }

    // MARK: Looks

    @Test("a new look is found once it is known how a server looks, each once")
    func looks() throws {
        var traffic = try traffic(learned: true)
        let site = traffic.sites[0]
        let now = 8 * Traffic.day + 1
        for unit in ["a.service", "b.service", "a.service"] {
            traffic.see(.tokenIssue, at: now, site, peer: .synthetic(uid: site.peer.uid, unit: unit))
        }
        #expect(traffic.found.map(\.finding.facts["unit"]) == ["a.service", "b.service"])
        // A person said anew how it is recognised.
        traffic.see(.serverUpdate, at: now, site)
        traffic.see(.tokenIssue, at: now, site, peer: .synthetic(uid: site.peer.uid, unit: "c.service"))
        #expect(traffic.found.count == 2)
    }

    @Test("a login is the same look as the one before, and so is anything that systemd only counts")
    func scopes() throws {
        var traffic = try traffic()
        traffic.lookout.configure([.spike: AlertSettings(isOn: false)])
        let site = traffic.sites[0]
        func see(_ unit: String, at uptime: Int64) {
            traffic.see(.tokenIssue, at: uptime, site, peer: .synthetic(uid: site.peer.uid, unit: unit))
        }
        let hash = "docker-" + String(repeating: "0af", count: 21) + "1.scope"
        for day in 0..<8 as Range<Int64> {
            for unit in ["session-3.scope", "run-u4.scope", hash] { see(unit, at: day * Traffic.day) }
        }
        traffic.found = []
        for number in 0..<50 {
            see("session-c\(number).scope", at: 8 * Traffic.day)
            see("session-\(number).scope", at: 8 * Traffic.day)
            see("run-u\(number).scope", at: 8 * Traffic.day)
            see("docker-" + String(repeating: "7\(number)e", count: 16) + ".scope", at: 8 * Traffic.day)
        }
        #expect(traffic.found.isEmpty)
        // People give services their names.
        see("backup-2.service", at: 8 * Traffic.day)
        see("evil.scope", at: 8 * Traffic.day)
        #expect(traffic.found.count == 2)
    }

    @Test("however many looks there were, each new one is found once, and what is in use is not forgotten")
    func manyLooks() throws {
        var traffic = try traffic(learned: true)
        traffic.lookout.configure([.spike: AlertSettings(isOn: false)])
        let site = traffic.sites[0]
        let now = 8 * Traffic.day
        for index in 0..<(3 * ServerHabit.maximumLooks) {
            traffic.see(.tokenIssue, at: now, site, peer: .synthetic(uid: site.peer.uid, unit: "u\(index).service"))
            traffic.see(.tokenIssue, at: now, site)
        }
        #expect(traffic.found.count == 3 * ServerHabit.maximumLooks)
        #expect(traffic.lookout.takeHabits(at: now)[site.name]?.looks.count == ServerHabit.maximumLooks)
    }

    @Test("that the vault begins to read executables is no look; another executable is")
    func executables() throws {
        var traffic = try traffic(learned: true)
        let site = traffic.sites[0]
        let now = 8 * Traffic.day
        for path in [nil, "/srv/a", "/srv/a", nil, "/srv/b", "/srv/b", nil] {
            var peer = site.peer
            peer.executable = path.map { Peer.Executable(path: $0, device: 1, inode: 2, sha256: nil) }
            traffic.see(.tokenIssue, at: now, site, peer: peer)
        }
        #expect(traffic.found.map(\.finding.facts["executable"]) == ["/srv/b"])
    }

    @Test("names that could drive a terminal arrive tamed")
    func hostileNames() throws {
        var traffic = try traffic(learned: true)
        let site = traffic.sites[0]
        let unit = "x\u{1b}[31m\u{202e}\n$(reboot).service"
        traffic.see(.tokenIssue, at: 8 * Traffic.day, site, peer: .synthetic(uid: site.peer.uid, unit: unit))
        let finding = try #require(traffic.found.first?.finding)
        for text in [finding.text] + finding.facts.values {
            let isPlain = (try? PlainText(text)) != nil
            #expect(isPlain, "\(text.debugDescription)")
        }
    }

    @Test("who asks in the name of a server is held to account, and the server is not")
    func impersonation() throws {
        var traffic = try traffic()
        for step in 0..<20 as Range<Int64> {
            traffic.see(
                .tokenIssue,
                at: step,
                traffic.sites[0],
                peer: .synthetic(uid: 4000),
                refused: .toolOfAnotherServer,
                standing: .other
            )
        }
        #expect(!traffic.found.isEmpty)
        #expect(traffic.found.allSatisfy { $0.finding.subject == .user(4000) })
        #expect(Set(traffic.found.map(\.finding.rule)) == [.unexpectedPeer, .refusals])
    }

    // MARK: Counting

    @Test(
        "slowly enough is not a burst, and faster is",
        arguments: [(29_000, true), (36_000, false)] as [(Int64, Bool)]
    )
    func refusals(pause: Int64, isFound: Bool) throws {
        var traffic = try traffic()
        for step in 0..<40 as Range<Int64> {
            traffic.see(.secretResolve, at: step * pause, traffic.sites[0], refused: .fieldNotGranted)
        }
        #expect(traffic.found.isEmpty == !isFound)
    }

    @Test("what clients meet in their daily work is no refusal that counts")
    func daily() throws {
        var traffic = try traffic()
        for reason in [Refusal.tokenExpired, .tokenExhausted, .approvalRequired, .sealed, .presenceRequired] {
            for step in 0..<100 as Range<Int64> {
                traffic.see(.secretResolve, at: step, traffic.sites[0], refused: reason)
            }
        }
        #expect(traffic.found.isEmpty)
    }

    @Test("what was only counted counts as often as it happened")
    func counted() throws {
        var traffic = try traffic()
        traffic.see(.tokenLimited, at: 0, traffic.sites[0], changes: ["risk=critical", "requests=5000"])
        traffic.see(.peerRefused, at: 0, changes: ["uid=1001", "requests=18446744073709551615"])
        traffic.see(.peerRefused, at: 1, changes: ["uid=1001", "requests=18446744073709551615"])
        #expect(Set(traffic.found.map(\.finding.subject)) == [.server(traffic.sites[0].name), .user(1001)])
    }

    @Test("requests that could not be understood are held against the server that sent them, or else against the user")
    func malformed() throws {
        var traffic = try traffic()
        traffic.see(.peerMalformed, at: 0, traffic.sites[0], changes: ["uid=2001", "requests=9"])
        traffic.see(.peerMalformed, at: 0, changes: ["uid=1001", "requests=9"])
        #expect(traffic.found.isEmpty)
        traffic.see(.peerMalformed, at: 1, traffic.sites[0], changes: ["uid=2001", "requests=1"])
        traffic.see(.peerMalformed, at: 1, changes: ["uid=1001", "requests=1"])
        traffic.see(.peerMalformed, at: 2, changes: ["uid=several", "requests=10"])
        #expect(traffic.found.map(\.finding.rule) == [.refusals, .refusals, .refusals])
        #expect(traffic.found.map(\.finding.subject) == [.server(traffic.sites[0].name), .user(1001), .severalUsers])
    }

    @Test("one secret read often is not many, and many read slowly are not either")
    func manySecrets() throws {
        var traffic = try traffic()
        let site = traffic.sites[0]
        for step in 0..<500 as Range<Int64> {
            traffic.see(.secretResolve, at: step, site, secret: try SecretName("app/one"))
        }
        for index in 0..<50 {
            traffic.see(
                .secretResolve,
                at: 100_000 + Int64(index) * 7000,
                site,
                secret: try SecretName("app/s\(index)")
            )
        }
        #expect(traffic.found.isEmpty)
        for index in 0..<10 {
            traffic.see(.secretResolve, at: 900_000 + Int64(index), site, secret: try SecretName("app/s\(index)"))
        }
        #expect(traffic.found.map(\.finding.rule) == [.manySecrets])
    }

    @Test("a decoy is found whatever the answer was, and a listing is none")
    func honeytoken() throws {
        var traffic = try traffic()
        let decoy = try SecretName("decoy/aws")
        traffic.see(
            .secretResolve,
            at: 0,
            peer: .synthetic(uid: 4000),
            secret: decoy,
            refused: .tokenUnknown,
            isDecoy: true
        )
        traffic.see(.secretReveal, at: 1, peer: .synthetic(uid: 1000), secret: decoy, isDecoy: true)
        traffic.see(.secretShow, at: 2, peer: .synthetic(uid: 1000), secret: decoy, isDecoy: true)
        traffic.see(.secretPut, at: 3, peer: .synthetic(uid: 1000), secret: decoy, isDecoy: true)
        #expect(traffic.found.map(\.finding.subject) == [.user(4000), .user(1000)])
    }

    @Test("hours are those of their time zone, over midnight too")
    func offHours() throws {
        var traffic = try traffic()
        traffic.lookout.configure([.offHours: AlertSettings(hours: "22:00-06:00 Europe/Berlin")])
        let site = traffic.sites[0]
        // 20:59 and 21:00 in UTC are 21:59 and 22:00 in Berlin's winter.
        traffic.see(.tokenIssue, at: 20 * 3_600_000 + 59 * 60_000, site)
        #expect(traffic.found.map(\.finding.rule) == [.offHours])
        traffic.see(.tokenIssue, at: 21 * 3_600_000, site)
        traffic.see(.tokenIssue, at: Traffic.day + 4 * 3_600_000, site)
        #expect(traffic.found.count == 1)
    }

    @Test("a rule that is off finds nothing")
    func off() throws {
        var traffic = try traffic()
        traffic.lookout.configure(
            Dictionary(uniqueKeysWithValues: AlertRule.allCases.map { ($0, AlertSettings(isOn: false)) })
        )
        for step in 0..<100 as Range<Int64> {
            traffic.see(.tokenIssue, at: step, traffic.sites[0], refused: .grantMissing)
            traffic.see(.peerUnknown, at: step, changes: ["uid=1", "requests=99"])
            traffic.see(.secretResolve, at: step, traffic.sites[0], secret: try SecretName("d"), isDecoy: true)
        }
        #expect(traffic.found.isEmpty)
    }

    // MARK: Memory

    @Test("a million users are held in bounded memory, make one alert together, and hide nobody's noise")
    func flood() throws {
        var traffic = try traffic()
        let site = traffic.sites[0]
        for step in 0..<9 as Range<Int64> { traffic.see(.tokenIssue, at: step, site, refused: .grantMissing) }
        for uid in 0..<1_000_000 as Range<UInt32> {
            traffic.see(.peerRefused, at: 100 + Int64(uid / 5000), changes: ["uid=\(uid)", "requests=1"])
        }
        #expect(traffic.lookout.subjects <= 2 * (CountedRule.maximumUsers + CountedRule.maximumServers))
        #expect(traffic.found.allSatisfy { $0.finding.subject == .severalUsers })
        #expect(!traffic.found.isEmpty)
        // The server that was at nine is still there.
        traffic.found = []
        traffic.see(.tokenIssue, at: 400, site, refused: .grantMissing)
        #expect(traffic.found.map(\.finding.subject) == [.server(site.name)])
    }

    @Test("a server that reads a million secrets is found again and again, in bounded memory")
    func manyNames() throws {
        var traffic = try traffic()
        traffic.lookout.configure([.manySecrets: AlertSettings(threshold: 1_000_000, seconds: 86_400)])
        for index in 0..<2000 {
            traffic.see(.secretResolve, at: Int64(index), traffic.sites[0], secret: try SecretName("s/\(index)"))
        }
        #expect(traffic.found.count == 2000 / ManySecretsRule.maximumSecrets)
    }

    @Test("a clock that goes back breaks nothing")
    func clock() throws {
        var traffic = try traffic(learned: true)
        for uptime in [8 * Traffic.day, 0, .max / 2, 5, 4] as [Int64] {
            for step in 0..<9 as Range<Int64> {
                traffic.see(.tokenIssue, at: uptime + step, traffic.sites[0], refused: .grantMissing)
            }
        }
        for step in 0..<12 as Range<Int64> {
            traffic.see(.tokenIssue, at: 100 + step, traffic.sites[0], refused: .grantMissing)
        }
        #expect(traffic.found.contains { $0.finding.rule == .refusals })
    }

    @Test(
        "what is no subject is not read as one",
        arguments: [
            "", "server", "server:", "server:UPPER", "server:a/b", "uid:", "uid:-1", "uid:+1", "uid:01",
            "uid:4294967296",
            "uid:several2", "secret:", "secret:a b", "user:1", "server:a\u{1b}", " server:a", "SERVER:a",
        ]
    )
    func noSubject(text: String) { #expect(AlertSubject(text) == nil) }

    @Test("a subject is written as it is read", arguments: ["server:a", "uid:0", "uid:several", "secret:a/b"])
    func subjects(text: String) { #expect(AlertSubject(text)?.description == text) }
}
