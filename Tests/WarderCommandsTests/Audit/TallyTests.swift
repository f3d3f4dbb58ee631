import Testing
import WarderModel

@testable import WarderCommands

@Suite("Tallies")
struct TallyTests {
    @Test("beyond the limit all others are counted together, and nothing is forgotten")
    func bounded() {
        var tally = Tally<Int, Int>(limit: 3, 0)
        for key in 0..<10 { tally.add(key) { $0 += 1 } }
        tally.add(1) { $0 += 1 }
        #expect(tally.counts == [0: 1, 1: 2, 2: 1])
        #expect(tally.others == 7)
    }

    @Test("a peer that thinks of a new person for each request fills no memory")
    func peerChosen() throws {
        var readings = Readings(of: try SecretName("github/pat"))
        var event = SampleEvent.full(.secretResolve)
        for number in 0..<10_050 {
            event["on_behalf_of"] = "person \(number)"
            readings.take(try SampleEvent.parsed(event))
        }
        #expect(readings.report.readers.count == 10_000 && readings.report.others == 50)
    }
}
