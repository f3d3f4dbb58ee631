import Dispatch
import Locking
import Testing
import WarderTesting

@testable import WarderHTTP

@Suite struct UsageLimiterTests {
    private let start = ContinuousClock.now

    @Test("a burst, and then as many a second as are refilled")
    func refill() {
        let limiter = UsageLimiter(perSecond: 10, burst: 5)
        for _ in 0..<5 { #expect(limiter.take(1, at: start)) }
        #expect(!limiter.take(1, at: start))
        #expect(!limiter.take(1, at: start + .milliseconds(99)))
        #expect(limiter.take(1, at: start + .milliseconds(101)))
        #expect(!limiter.take(1, at: start + .milliseconds(102)))
        #expect(limiter.take(1, at: start + .milliseconds(202)))
    }

    @Test("what was not used for long is no more than a burst")
    func cap() {
        let limiter = UsageLimiter(perSecond: 10, burst: 5)
        let later = start + .seconds(3600)
        #expect(limiter.take(1, at: start))
        for _ in 0..<5 { #expect(limiter.take(1, at: later)) }
        #expect(!limiter.take(1, at: later))
    }

    @Test("each user has a bucket of their own")
    func users() {
        let limiter = UsageLimiter(perSecond: 1, burst: 1)
        #expect(limiter.take(1, at: start))
        #expect(!limiter.take(1, at: start))
        #expect(limiter.take(2, at: start))
    }

    @Test("moments that come out of order refill nothing twice")
    func outOfOrder() {
        let limiter = UsageLimiter(perSecond: 1, burst: 10)
        for _ in 0..<10 { #expect(limiter.take(1, at: start + .seconds(5))) }
        #expect(!limiter.take(1, at: start))
        #expect(!limiter.take(1, at: start + .seconds(5)))
        #expect(limiter.take(1, at: start + .seconds(6)))
        #expect(!limiter.take(1, at: start + .seconds(6)))
    }

    @Test("whoever is turned away does not have to wait longer for it")
    func noPenalty() {
        let limiter = UsageLimiter(perSecond: 1, burst: 1)
        #expect(limiter.take(1, at: start))
        for step in 1..<100 { #expect(!limiter.take(1, at: start + .milliseconds(step * 9))) }
        #expect(limiter.take(1, at: start + .milliseconds(1001)))
    }

    @Test("no more get through together than one after the other")
    func together() {
        let limiter = UsageLimiter(perSecond: 1, burst: 50)
        let through = Locked(0)
        let now = start
        DispatchQueue.concurrentPerform(iterations: 500) { _ in
            if limiter.take(1, at: now) { through.withLock { $0 += 1 } }
        }
        #expect(through.withLock { $0 } == 50)
    }

    @Test("in any sequence of moments no more pass than the burst and the refill")
    func bound() {
        var numbers = SeededNumbers()
        for _ in 0..<50 {
            let perSecond = Int.random(in: 1...100, using: &numbers)
            let burst = Int.random(in: 1...100, using: &numbers)
            let limiter = UsageLimiter(perSecond: perSecond, burst: burst)
            var now = start
            var through = 0
            for _ in 0..<300 {
                now += .milliseconds(Int.random(in: 0...40, using: &numbers))
                if limiter.take(1, at: now) { through += 1 }
            }
            let seconds = Double(start.duration(to: now).components.seconds) + 1
            #expect(Double(through) <= Double(burst) + seconds * Double(perSecond), "seed \(numbers.seed)")
        }
    }

    @Test("who has not asked for a minute is forgotten, and no worse off")
    func idle() {
        let limiter = UsageLimiter(perSecond: 1, burst: 2)
        #expect(limiter.take(1, at: start))
        #expect(limiter.take(1, at: start))
        limiter.forgetIdle(at: start + .seconds(59))
        #expect(!limiter.take(1, at: start))
        limiter.forgetIdle(at: start + .seconds(60))
        #expect(limiter.take(1, at: start + .seconds(60)))
        #expect(limiter.take(1, at: start + .seconds(60)))
        #expect(!limiter.take(1, at: start + .seconds(60)))
    }
}
