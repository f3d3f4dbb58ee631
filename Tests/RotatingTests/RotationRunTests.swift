import Rotating
import Testing
import WarderModel

/// What a rotation does when all goes well, and when one thing does not.
@Suite struct RotationRunTests {
    @Test(arguments: [true, false])
    func `a rotation ends with the new value alone, current and accepted`(overlaps: Bool) {
        var vault = ImaginaryVault(overlaps: overlaps)
        vault.runToRest()
        #expect(vault.run.phase == .retired)
        #expect(vault.current == 2)
        #expect(vault.upstream.valid == [2])
    }

    @Test func `whoever gives up going back is told of the old value, and not of the one that servers have`() throws {
        var vault = ImaginaryVault(overlaps: false)
        vault.runToRest()
        try vault.run.rollback(at: vault.now, restorable: true)
        while vault.next != .waitForPerson {
            _ = vault.next == .run(.discard) ? vault.advance(answering: .lost(nil)) : vault.advance()
        }
        try vault.run.abort(at: vault.now)
        #expect(vault.run.phase == .retired)
        #expect(vault.current == 2)
        #expect(vault.run.leftover == RotationRun.Leftover(version: 1, handle: nil, kind: .replaced))
    }

    @Test func `a preflight whose end nobody saw is asked again, and is no failed try`() {
        var vault = ImaginaryVault(overlaps: true)
        for _ in 0..<2 {
            _ = vault.advance(answering: .lost(nil))
            #expect(vault.run.attempt == 1)
            // Its pause.
            _ = vault.advance()
        }
        vault.runToRest()
        #expect(vault.run.phase == .retired)
        #expect(vault.run.attempt == 1)
    }

    @Test func `a step is not asked again where a person must act first, but what it may have done is taken back`() {
        var vault = ImaginaryVault(overlaps: true)
        while vault.next != .run(.set) { _ = vault.advance() }
        _ = vault.advance(answering: StepAnswer(.unknown, mayRetry: false))
        #expect(vault.next == .run(.discard))
        vault.runToRest()
        #expect(vault.run.phase == .failed && vault.run.attempt == 1)
        #expect(vault.upstream.valid == [1])
    }

    @Test func `what made a rotation fail is known after everything was taken back`() throws {
        var vault = ImaginaryVault(overlaps: true)
        let reason = try PlainText("login refused")
        while vault.next != .waitForPerson {
            let fails = vault.next == .run(.test)
            _ = fails ? vault.advance(answering: StepAnswer(.failed, message: reason)) : vault.advance()
        }
        #expect(vault.run.phase == .failed)
        #expect(vault.run.problem?.step == .test && vault.run.problem?.message == reason)
        #expect(vault.run.leftover == nil)
    }

    @Test func `an old value that is ended by the second try is not left behind`() {
        var vault = ImaginaryVault(overlaps: true)
        while vault.next != .run(.retire) { _ = vault.advance() }
        _ = vault.advance(answering: .lost(nil))
        #expect(vault.run.leftover != nil)
        vault.runToRest()
        #expect(vault.run.phase == .retired)
        #expect(vault.run.leftover == nil)
    }

    @Test func `where one value is accepted, the moment is known in which nobody can say which`() {
        var vault = ImaginaryVault(overlaps: false)
        while vault.next != .run(.set) {
            #expect(!vault.run.isChangingOver)
            _ = vault.advance()
        }
        var handedOut = vault.run
        handedOut.begin(.set)
        #expect(handedOut.isChangingOver)
        repeat {
            _ = vault.advance()
            #expect(vault.run.isChangingOver == !vault.run.isPromoted)
        } while !vault.run.isPromoted
    }

    @Test func `that moment lasts until a value that fails is taken back, and not while nobody works on it`() {
        var vault = ImaginaryVault(overlaps: false)
        while vault.next != .run(.test) { _ = vault.advance() }
        _ = vault.advance(answering: StepAnswer(.failed))
        #expect(vault.run.isChangingOver)
        vault.run.begin(.discard)
        #expect(vault.run.isChangingOver)
        vault.run.answered(.lost(nil), at: vault.now, limits: vault.limits, chance: 0.5)
        #expect(!vault.run.isChangingOver)
    }

    @Test func `where two are accepted, there is no such moment`() {
        var vault = ImaginaryVault(overlaps: true)
        repeat { #expect(!vault.run.isChangingOver) } while vault.advance()
        #expect(vault.run.phase == .retired)
    }

    @Test func `both values are accepted until every consumer has the new one`() {
        var vault = ImaginaryVault(overlaps: true)
        while vault.run.phase != .overlapping { _ = vault.advance() }
        #expect(vault.next == .wait(until: vault.now.adding(seconds: 3600)))
        #expect(vault.upstream.valid == [1, 2])
        vault.moved = vault.now.adding(seconds: 60)
        #expect(vault.next == .wait(until: vault.now.adding(seconds: 60)))
        vault.moved = vault.now
        #expect(vault.next == .run(.retire))
    }

    @Test func `the old value of a compromised secret is not kept for consumers that are late`() throws {
        var vault = ImaginaryVault(
            overlaps: true,
            cause: .compromise(by: try OperatorName("ada"), reason: nil)
        )
        while vault.run.phase != .overlapping { _ = vault.advance() }
        #expect(vault.next == .run(.retire))
    }

    @Test func `a rotation under way can be hastened`() throws {
        var vault = ImaginaryVault(overlaps: true)
        while vault.run.phase != .overlapping { _ = vault.advance() }
        try vault.run.hasten()
        #expect(vault.next == .run(.retire))
    }

    @Test func `a candidate that fails its test is taken back, destroyed, and never tried again`() {
        var vault = ImaginaryVault(overlaps: true)
        while vault.next != .run(.test) { _ = vault.advance() }
        _ = vault.advance(answering: StepAnswer(.failed))
        #expect(vault.next == .run(.discard))
        while vault.run.candidate == 2 { _ = vault.advance() }
        #expect(!vault.kept.contains(2))
        #expect(vault.upstream.valid == [1])
        vault.runToRest()
        #expect(vault.current == 3)
        #expect(vault.run.attempt == 2)
    }

    @Test func `after too many candidates it waits for a person, with the old value in its place`() {
        var vault = ImaginaryVault(overlaps: false)
        while vault.next != .waitForPerson {
            _ = vault.next == .run(.test) ? vault.advance(answering: StepAnswer(.failed)) : vault.advance()
        }
        #expect(vault.run.phase == .failed)
        #expect(vault.highest == 4)
        #expect(vault.current == 1)
        #expect(vault.upstream.valid == [1])
    }

    @Test func `why it failed is known when the candidate has been taken back, also at the second try`() throws {
        var vault = ImaginaryVault(overlaps: false)
        while vault.next != .run(.test) { _ = vault.advance() }
        let message = try PlainText("no login")
        _ = vault.advance(answering: StepAnswer(.failed, message: message, mayRetry: false))
        var other = vault
        vault.runToRest()
        #expect(vault.run.waitsForPerson)
        #expect(vault.run.problem?.step == .test)
        #expect(vault.run.problem?.message == message)
        #expect(vault.run.leftover == nil)
        _ = other.advance(answering: StepAnswer(.failed))
        #expect(other.run.leftover != nil)
        other.runToRest()
        #expect(other.run.waitsForPerson)
        #expect(other.run.leftover == nil)
    }

    @Test func `nothing is left behind when the old value was ended at the second try`() {
        var vault = ImaginaryVault(overlaps: true)
        while vault.run.phase != .overlapping { _ = vault.advance() }
        vault.moved = vault.now
        _ = vault.advance(answering: StepAnswer(.failed))
        #expect(vault.run.leftover != nil)
        vault.runToRest()
        #expect(vault.run.phase == .retired)
        #expect(vault.run.leftover == nil)
    }

    @Test func `a failed rotation begins anew when somebody resumes it`() throws {
        var vault = ImaginaryVault(overlaps: false)
        while vault.next != .waitForPerson {
            _ = vault.next == .run(.set) ? vault.advance(answering: StepAnswer(.failed)) : vault.advance()
        }
        try vault.run.resume()
        vault.runToRest()
        #expect(vault.run.phase == .retired)
        #expect(vault.upstream.valid == [vault.current])
    }

    @Test func `what a person must mend first is not tried again before`() {
        var vault = ImaginaryVault(overlaps: false)
        _ = vault.advance(answering: StepAnswer(.failed, mayRetry: false))
        #expect(vault.next == .waitForPerson)
        #expect(vault.run.candidate == nil)
    }

    @Test func `a step whose answer is lost is asked again, and the same candidate goes on`() {
        var vault = ImaginaryVault(overlaps: false)
        while vault.next != .run(.set) { _ = vault.advance() }
        _ = vault.advance(answering: .lost(nil))
        vault.runToRest()
        #expect(vault.current == 2)
        #expect(vault.highest == 2)
    }

    @Test func `tries are further and further apart, and never all at once`() {
        let backoff = Backoff()
        let now = Timestamp(milliseconds: 0)
        let waits = (1...9).map { backoff.next(after: now, attempt: $0, chance: 1).milliseconds / 1000 }
        #expect(waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600])
        #expect(backoff.next(after: now, attempt: 1, chance: 0).milliseconds == 15_000)
    }

    @Test func `an abort takes the candidate back`() throws {
        var vault = ImaginaryVault(overlaps: true)
        while vault.next != .run(.test) { _ = vault.advance() }
        try vault.run.abort(at: vault.now)
        vault.runToRest()
        #expect(vault.run.phase == .aborted)
        #expect(vault.upstream.valid == [1])
        #expect(vault.kept == [1])
    }

    @Test func `an abort waits for the answer of a step that was handed out`() throws {
        var vault = ImaginaryVault(overlaps: true)
        while vault.next != .run(.set) { _ = vault.advance() }
        vault.run.begin(.set)
        try vault.run.abort(at: vault.now)
        #expect(vault.next == .awaitAnswer(.set))
        _ = vault.upstream.perform(.set, of: vault.run)
        vault.take(StepAnswer(.done), to: .set, 0)
        vault.runToRest()
        #expect(vault.run.phase == .aborted)
        #expect(vault.upstream.valid == [1])
    }

    @Test(arguments: [true, false])
    func `a rollback makes the old value current and the only one accepted`(overlaps: Bool) throws {
        var vault = ImaginaryVault(overlaps: overlaps)
        while !vault.run.isPromoted { _ = vault.advance() }
        try vault.run.rollback(at: vault.now, restorable: !overlaps)
        vault.runToRest()
        #expect(vault.run.phase == .rolledBack)
        #expect(vault.current == 1)
        #expect(vault.upstream.valid == [1])
    }

    @Test func `nobody goes back to a value that the upstream was asked to forget`() {
        var vault = ImaginaryVault(overlaps: true)
        vault.runToRest()
        #expect(throws: RotationObstacle.retired) { try vault.run.rollback(at: vault.now, restorable: false) }
    }

    @Test func `a value that somebody stored meanwhile stays`() {
        var vault = ImaginaryVault(overlaps: true)
        while vault.next != .promote { _ = vault.advance() }
        vault.replaceByHand()
        vault.runToRest()
        #expect(vault.run.phase == .aborted)
        #expect(vault.current == 3)
        #expect(!vault.upstream.valid.contains(2))
    }

    @Test func `a credential that could not be taken back is named, and stays named after somebody gives up`() throws {
        var vault = ImaginaryVault(overlaps: true)
        while vault.next != .run(.test) { _ = vault.advance() }
        try vault.run.abort(at: vault.now)
        while vault.next != .waitForPerson { _ = vault.advance(answering: StepAnswer(.failed)) }
        let leftover = RotationRun.Leftover(version: 2, handle: nil, kind: .candidate)
        #expect(vault.run.leftover == leftover)
        try vault.run.abort(at: vault.now)
        #expect(vault.run.phase == .aborted)
        #expect(vault.run.leftover == leftover)
    }

    @Test func `a rotation of a vault that was restored waits for a person`() throws {
        var vault = ImaginaryVault(overlaps: true)
        _ = vault.advance()
        vault.run.holdAfterRestore()
        #expect(vault.next == .waitForPerson)
        try vault.run.resume()
        vault.runToRest()
        #expect(vault.run.phase == .retired)
    }
}
