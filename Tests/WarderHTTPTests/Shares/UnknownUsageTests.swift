import Testing
import WarderCore
import WarderModel

@testable import WarderHTTP

@Suite struct UnknownUsageTests {
    @Test("strangers are counted by user and kind, and counted anew after that")
    func counts() {
        let usage = UnknownUsage()
        for _ in 0..<3 { usage.add(.unknown, uid: 5) }
        usage.add(.limited, uid: 5)
        usage.add(.unknown, uid: 6)
        #expect(
            Set(usage.take()) == [
                TurnedAway(kind: .limited, uid: 5, requests: 1), TurnedAway(kind: .unknown, uid: 5, requests: 3),
                TurnedAway(kind: .unknown, uid: 6, requests: 1),
            ]
        )
        #expect(usage.take().isEmpty)
    }

    @Test("a count that is brought back goes on where it was")
    func broughtBack() {
        let usage = UnknownUsage()
        for _ in 0..<3 { usage.add(.unknown, uid: 5) }
        let taken = usage.take()
        usage.add(.unknown, uid: 5)
        for one in taken { usage.add(one) }
        #expect(usage.take() == [TurnedAway(kind: .unknown, uid: 5, requests: 4)])
    }

    @Test("however many users there are, the list is short and no request is forgotten")
    func manyUsers() {
        let usage = UnknownUsage()
        for uid in 0..<10_000 { usage.add(.unknown, uid: UInt32(uid)) }
        for uid in 0..<10_000 { usage.add(.limited, uid: UInt32(uid)) }
        let counts = usage.take()
        #expect(counts.count <= 66)
        #expect(counts.reduce(0) { $0 + $1.requests } == 20_000)
        #expect(counts.contains { $0.uid == nil && $0.kind == .unknown })
        #expect(counts.contains { $0.uid == nil && $0.kind == .limited })
    }

    @Test("however many users there are, each server is counted apart")
    func servers() throws {
        let usage = UnknownUsage()
        let notes = try ServerName("notes")
        for uid in 0..<1000 { usage.add(.malformed, uid: UInt32(uid)) }
        for uid in 0..<1000 { usage.add(.malformed, uid: UInt32(uid), server: notes) }
        let counts = usage.take()
        #expect(counts.count <= 66)
        #expect(counts.filter { $0.server == notes }.reduce(0) { $0 + $1.requests } == 1000)
    }

    @Test("all strangers together have one small share")
    func share() {
        let usage = UnknownUsage()
        let start = ContinuousClock.now
        #expect((0..<100).filter { _ in usage.take(at: start) }.count == 40)
        #expect((0..<100).filter { _ in usage.take(at: start + .seconds(1)) }.count == 20)
    }
}
