import Alerting
import HashTreeCollections
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// What the vault's rules find becomes alerts, and what follows from them.
@Suite("Alerts")
struct AlertTests {
    static let peer = Peer.synthetic()

    func vault() async throws -> TestVault {
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
    func touch(_ kit: TestVault, _ tool: String = "notes/search", by peer: Peer = peer) async throws {
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
    func settle(_ kit: TestVault) async { for _ in 0..<4 { await kit.vault.heartbeat() } }

    func open(_ kit: TestVault) throws -> [Alert] {
        let state = try #require(kit.vault.state)
        return state.openAlerts.values.compactMap { state.alerts[$0] }.sorted { $0.subject < $1.subject }
    }

    func set(
        _ kit: TestVault,
        _ rule: AlertRule,
        _ body: @escaping @Sendable (inout AlertSettings) -> Void
    )
        async throws
    { _ = try await kit.vault.perform(Alerts.set(rule, body, by: kit.admin)) }

    func quarantined(_ kit: TestVault) -> [String] {
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
