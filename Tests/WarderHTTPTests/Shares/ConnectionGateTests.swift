import Dispatch
import Locking
import NIOCore
import Testing
import WarderCore
import WarderTesting

@testable import WarderHTTP

@Suite struct ConnectionGateTests {
    /// One door, and the seats that were told to close.
    private final class Hall: Sendable {
        let gate: ConnectionGate
        private let names = Locked<[String]>([])

        init(maximum: Int = 100, reserve: Int = 0, perUser: Int = 3, unknown: Int = 2, longPolls: Int = 1) {
            gate = ConnectionGate(
                maximum: maximum,
                reserve: reserve,
                perUser: perUser,
                unknown: unknown,
                longPolls: longPolls
            )
        }

        var closed: [String] { names.withLock { $0 } }

        func enter(_ share: ConnectionGate.Share, _ name: String = "") -> Seat? {
            gate.enter(share) { [names] in names.withLock { $0.append(name) } }
        }

        /// With nothing under way since `second`.
        func rest(_ share: ConnectionGate.Share, _ name: String, since second: UInt64) throws -> Seat {
            let seat = try #require(enter(share, name))
            seat.becomeIdle(at: moment(second))
            return seat
        }

        func moment(_ second: UInt64) -> NIODeadline { .uptimeNanoseconds(second * 1_000_000_000) }
    }

    @Test("a user has so many connections with requests under way, and strangers so many together")
    func shares() throws {
        let hall = Hall(perUser: 3, unknown: 2)
        let first = try #require(hall.enter(.user(1)))
        for _ in 0..<2 { #expect(hall.enter(.user(1)) != nil) }
        #expect(hall.enter(.user(1)) == nil)
        #expect(hall.enter(.user(2)) != nil)
        let stranger = try #require(hall.enter(.unknown))
        #expect(hall.enter(.unknown) != nil)
        #expect(hall.enter(.unknown) == nil)
        hall.gate.leave(first)
        #expect(hall.enter(.user(1)) != nil)
        #expect(hall.enter(.user(1)) == nil)
        hall.gate.leave(stranger)
        #expect(hall.enter(.unknown) != nil)
        #expect(hall.closed.isEmpty)
    }

    @Test("all together there are so many")
    func maximum() throws {
        let hall = Hall(maximum: 4, perUser: 3, unknown: 3)
        let seats = try (0..<4).map { try #require(hall.enter(.user($0))) }
        #expect(hall.enter(.user(9)) == nil)
        #expect(hall.enter(.unknown) == nil)
        hall.gate.leave(seats[0])
        #expect(hall.enter(.unknown) != nil)
    }

    @Test("where no stranger is let in, none is")
    func none() {
        let hall = Hall(unknown: 0)
        #expect(hall.enter(.unknown) == nil)
        #expect(hall.enter(.user(1)) != nil)
    }

    @Test("whoever has used theirs up gets the place of the one that was idle longest")
    func oldest() throws {
        let hall = Hall(perUser: 3)
        _ = try hall.rest(.user(1), "second", since: 2)
        _ = try hall.rest(.user(1), "first", since: 1)
        let third = try hall.rest(.user(1), "third", since: 0)
        #expect(third.becomeBusy())
        for name in ["first", "second"] {
            #expect(hall.enter(.user(1)) != nil)
            #expect(hall.closed.last == name)
        }
        #expect(hall.enter(.user(1)) == nil)
        third.becomeIdle(at: hall.moment(9))
        #expect(hall.enter(.user(1)) != nil)
        #expect(hall.closed == ["first", "second", "third"])
    }

    @Test("a request that is still arriving is no better than an idle connection, oldest first; a whole one is safe")
    func arriving() throws {
        let hall = Hall(perUser: 3)
        let slow = try hall.rest(.user(1), "slow", since: 0)
        let idle = try hall.rest(.user(1), "idle", since: 2)
        let whole = try hall.rest(.user(1), "whole", since: 0)
        #expect(slow.beginArriving(at: hall.moment(1)))
        #expect(whole.beginArriving(at: hall.moment(0)) && whole.becomeBusy())
        for name in ["slow", "idle"] {
            #expect(hall.enter(.user(1)) != nil)
            #expect(hall.closed.last == name)
        }
        #expect(!slow.becomeBusy() && !idle.beginArriving(at: hall.moment(3)))
        #expect(hall.enter(.user(1)) == nil)
        #expect(hall.closed == ["slow", "idle"])
    }

    @Test("one user cannot hold every connection of the operator socket")
    func operators() {
        let gate = Door(.operator, limits: ServerLimits()).gate
        var held = 0
        while let seat = gate.enter(.user(1), close: {}) {
            held += 1
            if held <= 8 { #expect(gate.startWaiting(seat)) }
        }
        #expect(held == 24)
        for _ in 0..<16 { #expect(gate.enter(.user(2), close: {}) != nil) }
    }

    @Test("some places are for users who hold none: one each, and never for a stranger")
    func newcomers() throws {
        let hall = Hall(maximum: 6, reserve: 2, perUser: 3, unknown: 3)
        _ = try hall.rest(.user(1), "a", since: 0)
        for _ in 0..<2 { #expect(hall.enter(.user(1)) != nil) }
        #expect(hall.enter(.unknown) != nil)
        #expect(hall.enter(.unknown) == nil)
        #expect(!hall.gate.hasRoomForStrangers)
        // Who comes first takes one of the last two, and no second one but for the place of the first.
        let second = try hall.rest(.user(2), "b", since: 1)
        #expect(hall.enter(.user(3)) != nil)
        #expect(hall.enter(.user(4)) == nil)
        #expect(second.becomeBusy())
        #expect(hall.enter(.user(2)) == nil)
        hall.gate.leave(second)
        #expect(hall.enter(.user(4)) != nil)
        #expect(hall.closed.isEmpty)
    }

    @Test("attack: however many connections up to thirty users of the operators' group hold, another one gets in")
    func group() throws {
        let gate = Door(.operator, limits: ServerLimits()).gate
        var held = 0
        for uid in 1...30 {
            while let seat = gate.enter(.user(UInt32(uid)), close: {}) {
                held += 1
                if gate.startWaiting(seat) { continue }
            }
        }
        #expect(held > 96)
        #expect(gate.enter(.user(99), close: {}) != nil)
    }

    @Test("no connection makes room for another user, and none of a stranger for another stranger")
    func others() throws {
        let hall = Hall(maximum: 4, perUser: 2, unknown: 2)
        _ = try hall.rest(.user(1), "a", since: 0)
        _ = try hall.rest(.user(1), "b", since: 0)
        _ = try hall.rest(.unknown, "c", since: 0)
        _ = try hall.rest(.unknown, "d", since: 0)
        #expect(hall.enter(.user(2)) == nil)
        #expect(hall.enter(.unknown) == nil)
        #expect(hall.closed.isEmpty)
        #expect(hall.enter(.user(1)) != nil)
        #expect(hall.closed == ["a"])
    }

    @Test("a request that comes when the place is given away is not looked at, and the place is not counted twice")
    func lost() throws {
        let hall = Hall(perUser: 1)
        let seat = try hall.rest(.user(1), "a", since: 0)
        let next = try #require(hall.enter(.user(1)))
        #expect(!seat.becomeBusy())
        seat.becomeIdle(at: hall.moment(5))
        #expect(seat.spareSince == nil)
        hall.gate.leave(seat)
        #expect(hall.enter(.user(1)) == nil)
        hall.gate.leave(next)
        #expect(hall.enter(.user(1)) != nil)
    }

    @Test("who waits in a long poll is counted apart, until there is nothing under way")
    func longPolls() throws {
        let hall = Hall(perUser: 2, longPolls: 1)
        let poll = try #require(hall.enter(.user(1), "poll"))
        #expect(hall.gate.startWaiting(poll))
        let others = try (0..<2).map { _ in try #require(hall.enter(.user(1))) }
        #expect(hall.enter(.user(1)) == nil)
        #expect(!hall.gate.startWaiting(others[0]))
        let other = try #require(hall.enter(.user(2)))
        #expect(hall.gate.startWaiting(other))
        // Three are one too many now; the next one has to find two places.
        poll.becomeIdle(at: hall.moment(1))
        others[0].becomeIdle(at: hall.moment(2))
        #expect(hall.gate.startWaiting(others[1]))
        others[1].becomeIdle(at: hall.moment(3))
        #expect(hall.enter(.user(1)) != nil)
        #expect(hall.closed == ["poll", ""])
        hall.gate.leave(other)
        let third = try #require(hall.enter(.user(2)))
        #expect(hall.gate.startWaiting(third))
    }

    @Test("whatever they do, the counts come out even, and nobody is closed for another user")
    func even() throws {
        var numbers = SeededNumbers()
        let hall = Hall(maximum: 20, perUser: 5, unknown: 4, longPolls: 2)
        var inside: [(seat: Seat, name: String)] = []
        for step in 0..<20_000 {
            let one = inside.randomElement(using: &numbers)
            switch Int.random(in: 0..<6, using: &numbers) {
            case 0:
                guard let index = inside.indices.randomElement(using: &numbers) else { continue }
                hall.gate.leave(inside.remove(at: index).seat)
            case 1: one?.seat.becomeIdle(at: hall.moment(UInt64(step)))
            case 2: if let one { #expect(one.seat.becomeBusy()) }
            case 3:
                guard let seat = one?.seat, seat.spareSince == nil, !seat.isWaiting else { continue }
                let waiting = inside.count { $0.seat.share == seat.share && $0.seat.isWaiting }
                #expect(hall.gate.startWaiting(seat) == (waiting < 2), "seed \(numbers.seed)")
            default:
                let uid = UInt32.random(in: 0...6, using: &numbers)
                let share: ConnectionGate.Share = uid == 0 ? .unknown : .user(uid)
                let own = inside.filter { $0.seat.share == share }
                let counted = own.count { !$0.seat.isWaiting }
                let spare = share == .unknown ? 0 : own.count { $0.seat.spareSince != nil }
                let needed = max(counted - (share == .unknown ? 4 : 5), inside.count - 20) + 1
                let before = hall.closed.count
                let seat = hall.enter(share, "\(step)")
                #expect((seat != nil) == (needed <= spare), "seed \(numbers.seed)")
                let closed = hall.closed[before...]
                #expect(closed.count == min(max(needed, 0), spare), "seed \(numbers.seed)")
                #expect(closed.allSatisfy { name in own.contains { $0.name == name } }, "seed \(numbers.seed)")
                inside.removeAll { closed.contains($0.name) }
                if let seat { inside.append((seat, "\(step)")) }
            }
        }
        #expect(!hall.closed.isEmpty)
    }

    @Test("no more get in together than one after the other")
    func together() {
        let hall = Hall(maximum: 1000, perUser: 16, longPolls: 4)
        let (entered, waiting) = (Locked(0), Locked(0))
        DispatchQueue.concurrentPerform(iterations: 200) { _ in
            guard let seat = hall.enter(.user(1)) else { return }
            entered.withLock { $0 += 1 }
            if hall.gate.startWaiting(seat) { waiting.withLock { $0 += 1 } }
        }
        #expect(waiting.withLock { $0 } == 4)
        #expect(entered.withLock { $0 } <= 20)
    }

    @Test("a place is given away or taken up, never both")
    func race() throws {
        for _ in 0..<500 {
            let hall = Hall(perUser: 1)
            let seat = try hall.rest(.user(1), "a", since: 0)
            let (took, entered) = (Locked(false), Locked(false))
            DispatchQueue.concurrentPerform(iterations: 2) { side in
                if side == 0 {
                    let isBusy = seat.becomeBusy()
                    took.withLock { $0 = isBusy }
                } else {
                    let isIn = hall.enter(.user(1)) != nil
                    entered.withLock { $0 = isIn }
                }
            }
            #expect(took.withLock { $0 } != entered.withLock { $0 })
        }
    }
}
