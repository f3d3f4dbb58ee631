import Alerting
import HashTreeCollections
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// What a rule may block by itself, and whom it never blocks.
extension AlertTests {
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
}
