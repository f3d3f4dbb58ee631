import HashTreeCollections
import Locking
import Rotating
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// What people are told, with a vault, a worker and a program that hears.
@Suite("Notices")
struct NoticeTests {
    /// Tells what is to be told now, and waits until that is written down.
    private func tell(_ keeper: NoticeKeeper, _ stand: RotationStand) async {
        keeper.look { _, _ in }
        await stand.kit.vault.heartbeat()
    }

    private func told(_ stand: RotationStand) -> [Notice] { stand.upstream.state.withLock { $0.notices } }

    private func written(_ stand: RotationStand) throws -> [[String]] {
        try stand.kit.events().filter { $0.type == "notice.send" }.map { $0.changes ?? [] }
    }

    /// A rotation that waits for a person.
    private func waiting() async throws -> RotationStand {
        let stand = try await RotationStand()
        stand.upstream.answer(.preflight, StepAnswer(.failed, message: try PlainText("no login"), mayRetry: false))
        try await stand.start()
        await stand.settle()
        return stand
    }

    @Test("a rotation that waits for a person is told once, with what is known, and the event says so")
    func waits() async throws {
        let stand = try await waiting()
        let keeper = NoticeKeeper(stand.kit.vault)
        for _ in 0..<3 { await tell(keeper, stand) }
        let notice = try #require(told(stand).first)
        #expect(told(stand).count == 1)
        #expect(notice.kind == .rotationWaits)
        #expect(notice.text == "The rotation of app/db waits for a person (preflight).")
        #expect(notice.time == stand.kit.clock.now().wall)
        #expect(
            notice.facts == [
                "secret": "app/db", "rotator": "postgres:main", "rotation": try stand.run.id.description,
                "cause": "operator:ada", "attempt": "1", "step": "preflight", "outcome": "failed",
                "message": "no login",
            ]
        )
        #expect(
            try written(stand).map { Array($0.prefix(4)) } == [
                ["notice=rotation_waits", "notice_id=\(notice.id)", "outcome=done", "try=1"]
            ]
        )
        // Waiting once more is something else to hear.
        stand.upstream.answer(.preflight, StepAnswer(.failed, mayRetry: false))
        stand.kit.clock.advance(seconds: 1)
        _ = try await stand.kit.vault.perform(Rotations.resume(stand.name, by: stand.kit.admin))
        await stand.settle()
        await tell(keeper, stand)
        #expect(told(stand).count == 2)
        #expect(told(stand).last?.id != notice.id)
    }

    @Test("a rotation that failed and is tried again is told once, however often it fails")
    func failed() async throws {
        let stand = try await RotationStand()
        stand.upstream.answer(.test, StepAnswer(.failed), StepAnswer(.failed))
        let keeper = NoticeKeeper(stand.kit.vault)
        try await stand.start()
        let next = try #require(await stand.settle())
        await tell(keeper, stand)
        #expect(told(stand).map(\.kind) == [.rotationFailed])
        #expect(told(stand).first?.facts["next"] == next.description)
        stand.kit.clock.advance(milliseconds: next.milliseconds - stand.kit.clock.now().wall.milliseconds)
        await stand.settle()
        #expect(try stand.run.attempt == 3)
        await tell(keeper, stand)
        #expect(told(stand).count == 1)
    }

    @Test("a secret that is overdue is told once for each time that it should have been rotated")
    func overdue() async throws {
        let stand = try await RotationStand(schedule: "rate(1 day)")
        let keeper = NoticeKeeper(stand.kit.vault)
        let due = stand.kit.clock.now().wall.adding(seconds: 86_400)
        stand.kit.clock.advance(seconds: 86_400 + RotationDiagnosis.patience)
        await tell(keeper, stand)
        #expect(told(stand).isEmpty)
        stand.kit.clock.advance(seconds: 1)
        for _ in 0..<2 { await tell(keeper, stand) }
        #expect(told(stand).map(\.kind) == [.rotationOverdue])
        #expect(told(stand).first?.facts["due"] == due.description)
        #expect(told(stand).first?.text == "app/db should have been rotated on \(due).")
        await stand.settle()
        stand.kit.clock.advance(seconds: 3600)
        await stand.settle()
        #expect(try stand.run.phase == .retired)
        stand.kit.clock.advance(seconds: 2 * 86_400)
        await tell(keeper, stand)
        #expect(told(stand).count == 2)
    }

    @Test("nobody is told of what is in order, or deleted")
    func nothing() async throws {
        let stand = try await RotationStand(schedule: "rate(1 hours)")
        let keeper = NoticeKeeper(stand.kit.vault)
        await tell(keeper, stand)
        try await stand.start()
        try await stand.finish(within: 3)
        await tell(keeper, stand)
        _ = try await stand.kit.vault.perform(Secrets.delete(stand.name, by: stand.kit.admin))
        stand.kit.clock.advance(seconds: 10 * 86_400)
        await tell(keeper, stand)
        #expect(told(stand).isEmpty)
        #expect(try written(stand) == [])
    }

    @Test("a program that fails is asked again after a while, and given up after five tries; each is an event")
    func deaf() async throws {
        let stand = try await waiting()
        stand.upstream.state.withLock { state in
            state.deafness = (0..<9).map { _ in StepAnswer(.failed, message: try? PlainText("no line")) }
        }
        let keeper = NoticeKeeper(stand.kit.vault)
        for pause: Int64 in [60, 120, 240, 480, 960, 86_400] {
            for _ in 0..<3 { await tell(keeper, stand) }
            stand.kit.clock.advance(seconds: pause - 1)
            await tell(keeper, stand)
            stand.kit.clock.advance(seconds: 1)
        }
        #expect(told(stand).count == 5)
        #expect(Set(told(stand).map(\.id)).count == 1)
        let written = try written(stand)
        #expect(written.map { $0.contains("given-up") } == [false, false, false, false, true])
        #expect(written.map { $0.contains("outcome=failed") } == Array(repeating: true, count: 5))
    }

    @Test("who has it is not told again while the other one fails, and the events say so")
    func apart() async throws {
        let stand = try await waiting()
        stand.upstream.state.withLock { state in
            state.deafness = [StepAnswer(.failed), StepAnswer(.failed), StepAnswer(.failed)]
            state.hearing = [[], [.program], [.program]]
        }
        let keeper = NoticeKeeper(stand.kit.vault)
        for _ in 0..<5 {
            await tell(keeper, stand)
            stand.kit.clock.advance(seconds: 480)
        }
        #expect(stand.upstream.state.withLock { $0.heardBefore } == [[], [], [.program], [.program]])
        #expect(try written(stand).map { $0.contains("told=program") } == [false, true, true, false])
        // The next one is told to both.
        stand.upstream.answer(.preflight, StepAnswer(.failed, mayRetry: false))
        _ = try await stand.kit.vault.perform(Rotations.resume(stand.name, by: stand.kit.admin))
        await stand.settle()
        await tell(keeper, stand)
        #expect(stand.upstream.state.withLock { $0.heardBefore }.last == [])
    }

    @Test("a program that is not there is not asked again")
    func missing() async throws {
        let stand = try await waiting()
        stand.upstream.state.withLock { $0.deafness = [StepAnswer(.failed, mayRetry: false)] }
        let keeper = NoticeKeeper(stand.kit.vault)
        await tell(keeper, stand)
        stand.kit.clock.advance(seconds: 86_400)
        await tell(keeper, stand)
        #expect(told(stand).count == 1)
    }

    @Test("what a vault that ended had told, but not written down, is told again under the same name")
    func crash() async throws {
        let stand = try await waiting()
        let keeper = NoticeKeeper(stand.kit.vault)
        stand.kit.store.fail(.unavailable(code: 13))
        await tell(keeper, stand)
        stand.kit.store.heal()
        try await stand.restart()
        let again = NoticeKeeper(stand.kit.vault)
        for _ in 0..<2 { await tell(again, stand) }
        #expect(told(stand).count == 2)
        #expect(Set(told(stand).map(\.id)).count == 1)
        try await stand.restart()
        await tell(NoticeKeeper(stand.kit.vault), stand)
        #expect(told(stand).count == 2)
    }

    @Test("rotations go on while a program does not come to an end, and only one is under way")
    func stuck() async throws {
        let stand = try await waiting()
        let late = Locked<[@Sendable () -> Void]>([])
        stand.upstream.state.withLock { $0.isThere = false }
        // The worker that waits gets the notice, and never answers.
        let vault = stand.kit.vault
        while let seat = vault.jobs.claim() { _ = seat }
        for _ in 0..<2 { _ = vault.jobs.wait(on: JobBoard.Line(name: "stuck", hangUp: {})) { _ in } }
        let keeper = NoticeKeeper(vault)
        for _ in 0..<3 { keeper.look { _, body in late.withLock { $0.append(body) } } }
        #expect(vault.jobs.waiting == 1)
        #expect(vault.jobs.underWay == 1)
        stand.upstream.state.withLock { $0.isThere = true }
        while let seat = vault.jobs.claim() { _ = seat }
        stand.work()
        _ = try await vault.perform(Rotations.resume(stand.name, by: stand.kit.admin))
        await stand.settle()
        #expect(try stand.run.phase == .overlapping)
        let waiting = late.withLock { $0 }
        #expect(waiting.count == 1)
        for body in waiting { body() }
        await vault.heartbeat()
        #expect(try written(stand).first?.contains("outcome=unknown") == true)
    }

    @Test("where there are several workers, the last one that waits is for rotations")
    func spares() async throws {
        let stand = try await waiting()
        let vault = stand.kit.vault
        // One more, so that of two connections one is free.
        _ = vault.jobs.wait(on: JobBoard.Line(name: "second", hangUp: {})) { _ in }
        let first = try #require(vault.jobs.claim())
        #expect(vault.jobs.waiting == 1)
        let keeper = NoticeKeeper(vault)
        await tell(keeper, stand)
        #expect(vault.jobs.underWay == 0)
        vault.jobs.giveBack(first)
        await tell(keeper, stand)
        #expect(told(stand).count == 1)
    }
}
