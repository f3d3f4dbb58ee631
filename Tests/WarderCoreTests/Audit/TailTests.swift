import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Following the log: one reading, however often it looks.
@Suite struct TailTests {
    private let clock = ManualClock()
    private let ledger = TailLedger()
    private let filter = EventFilter()

    private func caller(_ peer: Peer) -> Caller { Caller(door: .operator, peer: peer, requestID: "req_test") }

    @Test("a tail goes on for who began it, and while it is asked for")
    func goesOn() {
        let reader = caller(.synthetic())
        #expect(!ledger.goesOn(filter, after: 7, for: reader, at: clock.now()))
        ledger.begin(filter, after: 7, for: reader, at: clock.now())
        for _ in 0..<10 {
            clock.advance(seconds: 179)
            #expect(ledger.goesOn(filter, after: 7, for: reader, at: clock.now()))
        }
        clock.advance(seconds: 180)
        #expect(!ledger.goesOn(filter, after: 7, for: reader, at: clock.now()))
    }

    @Test("another process, another filter and nobody have not begun")
    func others() throws {
        ledger.begin(filter, after: 7, for: caller(.synthetic()), at: clock.now())
        #expect(!ledger.goesOn(filter, after: 7, for: caller(.synthetic(pid: 1)), at: clock.now()))
        #expect(!ledger.goesOn(filter, after: 7, for: caller(.synthetic(uid: 1)), at: clock.now()))
        let narrower = EventFilter(conditions: [try #require(.init(field: "type", value: "secret.put"))])
        #expect(!ledger.goesOn(narrower, after: 7, for: caller(.synthetic()), at: clock.now()))
        #expect(!ledger.goesOn(filter, after: 7, for: .vault(), at: clock.now()))
    }

    @Test("a tail goes forward only: what lies before it is another reading")
    func forward() {
        let reader = caller(.synthetic())
        ledger.begin(filter, after: 7, for: reader, at: clock.now())
        #expect(!ledger.goesOn(filter, after: 6, for: reader, at: clock.now()))
        #expect(ledger.goesOn(filter, after: 9, for: reader, at: clock.now()))
        #expect(!ledger.goesOn(filter, after: 8, for: reader, at: clock.now()))
        #expect(ledger.goesOn(filter, after: 9, for: reader, at: clock.now()))
    }

    @Test("sealing ends every tail")
    func sealed() {
        let reader = caller(.synthetic())
        ledger.begin(filter, after: 7, for: reader, at: clock.now())
        ledger.clear()
        #expect(!ledger.goesOn(filter, after: 7, for: reader, at: clock.now()))
    }

    @Test("there is room for 256 tails, and ended ones make room")
    func room() {
        for pid in 0..<300 { ledger.begin(filter, after: 7, for: caller(.synthetic(pid: Int32(pid))), at: clock.now()) }
        #expect(ledger.goesOn(filter, after: 7, for: caller(.synthetic(pid: 255)), at: clock.now()))
        #expect(!ledger.goesOn(filter, after: 7, for: caller(.synthetic(pid: 256)), at: clock.now()))
        clock.advance(seconds: 180)
        ledger.begin(filter, after: 7, for: caller(.synthetic(pid: 256)), at: clock.now())
        #expect(ledger.goesOn(filter, after: 7, for: caller(.synthetic(pid: 256)), at: clock.now()))
    }

    @Test("who waits for events hears of the next one, and who is behind hears at once")
    func watching() async throws {
        let kit = try await TestVault()
        let now = kit.vault.sequence
        await withCheckedContinuation { done in
            _ = kit.vault.whenEventsFollow(now - 1, seconds: 55) { done.resume() }
        }
        let (stream, continuation) = AsyncStream.makeStream(of: UInt64.self)
        _ = kit.vault.whenEventsFollow(now, seconds: 55) { continuation.yield(kit.vault.sequence) }
        try await kit.mustPut("a/b")
        var iterator = stream.makeAsyncIterator()
        #expect(await iterator.next() == now + 1)
    }

    @Test("who waits hears of the sealing too")
    func sealing() async throws {
        let kit = try await TestVault()
        let now = kit.vault.sequence
        let (stream, continuation) = AsyncStream.makeStream(of: Vault.Phase.self)
        _ = kit.vault.whenEventsFollow(now, seconds: 55) { continuation.yield(kit.vault.phase) }
        try await kit.seal()
        var iterator = stream.makeAsyncIterator()
        #expect(await iterator.next() == .sealed)
    }
}
