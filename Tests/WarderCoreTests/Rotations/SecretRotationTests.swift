import HashTreeCollections
import Locking
import Rotating
import Scheduling
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// What becomes of a secret when it is rotated, with a vault, a worker and an upstream.
@Suite struct SecretRotationTests {
    @Test(arguments: [true, false])
    func `a rotation that somebody asks for ends with a new value that works, alone`(overlaps: Bool) async throws {
        let stand = try await RotationStand(overlaps: overlaps)
        try await stand.start()
        try await stand.finish()
        #expect(try stand.run.phase == .retired)
        let login = try await stand.login()
        #expect(login.password != "first")
        #expect(stand.upstream.accepted == [login.user: login.password])
        #expect(try await stand.states == ["1 retired", "2 current"])
    }

    @Test func `every step is written down before the worker gets it, with what it got`() async throws {
        let stand = try await RotationStand()
        try await stand.start()
        try await stand.finish()
        let handed = try stand.kit.events().filter { $0.type == "rotation.step" }
        let set = try #require(handed.first { $0.changes?.contains("step=set") == true })
        #expect(set.changes?.contains("handed/v1/password+username") == true)
        #expect(set.changes?.contains("handed/v2/password+username") == true)
        let types = try stand.kit.events().map(\.type).filter { $0.hasPrefix("rotation.") }
        #expect(types.filter { $0 == "rotation.promote" }.count == 1)
        #expect(types.suffix(2) == ["rotation.end", "rotation.answer"])
    }

    @Test func `what is due begins by itself, once, and the next one is a period later`() async throws {
        let stand = try await RotationStand(schedule: "rate(1 day)")
        let begin = stand.kit.clock.now().wall
        let wake = try #require(await stand.settle())
        #expect(wake == begin.adding(seconds: 86_400))
        stand.kit.clock.advance(seconds: 3 * 86_400)
        await stand.settle()
        #expect(try stand.run.cause == .due(because: .schedule, slot: wake))
        #expect(try stand.run.phase == .overlapping)
        stand.kit.clock.advance(seconds: 3600)
        await stand.settle()
        #expect(try stand.run.phase == .retired)
        #expect(try stand.kit.events().filter { $0.type == "rotation.begin" }.count == 1)
    }

    @Test func `the date that the upstream gives a credential is its own, and the rotation is ahead of it`()
        async throws
    {
        let stand = try await RotationStand()
        let kit = stand.kit
        let name = try stand.name
        func expires() -> Timestamp? { kit.vault.state?.secrets[name]?.expires }
        let plan = Rotations.Plan(rotator: try Rotator("postgres:main"), timing: try RotationTiming(schedule: nil))
        _ = try await kit.vault.perform(Rotations.set(name, plan, by: kit.admin))
        let begin = kit.clock.now().wall
        let (first, second) = (begin.adding(seconds: 10 * 86_400), begin.adding(seconds: 20 * 86_400))
        _ = try await kit.vault.perform(Secrets.set(name, Secrets.Properties(expires: .some(first)), by: kit.admin))
        stand.upstream.state.withLock { $0.expires = second }
        #expect(await stand.settle() == first.adding(seconds: -86_400))
        kit.clock.advance(seconds: 9 * 86_400)
        await stand.settle()
        #expect(try stand.run.cause == .due(because: .expiry, slot: first.adding(seconds: -86_400)))
        #expect(try stand.run.phase == .overlapping)
        #expect(expires() == second)
        let made = try kit.events().filter { $0.changes?.contains("expires=\(second)") == true }
        #expect(made.map(\.type) == ["rotation.answer"])
        // The value before comes back with its date.
        _ = try await kit.vault.perform(Rotations.rollback(name, by: kit.admin))
        await stand.settle()
        #expect(try stand.run.phase == .rolledBack)
        #expect(expires() == first)
        // After a rotation that somebody took back, the next one leaves them a day.
        kit.clock.advance(seconds: 86_400)
        await stand.settle()
        #expect(expires() == second)
        kit.clock.advance(seconds: 3600)
        #expect(await stand.settle() == second.adding(seconds: -86_400))
        #expect(try stand.run.phase == .retired)
    }

    @Test func `nothing is tried while there is no worker, and everything when one comes`() async throws {
        let stand = try await RotationStand(schedule: "rate(1 day)")
        stand.upstream.state.withLock { $0.isThere = false }
        // The one that waits already takes one step.
        try await stand.start()
        await stand.settle()
        #expect(stand.upstream.asked == [.preflight])
        #expect(try stand.run.doing == nil)
        stand.upstream.state.withLock { $0.isThere = true }
        stand.work()
        await stand.settle()
        #expect(try stand.run.phase == .overlapping)
    }

    @Test func `a candidate that does not work never reaches a server, and the next one does`() async throws {
        let stand = try await RotationStand(overlaps: false)
        stand.upstream.answer(.test, StepAnswer(.failed, message: try PlainText("no")))
        try await stand.start()
        await stand.settle()
        #expect(try await stand.login().password == "first")
        #expect(try await stand.works())
        try await stand.finish()
        #expect(try stand.run.phase == .retired)
        #expect(try await stand.works())
        #expect(try await stand.states == ["1 retired", "2 destroyed", "3 current"])
    }

    @Test func `the old value stays until every server has the new one, and a minute longer`() async throws {
        let stand = try await RotationStand()
        let kit = stand.kit
        try await kit.mustAddServer("notes")
        try await kit.mustAddTool("notes/search")
        try await kit.mustGrant("notes/search", RotationStand.secret, fields: ["password"])
        let held = try await kit.mustIssue()
        _ = try await kit.mustResolve(RotationStand.secret, field: "password", with: held)
        try await stand.start()
        await stand.settle()
        #expect(try stand.run.phase == .overlapping)
        kit.clock.advance(seconds: 61)
        await stand.settle()
        #expect(try stand.run.phase == .overlapping, "the server has not come")
        let next = try await kit.mustIssue()
        _ = try await kit.mustResolve(RotationStand.secret, field: "password", with: next)
        await stand.settle()
        #expect(try stand.run.phase == .overlapping, "a call may be at work with the old one")
        kit.clock.advance(seconds: 60)
        await stand.settle()
        #expect(try stand.run.phase == .retired)
    }

    @Test func `the old value of a compromised secret goes at once`() async throws {
        let stand = try await RotationStand()
        try await stand.kit.mustAddServer("notes")
        try await stand.kit.mustAddTool("notes/search")
        try await stand.kit.mustGrant("notes/search", RotationStand.secret, fields: ["password"])
        _ = try await stand.kit.mustResolve(
            RotationStand.secret,
            field: "password",
            with: stand.kit.mustIssue()
        )
        try await stand.start(compromised: true)
        await stand.settle()
        #expect(try stand.run.phase == .retired)
    }

    @Test func `a rollback within the overlap makes the old value current, and the new one invalid`() async throws {
        let stand = try await RotationStand()
        // Without a server that has it nobody would need the old value.
        try await stand.kit.mustAddServer("notes")
        try await stand.kit.mustAddTool("notes/search")
        try await stand.kit.mustGrant("notes/search", RotationStand.secret, fields: ["password"])
        _ = try await stand.kit.mustResolve(
            RotationStand.secret,
            field: "password",
            with: stand.kit.mustIssue()
        )
        try await stand.start()
        await stand.settle()
        _ = try await stand.kit.vault.perform(Rotations.rollback(stand.name, by: stand.kit.admin))
        await stand.settle()
        #expect(try stand.run.phase == .rolledBack)
        #expect(try await stand.login() == ("a", "first"))
        #expect(stand.upstream.accepted == ["a": "first"])
    }

    @Test func `a value that somebody stores by hand while a rotation runs stays`() async throws {
        let stand = try await RotationStand()
        stand.upstream.answer(.test, .lost(nil))
        try await stand.start()
        await stand.settle()
        try await stand.kit.mustPut(RotationStand.secret, fields: ["username": "a", "password": "mine"])
        try await stand.finish()
        #expect(try stand.run.phase == .aborted)
        #expect(try await stand.login().password == "mine")
        // What is taken back gives way to theirs, and not to the one before.
        #expect(stand.upstream.handed(.discard)?.current?.number == 3)
    }

    @Test func `what cannot be taken back is listed until somebody says that it is gone`() async throws {
        let stand = try await RotationStand()
        stand.upstream.answer(.test, StepAnswer(.failed, mayRetry: false))
        stand.upstream.answer(.discard, StepAnswer(.failed, mayRetry: false))
        try await stand.start()
        try await stand.finish()
        #expect(try stand.run.waitsForPerson)
        _ = try await stand.kit.vault.perform(Rotations.abort(stand.name, by: stand.kit.admin))
        let orphan = try #require(try stand.rotation.orphans.first)
        #expect(orphan.leftover.version == 2)
        // Its value is what somebody needs to make it invalid by hand.
        #expect(try await stand.kit.reveal(RotationStand.secret, field: "username", version: 2) == "b")
        await #expect(throws: Refusal.rotationOrphaned) {
            try await stand.kit.vault.perform(Rotations.remove(stand.name, by: stand.kit.admin))
        }
        _ = try await stand.kit.vault.perform(
            Rotations.forget(stand.name, orphanOf: orphan.rotation, by: stand.kit.admin)
        )
        #expect(try stand.rotation.orphans.isEmpty)
    }

    @Test func `an answer that comes too late changes nothing`() async throws {
        let stand = try await RotationStand()
        try await stand.start()
        await stand.settle()
        let before = stand.kit.vault.sequence
        for late in stand.late.withLock({ $0 }) { late() }
        await stand.kit.vault.heartbeat()
        #expect(stand.kit.vault.sequence == before)
    }

    @Test func `no value stands in any event of a rotation`() async throws {
        let stand = try await RotationStand()
        try await stand.start()
        try await stand.finish()
        let password = try await stand.login().password
        for event in try stand.kit.events() {
            let leaks = (event.changes ?? []).filter { $0.contains(password) || $0.contains("first") }
            #expect(leaks.isEmpty)
        }
    }
}

extension SecretRotationTests {
    @Test func `what rotations and deliveries wrote is what the log says was written`() async throws {
        let stand = try await RotationStand()
        let kit = stand.kit
        try await kit.mustAddServer("notes")
        try await kit.mustAddTool("notes/search")
        try await kit.mustGrant("notes/search", RotationStand.secret, fields: ["password"])
        _ = try await kit.mustResolve(RotationStand.secret, field: "password", with: kit.mustIssue())
        try await stand.start(compromised: true)
        try await stand.finish()
        _ = try await kit.mustResolve(RotationStand.secret, field: "password", with: kit.mustIssue())
        let keys = try #require(kit.vault.keys)
        let report = try DeepCheck(keys.ring, #require(kit.vault.foundation), store: kit.store).run()
        #expect(report.findings.isEmpty, "\(report.findings)")
    }
}

extension SecretRotationTests {
    @Test func `what a person cannot have is refused by its own reason`() async throws {
        let stand = try await RotationStand()
        let name = try stand.name
        func refusal(_ command: (SecretName, Caller) -> Command<Rotations.Overview>) async -> Refusal? {
            await stand.kit.refusal(of: command(name, stand.kit.admin))
        }
        #expect(await refusal { Rotations.abort($0, by: $1) } == .rotationEnded)
        try await stand.start()
        #expect(await refusal { Rotations.rollback($0, by: $1) } == .rotationNotPromoted)
        #expect(await refusal { Rotations.resume($0, by: $1) } == .rotationNotWaiting)
        #expect(await refusal { Rotations.start($0, reason: nil, compromised: false, by: $1) } == .rotationBusy)
        try await stand.finish()
        #expect(await refusal { Rotations.rollback($0, by: $1) } == .rotationRetired)
        #expect(await refusal { Rotations.pause($0, false, by: $1) } == .nothingToUndo)
    }
}

extension SecretRotationTests {
    @Test func `a step is handed what is valid beside the candidate, and the last one what stays`() async throws {
        let stand = try await RotationStand()
        try await stand.start()
        try await stand.finish()
        #expect(try stand.run.phase == .retired)
        func numbers(_ step: RotationStep) throws -> [UInt32?] {
            let handout = try #require(stand.upstream.handed(step))
            return [handout.current?.number, handout.candidate?.number, handout.retiring?.number]
        }
        #expect(try numbers(.create) == [1, nil, nil])
        for step in [RotationStep.set, .test] { #expect(try numbers(step) == [1, 2, nil]) }
        #expect(try numbers(.retire) == [2, 2, 1])
        let steps = try stand.kit.events().filter { $0.type == "rotation.step" }
        let retire = try #require(steps.first { $0.changes?.contains("step=retire") == true })
        #expect(retire.changes?.contains("handed/v1/password+username") == true)
        #expect(retire.changes?.contains("handed/v2/password+username") == true)
    }

    @Test func `a database gets its own settings, and the vault makes its password as the others say`() async throws {
        let stand = try await RotationStand()
        try await stand.kit.mustPut("app/empty", fields: ["username": "a"])
        let name = try SecretName("app/empty")
        let settings = ["length": "41", "timeout": "7", "field": "username", "roles": "a,b"]
        var plan = Rotations.Plan(rotator: try Rotator("postgres:main"))
        for (key, value) in settings { plan.settings[try RotatorSetting(key)] = try PlainText(value) }
        _ = try await stand.kit.vault.perform(Rotations.set(name, plan, by: stand.kit.admin))
        _ = try await stand.kit.vault.perform(
            Rotations.start(name, reason: nil, compromised: false, by: stand.kit.admin)
        )
        await stand.settle()
        let set = try #require(stand.upstream.handed(.set))
        #expect(set.settings.map(\.key.text) == ["roles"])
        #expect(set.seconds == 7)
        #expect(try await stand.kit.reveal("app/empty", field: "password", version: 2).utf8.count == 41)
        #expect(try await stand.kit.reveal("app/empty", field: "username", version: 2) == "b")
    }
}
