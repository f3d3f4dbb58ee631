import Alerting
import HashTreeCollections
import Locking
import Rotating
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// What the vault's rules find becomes alerts, and what follows from them.
@Suite("Alerts")
struct AlertTests {
    private static let peer = Peer.synthetic()

    private func vault() async throws -> TestVault {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        try await kit.mustPut("decoy/aws")
        try await kit.mustGrant("notes/search", "decoy/aws")
        _ = try await kit.vault.perform(
            Secrets.set(try SecretName("decoy/aws"), Secrets.Properties(honeytoken: true), by: kit.admin)
        )
        return kit
    }

    /// Somebody of the server asks for the decoy, in vain or not.
    private func touch(_ kit: TestVault, _ tool: String = "notes/search", by peer: Peer = peer) async throws {
        let command = Tokens.resolveOnce(
            try SecretName("decoy/aws"),
            fields: [.value],
            for: try kit.demand(tool),
            by: kit.server(peer)
        )
        _ = await kit.refusal(of: command)
        await settle(kit)
    }

    /// What was found is written down by a transaction of its own, and what follows by the next.
    private func settle(_ kit: TestVault) async { for _ in 0..<4 { await kit.vault.heartbeat() } }

    private func open(_ kit: TestVault) throws -> [Alert] {
        let state = try #require(kit.vault.state)
        return state.openAlerts.values.compactMap { state.alerts[$0] }.sorted { $0.subject < $1.subject }
    }

    private func set(
        _ kit: TestVault,
        _ rule: AlertRule,
        _ body: @escaping @Sendable (inout AlertSettings) -> Void
    )
        async throws
    { _ = try await kit.vault.perform(Alerts.set(rule, body, by: kit.admin)) }

    private func quarantined(_ kit: TestVault) -> [String] {
        (kit.vault.state?.servers.values.filter { $0.quarantine != nil }.map(\.name.text) ?? []).sorted()
    }

    // MARK: Raising

    @Test("what is found becomes one alert, with the events that it took, and an event of the vault")
    func raised() async throws {
        let kit = try await vault()
        try await touch(kit)
        let asked = try #require(try kit.events().last { $0.type == "secret.resolve" })
        let alert = try #require(try open(kit).first)
        #expect(alert.rule == .honeytoken && alert.subject.description == "server:notes")
        #expect(alert.count == 1 && alert.firstEvents == [asked.sequence] && alert.lastEvents.isEmpty)
        let event = try kit.lastEvent()
        #expect(event.type == "alert.raise" && event.actor == "vault" && event.server == "notes")
        #expect(event.changes?.contains("rule=honeytoken") == true)
        #expect(event.changes?.contains("event/\(asked.sequence)") == true)
        // Found again it is the same alert; that is written down now and then.
        for _ in 0..<20 { try await touch(kit) }
        #expect(try kit.events().count { $0.type == "alert.raise" } == 1)
        kit.vault.raiseAlerts()
        await settle(kit)
        let again = try #require(try open(kit).first)
        #expect(try open(kit).count == 1 && again.id == alert.id && again.count == 21)
        #expect(again.firstEvents.count == 5 && again.lastEvents.count == 5)
    }

    @Test("an alert survives a restart, and what is found afterwards is the same one")
    func restart() async throws {
        let kit = try await vault()
        try await touch(kit)
        let first = try #require(try open(kit).first)
        let again = try TestVault(restarting: kit)
        #expect(try await again.unseal().refusal == nil)
        #expect(try open(again).map(\.id) == [first.id])
        try await touch(again)
        again.vault.raiseAlerts()
        await settle(again)
        #expect(try open(again).map(\.id) == [first.id])
        #expect(try open(again).first?.count == 2)
        #expect(again.vault.state?.lost.isEmpty == true)
    }

    @Test("what cannot be written down waits, over a seal too")
    func fullDisk() async throws {
        let kit = try await vault()
        try await set(kit, .refusals) { $0.threshold = 1 }
        kit.store.fail(.unavailable(code: 13), times: 1) { !$0.records.isEmpty }
        _ = await kit.refusal(of: Tokens.issue(try kit.demand("notes/none"), by: kit.server(Self.peer)))
        await settle(kit)
        #expect(try open(kit).isEmpty)
        try await kit.seal()
        #expect(try await kit.unseal().refusal == nil)
        kit.vault.raiseAlerts()
        await settle(kit)
        #expect(try open(kit).map(\.rule) == [.refusals])
    }

    @Test("nothing that was refused for want of a disk is found")
    func unwritten() async throws {
        let kit = try await vault()
        kit.store.fail(.unavailable(code: 13), times: 1)
        try await touch(kit)
        #expect(try open(kit).isEmpty)
    }

    // MARK: People

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

    @Test("people are told of an alert once, by the program that tells them everything else")
    func told() async throws {
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
        let keeper = NoticeKeeper(kit.vault)
        for _ in 0..<3 {
            keeper.look { _, _ in }
            await kit.vault.heartbeat()
        }
        let notices = stand.upstream.state.withLock { $0.notices }
        let alert = try #require(try open(kit).first)
        #expect(notices.map(\.kind) == [.alertRaised])
        #expect(notices.first?.id == "alert_raised.\(alert.id)")
        #expect(notices.first?.facts["rule"] == "honeytoken" && notices.first?.facts["subject"] == "server:notes")
        #expect(alert.told == notices.first?.id)
    }

    // MARK: Quarantine

    @Test("a server that touches a decoy is blocked by the vault, in the name of the alert, until a person lets it in")
    func quarantine() async throws {
        let kit = try await vault()
        try await set(kit, .honeytoken) { $0.quarantines = true }
        let token = try await kit.mustIssue()
        try await touch(kit)
        #expect(quarantined(kit) == ["notes"])
        let alert = try #require(try open(kit).first)
        let event = try #require(try kit.events().last { $0.type == "server.quarantine" })
        #expect(event.actor == "vault" && event.server == "notes" && event.decision == "allowed")
        #expect(event.changes?.first == "alert=\(alert.id)")
        let name = try ServerName("notes")
        #expect(kit.vault.state?.servers[name]?.quarantine?.alert == alert.id)
        let resolve = try kit.resolve(with: token)
        #expect(await kit.refusal(of: resolve) == .tokenUnknown)
        // What it goes on trying is no reason to block it after its release.
        for _ in 0..<3 { try await touch(kit) }
        kit.vault.raiseAlerts()
        await settle(kit)
        _ = try await kit.vault.perform(Servers.release(try ServerName("notes"), by: kit.admin))
        kit.vault.raiseAlerts()
        await settle(kit)
        #expect(quarantined(kit).isEmpty)
        try await touch(kit)
        #expect(quarantined(kit) == ["notes"])
    }

    @Test("whoever asks in another's name has nobody blocked")
    func impersonation() async throws {
        let kit = try await vault()
        try await kit.mustAddServer("mail", Selectors(uid: 3000))
        for rule in AlertRule.allCases {
            try await set(kit, rule) {
                $0.quarantines = true
                $0.threshold = 1
            }
        }
        for peer in [Peer.synthetic(uid: 4000), .synthetic(uid: 3000)] { try await touch(kit, by: peer) }
        #expect(try open(kit).allSatisfy { if case .user = $0.subject { true } else { false } })
        #expect(quarantined(kit).isEmpty)
    }

    @Test("of servers that are launched under one user, what one of them does is not held against the other")
    func launched() async throws {
        let kit = try await vault()
        let conditions = Selectors(uid: 3000, executable: "/usr/bin/warder", isLaunched: true)
        for server in ["a", "b"] {
            try await kit.mustAddServer(server, conditions)
            try await kit.mustAddTool("\(server)/x")
        }
        for rule in AlertRule.allCases {
            try await set(kit, rule) {
                $0.quarantines = true
                $0.threshold = 1
            }
        }
        func member(of server: String) throws -> Peer {
            let name = try ServerName(server)
            let id = try #require(kit.vault.state?.servers[name]?.id)
            var peer = Peer.synthetic(uid: 3000)
            peer.launch = LaunchMembership(
                id: LaunchID(random: id),
                server: name,
                conditions: conditions,
                part: .member
            )
            return peer
        }
        // In the other's name.
        try await touch(kit, "b/x", by: try member(of: "a"))
        #expect(quarantined(kit).isEmpty)
        #expect(try open(kit).allSatisfy { $0.subject == .user(3000) } && !open(kit).isEmpty)
        // In its own: whoever runs it has another executable than whoever started it.
        try await touch(kit, "a/x", by: try member(of: "a"))
        #expect(quarantined(kit) == ["a"])
    }

    @Test("alerts cannot take everything down: three servers an hour, and the rest wait for people")
    func atMost() async throws {
        let kit = try await vault()
        try await set(kit, .honeytoken) { $0.quarantines = true }
        for index in 1...6 {
            try await kit.mustAddServer("s\(index)", Selectors(uid: 5000 + UInt32(index)))
            try await kit.mustAddTool("s\(index)/a")
        }
        for index in 1...6 { try await touch(kit, "s\(index)/a", by: .synthetic(uid: 5000 + UInt32(index))) }
        #expect(quarantined(kit) == ["s1", "s2", "s3"])
        #expect(try open(kit).count == 6)
        kit.clock.advance(seconds: 3601)
        kit.vault.raiseAlerts()
        await settle(kit)
        #expect(quarantined(kit).count == 3)
        try await touch(kit, "s6/a", by: .synthetic(uid: 5006))
        #expect(quarantined(kit) == ["s1", "s2", "s3", "s6"])
    }

    @Test("what noise has used up is not missing when somebody takes a decoy")
    func decoyFirst() async throws {
        let kit = try await vault()
        try await set(kit, .honeytoken) { $0.quarantines = true }
        try await set(kit, .refusals) {
            $0.quarantines = true
            $0.threshold = 1
        }
        for index in 1...5 {
            try await kit.mustAddServer("s\(index)", Selectors(uid: 5000 + UInt32(index)))
            try await kit.mustAddTool("s\(index)/a")
        }
        for index in 1...4 {
            let peer = Peer.synthetic(uid: 5000 + UInt32(index))
            _ = await kit.refusal(of: Tokens.issue(try kit.demand("s\(index)/none"), by: kit.server(peer)))
            await settle(kit)
        }
        #expect(quarantined(kit) == ["s1", "s2", "s3"])
        try await touch(kit, "s5/a", by: .synthetic(uid: 5005))
        #expect(quarantined(kit) == ["s1", "s2", "s3", "s5"])
    }

    @Test("a clock that is set back uses nobody's room up")
    func clockSetBack() async throws {
        let kit = try await vault()
        try await set(kit, .honeytoken) { $0.quarantines = true }
        for index in 1...4 {
            try await kit.mustAddServer("s\(index)", Selectors(uid: 5000 + UInt32(index)))
            try await kit.mustAddTool("s\(index)/a")
        }
        for index in 1...3 { try await touch(kit, "s\(index)/a", by: .synthetic(uid: 5000 + UInt32(index))) }
        kit.clock.setWall(to: kit.clock.now().wall.adding(seconds: -86_400))
        try await touch(kit, "s4/a", by: .synthetic(uid: 5004))
        #expect(quarantined(kit).contains("s4"))
    }

    @Test("where nothing can be blocked, what is found again is written down with everything else")
    func noRoom() async throws {
        let kit = try await vault()
        try await set(kit, .honeytoken) { $0.quarantines = true }
        try await set(kit, .refusals) { $0.isOn = false }
        for index in 1...4 {
            try await kit.mustAddServer("s\(index)", Selectors(uid: 5000 + UInt32(index)))
            try await kit.mustAddTool("s\(index)/a")
        }
        for index in 1...4 { try await touch(kit, "s\(index)/a", by: .synthetic(uid: 5000 + UInt32(index))) }
        func raised() throws -> Int { try kit.events().count { $0.type == "alert.raise" } }
        let before = try raised()
        for _ in 0..<20 { try await touch(kit, "s4/a", by: .synthetic(uid: 5004)) }
        #expect(try raised() == before)
        // The same for who is muted.
        let key = Alert.Key(rule: .honeytoken, subject: .server(try ServerName("notes")))
        let reason = try PlainText("a rehearsal")
        _ = try await kit.vault.perform(Alerts.mute(key, seconds: 600, reason: reason, by: kit.admin))
        kit.clock.advance(seconds: 3601)
        _ = try await kit.vault.perform(Alerts.mute(key, seconds: 600, reason: reason, by: kit.admin))
        for _ in 0..<20 { try await touch(kit) }
        #expect(try raised() == before + 1)
    }

    // MARK: What is kept

    @Test("what is usual for a server survives a restart, and goes with it")
    func habits() async throws {
        let kit = try await vault()
        _ = try await kit.mustIssue()
        kit.vault.keepHabits()
        await settle(kit)
        let name = try ServerName("notes")
        #expect(kit.vault.state?.habits[name]?.habit.days == [1])
        #expect(try kit.lastEvent().type == "alert.learn")
        kit.vault.keepHabits()
        await settle(kit)
        #expect(try kit.events().count { $0.type == "alert.learn" } == 1)
        let again = try TestVault(restarting: kit)
        #expect(try await again.unseal().refusal == nil)
        #expect(again.vault.state?.habits[name]?.habit.looks.map(\.uid) == [2000])
        for tool in again.vault.state?.tools(of: name) ?? [] {
            for grant in again.vault.state?.grants(of: tool.name) ?? [] {
                try await again.mustRevokeGrant(tool.name.text, grant.secret.text)
            }
            try await again.vault.perform(Tools.remove(tool.name, by: again.admin))
        }
        try await again.vault.perform(Servers.remove(name, by: again.admin))
        #expect(again.vault.state?.habits.isEmpty == true)
        let last = try TestVault(restarting: again)
        #expect(try await last.unseal().refusal == nil)
        #expect(last.vault.state?.lost.isEmpty == true)
    }

    @Test("as many users as one likes make no more alerts than there is room for")
    func manyUsers() async throws {
        let kit = try await vault()
        try await set(kit, .refusals) { $0.threshold = 1 }
        for start in 0..<4 as Range<UInt32> {
            for uid in 0..<100 as Range<UInt32> {
                let turned = TurnedAway(kind: .notOperator, uid: 10_000 + start * 100 + uid, requests: 9)
                _ = try await kit.vault.record(turned)
            }
            await settle(kit)
        }
        kit.vault.raiseAlerts()
        await settle(kit)
        #expect(try open(kit).count <= Alerts.maximumUsers + 1)
        #expect(try open(kit).contains { $0.subject == .severalUsers })
        let before = try kit.events().count { $0.type == "alert.raise" }
        for uid in 0..<20 as Range<UInt32> {
            _ = try await kit.vault.record(TurnedAway(kind: .notOperator, uid: 90_000 + uid, requests: 9))
            await settle(kit)
        }
        #expect(try kit.events().count { $0.type == "alert.raise" } == before)
    }
}
