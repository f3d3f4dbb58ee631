import Testing

@testable import WarderClient

/// When a vault that does not answer is asked again, and when that is said.
@Suite("Outages of followers")
struct OutageClockTests {
    @Test("pauses grow to half a minute, and none is as short as nothing")
    func pauses() {
        var outage = Outage(maxStale: .seconds(100_000))
        var now = Duration.zero
        var pauses: [Duration] = []
        for _ in 0..<12 {
            guard let pause = outage.next(at: now, jitter: 1, nil) else { break }
            pauses.append(pause)
            now += pause
        }
        #expect(
            pauses.prefix(7) == [
                .milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(16), .seconds(30),
            ]
        )
        #expect(pauses.dropFirst(7).allSatisfy { $0 == .seconds(30) } && pauses.count == 12)
        var least = Outage(maxStale: .seconds(100_000))
        #expect(least.next(at: .zero, jitter: 0, nil) == .milliseconds(250))
        #expect(least.next(at: .zero, jitter: 0, .seconds(5)) == .seconds(5), "as long as the vault asks for")
    }

    @Test("what is known counts as stale after the time that was given, and that is said once")
    func stale() {
        var outage = Outage(maxStale: .seconds(10))
        #expect(outage.next(at: .seconds(100), jitter: 1, nil) == .milliseconds(500))
        #expect(outage.next(at: .seconds(109), jitter: 1, nil) == .seconds(1), "not beyond the end of the time")
        #expect(outage.next(at: .seconds(109.5), jitter: 1, nil) == .milliseconds(500))
        #expect(!outage.isTold)
        #expect(outage.next(at: .seconds(110), jitter: 1, nil) == nil)
        #expect(outage.isTold)
        #expect(outage.next(at: .seconds(111), jitter: 1, nil) != nil)
        outage.end()
        #expect(!outage.isTold)
        #expect(outage.next(at: .seconds(200), jitter: 1, nil) == .milliseconds(500), "another outage")
    }

    @Test("without any time it is said at once")
    func noTime() {
        for time in [Duration.zero, .seconds(-5)] {
            var outage = Outage(maxStale: time)
            #expect(outage.next(at: .zero, jitter: 1, nil) == nil)
        }
    }
}
