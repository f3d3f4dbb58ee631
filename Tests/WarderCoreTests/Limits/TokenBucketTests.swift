import Testing
import WarderTesting

@testable import WarderCore

/// What a limit lets through, whenever somebody asks.
@Suite("Buckets of limits")
struct TokenBucketTests {
    private static let limits: [UInt32] = [1, 2, 7, 10, 100, 500, 999_999, 1_000_000]

    @Test("as many at once as the limit says, and then evenly", arguments: [1, 7, 10, 500] as [UInt32])
    func evenly(limit: UInt32) {
        var bucket = TokenBucket(perMinute: limit, at: 0)
        for _ in 0..<limit { #expect(bucket.take(perMinute: limit, at: 0) == true) }
        #expect(bucket.take(perMinute: limit, at: 0) == false)
        let next = (60_000 + Int64(limit) - 1) / Int64(limit)
        #expect(bucket.wait(perMinute: limit, at: 0) == (next + 999) / 1000)
        #expect(bucket.take(perMinute: limit, at: next - 1) == false)
        #expect(bucket.take(perMinute: limit, at: next) == true)
        #expect(bucket.take(perMinute: limit, at: next) == false)
    }

    @Test("no minute has more than twice the limit, and no time more than its share and one bucket")
    func bounded() {
        var numbers = SeededNumbers()
        for _ in 0..<200 {
            let limit = UInt32.random(in: 1...50, using: &numbers)
            var bucket = TokenBucket(perMinute: limit, at: 0)
            var taken: [Int64] = []
            var now: Int64 = 0
            for _ in 0..<1000 {
                now += Int64.random(in: 0...(Bool.random(using: &numbers) ? 20 : 5000), using: &numbers)
                if bucket.take(perMinute: limit, at: now) { taken.append(now) }
            }
            for start in taken.indices {
                let minute = taken[start...].prefix { $0 < taken[start] + 60_000 }.count
                #expect(minute <= 2 * Int(limit))
            }
            #expect(taken.count <= Int(limit) + Int(now * Int64(limit) / 60_000))
        }
    }

    @Test("a clock that goes back or far ahead gives nothing that is not due", arguments: Self.limits)
    func clock(limit: UInt32) {
        var bucket = TokenBucket(perMinute: limit, at: 1_000_000)
        var taken = 0
        for _ in 0..<10 {
            if bucket.take(perMinute: limit, at: .max) { taken += 1 }
            if bucket.take(perMinute: limit, at: 0) { taken += 1 }
        }
        #expect(taken <= 20)
        var emptied = TokenBucket(perMinute: 1, at: 5000)
        #expect(emptied.take(perMinute: 1, at: 5000) == true)
        #expect(emptied.take(perMinute: 1, at: 0) == false)
        #expect(emptied.take(perMinute: 1, at: 64_999) == false)
        #expect(emptied.take(perMinute: 1, at: 65_000) == true)
    }

    @Test("a limit that is lowered holds at once, and one that is raised gives no more than time brings")
    func changed() {
        var bucket = TokenBucket(perMinute: 100, at: 0)
        #expect(bucket.take(perMinute: 2, at: 0) == true)
        #expect(bucket.take(perMinute: 2, at: 0) == true)
        #expect(bucket.take(perMinute: 2, at: 0) == false)
        #expect(bucket.take(perMinute: 100, at: 0) == false)
        #expect(bucket.take(perMinute: 100, at: 600) == true)
    }

    @Test("the same time twice gives its share once")
    func thereAndBack() {
        var bucket = TokenBucket(perMinute: 60, at: 100_000)
        for _ in 0..<60 { #expect(bucket.take(perMinute: 60, at: 100_000) == true) }
        #expect(bucket.take(perMinute: 60, at: 40_000) == false)
        #expect(bucket.take(perMinute: 60, at: 100_000) == false)
    }
}
