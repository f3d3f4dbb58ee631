import RandomTesting
import Testing
import WarderModel

@testable import Scheduling

@Suite struct DueQueueTests {
    private func moment(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }

    @Test func `the earliest is next, and what is due comes in its order`() {
        var queue = DueQueue<String>()
        #expect(queue.next == nil)
        queue.set("c", due: moment(30))
        queue.set("a", due: moment(10))
        queue.set("b", due: moment(20))
        queue.set("b2", due: moment(20))
        #expect(queue.next == moment(10))
        #expect(queue.takeDue(now: moment(9)).isEmpty)
        #expect(queue.takeDue(now: moment(20)) == ["a", "b", "b2"])
        #expect(queue.next == moment(30))
        #expect(queue.count == 1)
    }

    @Test func `a limit leaves the others due`() {
        var queue = DueQueue<Int>()
        for number in 0..<10 { queue.set(number, due: moment(Int64(number))) }
        #expect(queue.takeDue(now: moment(100), limit: 3) == [0, 1, 2])
        #expect(queue.takeDue(now: moment(100), limit: 0).isEmpty)
        #expect(queue.next == moment(3))
    }

    @Test func `an entry has one time, the last that was set`() {
        var queue = DueQueue<String>()
        queue.set("a", due: moment(10))
        queue.set("a", due: moment(50))
        queue.set("b", due: moment(40))
        #expect(queue.next == moment(40))
        queue.set("a", due: moment(5))
        #expect(queue.due(of: "a") == moment(5))
        #expect(queue.takeDue(now: moment(100)) == ["a", "b"])
        queue.set("a", due: moment(1))
        queue.remove("a")
        queue.remove("a")
        #expect(queue.next == nil)
        #expect(queue.count == 0)
    }

    @Test func `it does what a sorted list does`() {
        var random = SeededGenerator.printed()
        var queue = DueQueue<Int>()
        var list: [Int: Timestamp] = [:]
        for _ in 0..<20_000 {
            let id = Int.random(in: 0..<300, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<6:
                let due = moment(.random(in: 0..<1000, using: &random))
                queue.set(id, due: due)
                list[id] = due
            case 6..<9:
                queue.remove(id)
                list[id] = nil
            default:
                let now = moment(.random(in: 0..<100, using: &random))
                let taken = queue.takeDue(now: now, limit: 5)
                let due = list.filter { $0.value <= now }.values.sorted().prefix(5)
                #expect(taken.compactMap { list[$0] } == Array(due))
                for id in taken { list[id] = nil }
            }
            #expect(queue.count == list.count)
            #expect(queue.next == list.values.min())
        }
    }

    @Test func `ten thousand that are overdue are spread evenly, the longest overdue first`() throws {
        var random = SeededGenerator.printed()
        var queue = DueQueue<Int>()
        let dues = (0..<10_000).map { _ in Int64.random(in: 0..<1_000_000, using: &random) }
        for (id, due) in dues.enumerated() { queue.set(id, due: moment(due)) }
        queue.set(-1, due: moment(1_000_700))
        let now = moment(1_000_000)
        #expect(queue.spreadOverdue(now: now, over: 600) == 10_000)
        #expect(queue.next == now)
        var order: [Int] = []
        for second in Int64(0)..<600 {
            // Up to the last millisecond of the second.
            let taken = queue.takeDue(now: now.adding(seconds: second).adding(milliseconds: 999))
            #expect((16...17).contains(taken.count))
            order += taken
        }
        #expect(order.map { dues[$0] } == dues.sorted())
        #expect(queue.count == 1)
    }

    @Test func `nothing overdue is nothing to spread`() {
        var queue = DueQueue<Int>()
        queue.set(1, due: moment(10))
        #expect(queue.spreadOverdue(now: moment(9), over: 600) == 0)
        #expect(queue.spreadOverdue(now: moment(10), over: -1) == 1)
        #expect(queue.next == moment(10))
    }

    @Test func `outdated entries do not pile up`() {
        var queue = DueQueue<Int>()
        for round in Int64(0)..<10 {
            for id in 0..<10_000 { queue.set(id, due: moment(1_000_000 + round * 7 + Int64(id))) }
        }
        #expect(queue.count == 10_000)
        #expect(queue.storedCount <= 20_064)
        for id in 1..<10_000 { queue.remove(id) }
        #expect(queue.storedCount <= 66)
        #expect(queue.next == moment(1_000_063))
    }
}
