import Dispatch
import Locking
import Testing
import WarderTesting

@testable import WarderHTTP

@Suite struct ConnectionGateTests {
    @Test("a user has so many connections, and strangers so many together")
    func shares() {
        let gate = ConnectionGate(maximum: 100, perUser: 3, unknown: 2)
        for _ in 0..<3 { #expect(gate.enter(.user(1))) }
        #expect(!gate.enter(.user(1)))
        #expect(gate.enter(.user(2)))
        for _ in 0..<2 { #expect(gate.enter(.unknown)) }
        #expect(!gate.enter(.unknown))
        gate.leave(.user(1))
        #expect(gate.enter(.user(1)))
        #expect(!gate.enter(.user(1)))
        gate.leave(.unknown)
        #expect(gate.enter(.unknown))
    }

    @Test("all together there are so many")
    func maximum() {
        let gate = ConnectionGate(maximum: 4, perUser: 3, unknown: 3)
        for uid in 0..<4 { #expect(gate.enter(.user(UInt32(uid)))) }
        #expect(!gate.enter(.user(9)))
        #expect(!gate.enter(.unknown))
        gate.leave(.user(0))
        #expect(gate.enter(.unknown))
    }

    @Test("where no stranger is let in, none is")
    func none() {
        let gate = ConnectionGate(maximum: 4, perUser: 3, unknown: 0)
        #expect(!gate.enter(.unknown))
        #expect(gate.enter(.user(1)))
    }

    @Test("however they come and go, the counts come out even")
    func even() {
        var numbers = SeededNumbers()
        let gate = ConnectionGate(maximum: 20, perUser: 5, unknown: 4)
        var inside: [ConnectionGate.Share] = []
        for _ in 0..<5000 {
            if Bool.random(using: &numbers), let index = inside.indices.randomElement(using: &numbers) {
                gate.leave(inside.remove(at: index))
            } else {
                let uid = UInt32.random(in: 0...6, using: &numbers)
                let share: ConnectionGate.Share = uid == 0 ? .unknown : .user(uid)
                let same = inside.count { $0 == share }
                let hasRoom = inside.count < 20 && same < (share == .unknown ? 4 : 5)
                #expect(gate.enter(share) == hasRoom, "seed \(numbers.seed)")
                if hasRoom { inside.append(share) }
            }
        }
    }

    @Test("no more get in together than one after the other")
    func together() {
        let gate = ConnectionGate(maximum: 1000, perUser: 16, unknown: 4)
        let entered = Locked(0)
        DispatchQueue.concurrentPerform(iterations: 200) { _ in
            if gate.enter(.user(1)) { entered.withLock { $0 += 1 } }
        }
        #expect(entered.withLock { $0 } == 16)
    }
}
