import Testing
import WarderModel

@testable import Scheduling

@Suite struct DueLanesTests {
    private func moment(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }

    @Test func `no more are under way than there are lanes`() {
        var lanes = DueLanes<Int>(limit: 2)
        for id in 0..<5 { lanes.set(id, due: moment(Int64(id))) }
        #expect(lanes.take(now: moment(100)) == [0, 1])
        #expect(lanes.take(now: moment(100)).isEmpty)
        // Nothing to wake for until a lane is free.
        #expect(lanes.wake == nil)
        lanes.finish(0)
        #expect(lanes.wake == moment(2))
        #expect(lanes.take(now: moment(100)) == [2])
        #expect(lanes.running == 2 && lanes.waiting == 2)
    }

    @Test func `what is under way is not begun again before it is finished`() {
        var lanes = DueLanes<Int>(limit: 8)
        lanes.set(1, due: moment(1))
        #expect(lanes.take(now: moment(1)) == [1])
        lanes.set(1, due: moment(2))
        #expect(lanes.take(now: moment(9)).isEmpty)
        #expect(lanes.wake == nil)
        lanes.finish(1)
        #expect(lanes.wake == moment(2))
        #expect(lanes.take(now: moment(9)) == [1])
        lanes.set(1, due: moment(3))
        lanes.remove(1)
        lanes.finish(1)
        lanes.finish(1)
        #expect(lanes.wake == nil && lanes.running == 0)
    }

    @Test func `a start with ten thousand overdue is spread and keeps to its lanes`() {
        var lanes = DueLanes<Int>(limit: 8)
        for id in 0..<10_000 { lanes.set(id, due: moment(Int64(id % 977))) }
        let start = moment(1000)
        lanes.spreadOverdue(now: start, over: 600)
        // Each takes 300 ms, so that 16 or 17 a second need five or six lanes.
        var now = start
        var ends: [(at: Timestamp, id: Int)] = []
        var most = 0
        var begun: [Int] = []
        while lanes.waiting + lanes.running > 0 {
            for end in ends where end.at <= now { lanes.finish(end.id) }
            ends.removeAll { $0.at <= now }
            for id in lanes.take(now: now) {
                begun.append(id)
                ends.append((now.adding(milliseconds: 300), id))
            }
            most = max(most, lanes.running)
            now = [lanes.wake, ends.map(\.at).min()].compactMap(\.self).min() ?? now
        }
        #expect(Set(begun).count == 10_000 && begun.count == 10_000)
        #expect((5...8).contains(most))
        let took = now.milliseconds - start.milliseconds
        #expect((599_000...602_000).contains(took))
    }
}
