import Testing

@testable import WarderCore

struct PaceTests {
    @Test
    func `A work at this pace has at most a fifth of its time`() {
        let clock = ContinuousClock()
        let pace = Pace(share: Pace.writing)
        var worked = Duration.zero
        let all = clock.measure {
            for _ in 0..<20 {
                let end = clock.now + .microseconds(300)
                // Where the machine held the work up for longer, it has not worked all that time.
                worked += min(clock.measure { while clock.now < end {} }, .milliseconds(3))
                pace.rest()
            }
        }
        #expect(all >= worked * 5, "\(worked) of \(all)")
    }

    @Test
    func `A work that has hardly begun does not rest`() {
        let clock = ContinuousClock()
        let times = (0..<50).map { _ in clock.measure { Pace(share: Pace.writing).rest() } }
        // Shorter than any rest, unless the machine took the processor away each time.
        #expect((times.min() ?? .zero) < .microseconds(200), "\(times)")
    }
}
