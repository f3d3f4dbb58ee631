import Alerting
import HashTreeCollections
import Locking
import Rotating
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Who is told of an alert, and what they can say to it.
extension AlertTests {
    @Test("who takes note says why, and what is found from then on is another alert")
    func acknowledged() async throws {
        let kit = try await vault()
        try await touch(kit)
        let first = try #require(try open(kit).first)
        let reason = try PlainText("a rehearsal")
        let server = Alerts.acknowledge(first.id, reason: reason, by: kit.server(Self.peer))
        #expect(await kit.refusal(of: server) == .notAnOperator)
        let noted = try await kit.vault.perform(Alerts.acknowledge(first.id, reason: reason, by: kit.admin))
        #expect(noted.acknowledged?.by.text == "ada" && noted.acknowledged?.reason == reason)
        #expect(await kit.refusal(of: Alerts.acknowledge(first.id, reason: reason, by: kit.admin)) == .nothingToUndo)
        try await touch(kit)
        #expect(try open(kit).count == 1)
        #expect(try open(kit).first?.id != first.id)
        #expect(try await kit.vault.perform(Alerts.list(by: kit.admin)).count == 2)
    }

    @Test("a program of the operator's cannot take note of what is held against it")
    func presence() async throws {
        let kit = try await TestVault(profile: .singleUser)
        try await kit.mustSetUpNotes()
        try await kit.mustPut("decoy/aws")
        _ = try await kit.vault.perform(
            Secrets.set(try SecretName("decoy/aws"), Secrets.Properties(honeytoken: true), by: kit.admin)
        )
        try await touch(kit)
        let alert = try #require(try open(kit).first)
        let reason = try PlainText("nothing to see")
        let program = Alerts.acknowledge(alert.id, reason: reason, by: kit.caller(kit.ada, .operator))
        #expect(await kit.refusal(of: program) == .presenceRequired)
        #expect(try open(kit).map(\.id) == [alert.id])
    }

    @Test("somebody's note does not keep the others from hearing of it, for a day")
    func notedBeforeTold() async throws {
        let kit = try await vault()
        func wanted() -> [Notice] { kit.vault.state?.notices(at: kit.clock.now().wall) ?? [] }
        try await touch(kit)
        let alert = try #require(try open(kit).first)
        _ = try await kit.vault.perform(Alerts.acknowledge(alert.id, reason: try PlainText("mine"), by: kit.admin))
        let notice = try #require(wanted().first)
        #expect(notice.subject == .alert(alert.id, of: try ServerName("notes")) && notice.facts["noted_by"] == "ada")
        kit.clock.advance(seconds: 86_400)
        #expect(wanted().isEmpty)
        kit.clock.advance(seconds: -86_400)
        let heard = HandoutAnswer(StepAnswer(.done))
        try await kit.vault.perform(Notices.sent(notice, heard, try: 1, isOver: true))
        #expect(wanted().isEmpty)
    }

    @Test("a notice that was given up was told to nobody: the doctor says so, and it is tried again every hour")
    func givenUp() async throws {
        let kit = try await vault()
        func wanted() -> [Notice] { kit.vault.state?.notices(at: kit.clock.now().wall) ?? [] }
        func diagnosis() async throws -> Diagnosis? {
            try await kit.vault.perform(Doctor.read(kit.vault.jobs.presence, by: kit.admin)).first {
                $0.code == "alerts_untold"
            }
        }
        try await touch(kit)
        let failed = HandoutAnswer(StepAnswer(.failed, mayRetry: false))
        for hour in 0..<3 {
            let notice = try #require(wanted().first, "\(hour)")
            #expect(notice.wasGivenUp == (hour > 0))
            try await kit.vault.perform(Notices.sent(notice, failed, try: 1, isOver: true))
            #expect(wanted().isEmpty)
            kit.clock.advance(seconds: 3599)
            #expect(wanted().isEmpty)
            kit.clock.advance(seconds: 1)
            #expect(try await diagnosis()?.message.contains("the program or webhook for it fails") == true)
        }
        let notice = try #require(wanted().first)
        try await kit.vault.perform(Notices.sent(notice, HandoutAnswer(StepAnswer(.done)), try: 1, isOver: true))
        kit.clock.advance(seconds: 3600)
        #expect(wanted().isEmpty)
        #expect(try await diagnosis() == nil)
    }

    @Test("who asks for a decoy is told of before calls that wait")
    func urgent() async throws {
        let stand = try await ApprovalStand()
        for index in 0..<3 { _ = try await stand.mustWait("[\(index)]") }
        stand.kit.clock.advance(seconds: 1)
        try await stand.kit.mustPut("decoy/aws")
        _ = try await stand.kit.vault.perform(
            Secrets.set(try SecretName("decoy/aws"), Secrets.Properties(honeytoken: true), by: stand.kit.admin)
        )
        try await touch(stand.kit, "shop/refund")
        let notices = stand.kit.vault.state?.notices(at: stand.kit.clock.now().wall) ?? []
        #expect(notices.count == 4 && notices.first?.kind == .alertRaised)
    }

    @Test("a mute tells nobody of one subject and rule, hides nothing, and ends")
    func muted() async throws {
        let kit = try await vault()
        let key = Alert.Key(rule: .honeytoken, subject: .server(try ServerName("notes")))
        try await set(kit, .honeytoken) { $0.quarantines = true }
        let reason = try PlainText("a rehearsal")
        let absent = Alerts.mute(key, seconds: 60, reason: reason, by: kit.caller(kit.ada, .operator))
        _ = await kit.refusal(of: absent)
        _ = try await kit.vault.perform(Alerts.mute(key, seconds: 600, reason: reason, by: kit.admin))
        try await touch(kit)
        #expect(try open(kit).map(\.isMuted) == [true])
        #expect(kit.vault.state?.notices(at: kit.clock.now().wall).isEmpty == true)
        #expect(quarantined(kit).isEmpty)
        // Another server is not meant.
        try await kit.mustAddServer("notes2", Selectors(uid: 3000))
        try await kit.mustAddTool("notes2/a")
        try await touch(kit, "notes2/a", by: .synthetic(uid: 3000))
        #expect(quarantined(kit) == ["notes2"])
        kit.clock.advance(seconds: 600)
        try await touch(kit)
        #expect(quarantined(kit) == ["notes", "notes2"])
        #expect(try open(kit).allSatisfy { !$0.isMuted })
    }

    /// A vault with a worker, in which a server asked for a decoy.
    private func alerted() async throws -> RotationStand {
        let stand = try await RotationStand()
        let kit = stand.kit
        let secret = try stand.name
        try await kit.mustAddServer("notes", Selectors(uid: 2000))
        try await kit.mustAddTool("notes/a")
        _ = try await kit.vault.perform(Secrets.set(secret, Secrets.Properties(honeytoken: true), by: kit.admin))
        let command = Tokens.resolveOnce(
            secret,
            fields: [.value],
            for: try kit.demand("notes/a"),
            by: kit.server(Self.peer)
        )
        _ = await kit.refusal(of: command)
        await settle(kit)
        return stand
    }

    @Test("people are told of an alert once, by the program that tells them everything else")
    func told() async throws {
        let stand = try await alerted()
        let keeper = NoticeKeeper(stand.kit.vault)
        for _ in 0..<3 {
            keeper.look { _, _ in }
            await stand.kit.vault.heartbeat()
        }
        let notices = stand.upstream.state.withLock { $0.notices }
        let alert = try #require(try open(stand.kit).first)
        #expect(notices.map(\.kind) == [.alertRaised])
        #expect(notices.first?.id == "alert_raised.\(alert.id)")
        #expect(notices.first?.facts["rule"] == "honeytoken" && notices.first?.facts["subject"] == "server:notes")
        #expect(alert.told == notices.first?.id)
    }

    @Test("who had an alert when it was given up is not told again with each hour's try")
    func toldApart() async throws {
        let stand = try await alerted()
        stand.upstream.state.withLock { state in
            state.deafness = (0..<6).map { _ in StepAnswer(.failed) }
            state.hearing = (0..<6).map { _ in [.webhook] }
        }
        let keeper = NoticeKeeper(stand.kit.vault)
        // Five tries, then one an hour, until the program has it too.
        for pause: Int64 in [60, 120, 240, 480, 3600, 3600, 3600, 3600] {
            for _ in 0..<2 {
                keeper.look { _, _ in }
                await stand.kit.vault.heartbeat()
            }
            stand.kit.clock.advance(seconds: pause)
        }
        let heardBefore = stand.upstream.state.withLock { $0.heardBefore }
        let expected: [Set<Notice.Way>] = [[]] + Array(repeating: [.webhook], count: 6)
        #expect(heardBefore == expected)
        let alert = try #require(try open(stand.kit).first)
        #expect(alert.told == "alert_raised.\(alert.id)")
    }
}
