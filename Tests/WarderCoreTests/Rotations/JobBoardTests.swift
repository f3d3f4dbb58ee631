import HashTreeCollections
import Locking
import Rotating
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Where steps meet workers: what is written down for a worker reaches that worker, or is known to be lost at once.
@Suite struct JobBoardTests {
    private final class Worker: Sendable {
        let line: JobBoard.Line
        private let state = Locked((handouts: 0, nothing: 0))
        private let hungUp = Locked(false)

        init(_ name: String) {
            let hungUp = hungUp
            line = JobBoard.Line(name: name) { hungUp.withLock { $0 = true } }
        }

        @discardableResult
        func wait(at board: JobBoard) -> @Sendable () -> Void {
            board.wait(on: line) { [state] assignment in
                state.withLock { state in
                    if assignment == nil { state.nothing += 1 } else { state.handouts += 1 }
                }
            }
        }

        var handouts: Int { state.withLock { $0.handouts } }
        var toldNothing: Int { state.withLock { $0.nothing } }
        var wasHungUp: Bool { hungUp.withLock { $0 } }
    }

    private let board = JobBoard {}

    /// A step as a vault hands it out.
    private func handout() async throws -> Handout {
        let stand = try await RotationStand()
        try await stand.start()
        await stand.settle()
        return try #require(stand.upstream.handed(.preflight))
    }

    @Test func `a worker that has gone while its step was written down loses it at once`() async throws {
        let worker = Worker("one")
        worker.wait(at: board)
        let seat = try #require(board.claim())
        board.leave("one")
        let outcomes = Locked<[StepOutcome]>([])
        board.hand(.step(try await handout()), to: seat) { answer in
            outcomes.withLock { $0.append(answer.answer.outcome) }
        }
        #expect(outcomes.withLock { $0 } == [.unknown])
        #expect(worker.handouts == 0)
        #expect(board.underWay == 0)
    }

    @Test func `a worker that has gone is not put back among those that wait`() throws {
        Worker("one").wait(at: board)
        let seat = try #require(board.claim())
        board.leave("one")
        board.giveBack(seat)
        #expect(board.waiting == 0)
        #expect(!board.isManned)
    }

    @Test func `a worker whose time is up while it was looked at is told that there is nothing`() throws {
        let worker = Worker("one")
        let enough = worker.wait(at: board)
        let seat = try #require(board.claim())
        enough()
        #expect(worker.toldNothing == 0)
        board.giveBack(seat)
        #expect(worker.toldNothing == 1)
        #expect(board.waiting == 0)
        enough()
        #expect(worker.toldNothing == 1)
    }

    @Test func `nobody answers for another worker, and nobody twice`() async throws {
        let worker = Worker("one")
        worker.wait(at: board)
        let handout = try await handout()
        let outcomes = Locked<[StepOutcome]>([])
        board.hand(.step(handout), to: try #require(board.claim())) { answer in
            outcomes.withLock { $0.append(answer.answer.outcome) }
        }
        #expect(board.isAtWork("one"))
        #expect(!board.answer(handout.id, from: "two", HandoutAnswer(StepAnswer(.failed))))
        #expect(board.answer(handout.id, from: "one", HandoutAnswer(StepAnswer(.done))))
        #expect(!board.answer(handout.id, from: "one", HandoutAnswer(StepAnswer(.failed))))
        #expect(outcomes.withLock { $0 } == [.done])
        #expect(!board.isAtWork("one"))
    }

    @Test func `what is late is given up with its connection, so that nobody goes on with it`() async throws {
        let worker = Worker("one")
        worker.wait(at: board)
        let handout = try await handout()
        let outcomes = Locked<[StepOutcome]>([])
        board.hand(.step(handout), to: try #require(board.claim())) { answer in
            outcomes.withLock { $0.append(answer.answer.outcome) }
        }
        board.giveUp(handout.id)
        #expect(worker.wasHungUp)
        #expect(outcomes.withLock { $0 } == [.unknown])
        board.leave("one")
        #expect(outcomes.withLock { $0 }.count == 1)
    }

    @Test func `a vault that closes ends what workers are at, and knows nothing of what came of it`() async throws {
        let worker = Worker("one")
        worker.wait(at: board)
        let outcomes = Locked<[StepOutcome]>([])
        board.hand(.step(try await handout()), to: try #require(board.claim())) { answer in
            outcomes.withLock { $0.append(answer.answer.outcome) }
        }
        board.giveUpAll()
        #expect(worker.wasHungUp)
        #expect(outcomes.withLock { $0 } == [.unknown])
        #expect(board.underWay == 0)
    }
}
