import Dispatch
import Locking
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

@Suite struct ThrottleTests {
    @Test("five tries are free, then waits double from thirty seconds to fifteen minutes")
    func waits() {
        let throttle = Throttle()
        let clock = ManualClock()
        for _ in 0..<4 { #expect(throttle.begin(1, at: clock.now()) == .go) }
        for wait: Int64 in [30, 60, 120, 240, 480, 900, 900, 900] {
            #expect(throttle.wait(of: 1, at: clock.now()) == 0)
            #expect(throttle.begin(1, at: clock.now()) == .go)
            #expect(throttle.wait(of: 1, at: clock.now()) == wait * 1000)
            clock.advance(milliseconds: wait * 1000 - 1)
            #expect(throttle.begin(1, at: clock.now()) == .wait(isFirst: true), "\(wait)")
            #expect(throttle.begin(1, at: clock.now()) == .wait(isFirst: false))
            clock.advance(milliseconds: 1)
        }
    }

    @Test("a right try forgets the wrong ones before it")
    func success() {
        let throttle = Throttle()
        let clock = ManualClock()
        for _ in 0..<5 { _ = throttle.begin(1, at: clock.now()) }
        throttle.succeed(1)
        for _ in 0..<5 { #expect(throttle.begin(1, at: clock.now()) == .go) }
        #expect(throttle.begin(1, at: clock.now()) == .wait(isFirst: true))
    }

    @Test("a try that was none begins no wait, however many wrong ones came before it, and forgets none of them")
    func takenBack() {
        let throttle = Throttle()
        let clock = ManualClock()
        for _ in 0..<8 {
            #expect(throttle.begin(1, at: clock.now()) == .go)
            clock.advance(seconds: 900)
        }
        for _ in 0..<3 {
            #expect(throttle.begin(1, at: clock.now()) == .go)
            throttle.takeBack(1)
        }
        #expect(throttle.begin(1, at: clock.now()) == .go)
        #expect(throttle.wait(of: 1, at: clock.now()) == 480_000)
    }

    @Test("each user waits for their own tries")
    func users() {
        let throttle = Throttle()
        let clock = ManualClock()
        for _ in 0..<6 { _ = throttle.begin(1, at: clock.now()) }
        #expect(throttle.begin(2, at: clock.now()) == .go)
    }

    @Test("tries at the same time do not slip through together: each is counted before it is judged")
    func together() {
        let throttle = Throttle()
        let now = ManualClock.start
        let let_through = Locked(0)
        DispatchQueue.concurrentPerform(iterations: 200) { _ in
            if throttle.begin(1, at: now) == .go { let_through.withLock { $0 += 1 } }
        }
        #expect(let_through.withLock { $0 } == 5)
    }

    @Test("setting the wall clock forward does not shorten a wait")
    func wallClock() {
        let throttle = Throttle()
        let clock = ManualClock()
        for _ in 0..<5 { _ = throttle.begin(1, at: clock.now()) }
        clock.setWall(to: ManualClock.start.wall.adding(seconds: 1_000_000))
        #expect(throttle.begin(1, at: clock.now()) == .wait(isFirst: true))
    }

    @Test("the right passphrase waits too, once there were too many wrong ones")
    func unsealing() async throws {
        let kit = try await TestVault()
        try await kit.seal()
        for _ in 0..<5 { #expect(try await kit.unseal(with: "not the one it is").refusal == .wrongKey) }
        #expect(try await kit.unseal().refusal == .throttled)
        #expect(try await kit.unseal().refusal == .throttled)
        #expect(kit.vault.phase == .sealed)
        kit.clock.advance(seconds: 30)
        try await kit.unseal().get()
        // One event for each try that was judged, and one for all that had to wait.
        let tries = try kit.events().suffix(7).map(\.line)
        #expect(
            tries == Array(repeating: "vault.unseal: wrong_key", count: 5) + [
                "vault.unseal: throttled", "vault.unseal",
            ]
        )
    }

    @Test("who cannot prove presence any more can still unseal, and the other way round")
    func apart() async throws {
        let kit = try await TestVault(profile: .singleUser)
        for _ in 0..<6 { _ = try await kit.provePresence(with: "not the one").refusal }
        try await kit.seal()
        for _ in 0..<4 { #expect(try await kit.unseal(with: "not the one it is").refusal == .wrongKey) }
        try await kit.unseal().get()
        #expect(try await kit.provePresence().refusal == .throttled)
    }

    @Test("presence is throttled as well, with one event for each wait")
    func presence() async throws {
        let kit = try await TestVault(profile: .singleUser)
        for _ in 0..<5 { #expect(try await kit.provePresence(with: "not the one").refusal == .wrongPassphrase) }
        for _ in 0..<3 { #expect(try await kit.provePresence().refusal == .throttled) }
        #expect(try kit.events().filter { $0.line == "presence.prove: throttled" }.count == 1)
        kit.clock.advance(seconds: 30)
        _ = try await kit.provePresence().get()
    }
}
