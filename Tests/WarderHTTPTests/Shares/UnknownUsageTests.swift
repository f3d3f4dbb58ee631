import Testing

@testable import WarderHTTP

@Suite struct UnknownUsageTests {
    @Test("strangers are counted by user and kind, and counted anew after that")
    func counts() {
        let usage = UnknownUsage()
        for _ in 0..<3 { usage.add(.unknown, uid: 5) }
        usage.add(.limited, uid: 5)
        usage.add(.unknown, uid: 6)
        let counts = usage.takeCounts().map { "\($0.count.kind.rawValue) \($0.count.uid) \($0.requests)" }
        #expect(counts.sorted() == ["limited 5 1", "unknown 5 3", "unknown 6 1"])
        #expect(usage.takeCounts().isEmpty)
    }

    @Test("however many users there are, the list is short and no request is forgotten")
    func manyUsers() {
        let usage = UnknownUsage()
        for uid in 0..<10_000 { usage.add(.unknown, uid: UInt32(uid)) }
        for uid in 0..<10_000 { usage.add(.limited, uid: UInt32(uid)) }
        let counts = usage.takeCounts()
        #expect(counts.count <= 66)
        #expect(counts.reduce(0) { $0 + $1.requests } == 20_000)
        #expect(counts.contains { $0.count.uid == .max && $0.count.kind == .unknown })
        #expect(counts.contains { $0.count.uid == .max && $0.count.kind == .limited })
    }

    @Test("all strangers together have one small share")
    func share() {
        let usage = UnknownUsage()
        let start = ContinuousClock.now
        #expect((0..<100).filter { _ in usage.take(at: start) }.count == 40)
        #expect((0..<100).filter { _ in usage.take(at: start + .seconds(1)) }.count == 20)
    }
}
