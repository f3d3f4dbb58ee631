import Alerting
import HashTreeCollections
import Rotating
import Scheduling
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// What an event says of a change: how it is now, and how it was.
@Suite struct ChangeEventTests {
    private static let tool = "notes/search"

    private static func kit() async throws -> TestVault {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        return kit
    }

    /// What is said beside the records that were written.
    private static func said(_ kit: TestVault) throws -> [String] {
        try #require(try kit.lastEvent().changes).filter { !$0.contains("@") }
    }

    private static func set(_ kit: TestVault, _ change: (inout Tools.Changes) throws -> Void) async throws -> [String] {
        var changes = Tools.Changes()
        try change(&changes)
        _ = try await kit.vault.perform(Tools.set(try ToolID(tool), changes, by: kit.admin))
        return try said(kit)
    }

    @Test("of a tool's words, owner, pin and permissions an event has the new ones and the old ones")
    func toolWords() async throws {
        let kit = try await Self.kit()
        let first = try await Self.set(kit) {
            $0.owner = try PlainText("sales")
            $0.text = try PlainText("Finds notes: a/b@c")
            $0.expectedOutputs = try PlainText("titles")
            $0.permissions = try [PlainText("notes:read"), PlainText("notes:list")]
        }
        #expect(first.contains("owner=sales") && first.contains("before/owner="))
        #expect(first.contains("expected_outputs=titles") && first.contains("before/expected_outputs="))
        #expect(first.contains("permission=notes:read") && first.contains("permission=notes:list"))
        #expect(!first.contains { $0.hasPrefix("before/permission") })
        let second = try await Self.set(kit) {
            $0.owner = try PlainText("legal")
            $0.text = .some(nil)
            $0.permissions = []
        }
        #expect(second.contains("owner=legal") && second.contains("before/owner=sales"))
        #expect(second.contains("description="))
        #expect(try kit.lastEvent().changes?.contains("before/description=Finds notes: a/b@c") == true)
        #expect(second.contains("permission=") && second.contains("before/permission=notes:read"))
        let third = try await Self.set(kit) { $0.permissions = .some(nil) }
        #expect(third.contains("before/permission=") && !third.contains("permission="))
        // What was set to what it was has no before.
        let same = try await Self.set(kit) { $0.owner = try PlainText("legal") }
        #expect(same.contains("owner=legal") && !same.contains { $0.hasPrefix("before/") })
    }

    @Test("of a class an event has both, and the reason that no longer holds")
    func toolClass() async throws {
        let kit = try await Self.kit()
        let first = try await Self.set(kit) {
            ($0.risk, $0.reason) = (.critical, try PlainText("it moves money"))
        }
        #expect(first.contains("risk=critical") && first.contains("before=read-only,standard"))
        #expect(!first.contains { $0.hasPrefix("before/reason") })
        let second = try await Self.set(kit) {
            ($0.risk, $0.reason) = (.readOnly, try PlainText("it does not any more"))
        }
        #expect(second.contains("risk=read-only") && second.contains("before=critical,standard"))
        #expect(second.contains("before/reason=it moves money"))
        #expect(try kit.lastEvent().purpose == "it does not any more")
    }

    @Test("a definition that is accepted and raises the class leaves both classes")
    func accepted() async throws {
        let kit = try await Self.kit()
        try await kit.importTools([.named("get_file")])
        try await kit.importTools([.named("get_file", description: "Delete all files permanently.")])
        try await kit.accept(["notes/get_file"])
        let said = try Self.said(kit)
        #expect(said.contains("before/risk=read-only") && said.contains("before/category=standard"))
        #expect(!said.contains("risk=read-only") && said.contains { $0.hasPrefix("risk=") })
        #expect(said.contains("description=Delete all files permanently."))
        #expect(said.contains("before/description=Get a file."))
    }

    @Test("a grant that goes says what it was, and one that comes all that it is")
    func grants() async throws {
        let kit = try await Self.kit()
        let key = try kit.key(Self.tool, "notes/api")
        let before = try #require(kit.vault.state?.grants[key])
        try await kit.mustRevokeGrant(Self.tool, "notes/api")
        let gone = try Self.said(kit)
        #expect(
            gone == [
                "before/approval=\(before.approval.rawValue)", "before/lifetime=\(before.lifetime)s",
                "before/attestation=\(before.minimumAttestation.rawValue)",
            ]
        )
        #expect(try kit.lastEvent().fields == before.fields.map(\.text))
        let terms = Grants.Terms(
            fields: [.value],
            lifetime: 60,
            uses: 3,
            approval: .none,
            minimumAttestation: .pidfd,
            expires: nil
        )
        _ = try await kit.vault.perform(Grants.add(key, terms, by: kit.admin))
        #expect(try Self.said(kit) == ["approval=none", "lifetime=60s", "uses=3", "attestation=pidfd"])
    }

    @Test("a server's conditions and owner stand in its events as they were, and when it goes")
    func servers() async throws {
        let kit = try await TestVault()
        let name = try ServerName("wiki")
        _ = try await kit.vault.perform(
            Servers.add(name, owner: try PlainText("platform"), selectors: Selectors(uid: 7, gid: 8), by: kit.admin)
        )
        #expect(try Self.said(kit) == ["uid=7", "gid=8", "owner=platform"])
        let owner = try PlainText("legal")
        let update = Servers.update(name, owner: owner, selectors: Selectors(uid: 7), by: kit.admin)
        _ = try await kit.vault.perform(update)
        #expect(
            try Self.said(kit) == [
                "uid=7", "before/uid=7", "before/gid=8", "owner=legal", "before/owner=platform", "revoked=0",
            ]
        )
        _ = try await kit.vault.perform(Servers.remove(name, by: kit.admin))
        #expect(try Self.said(kit) == ["before/uid=7", "before/owner=legal"])
    }

    @Test("a limit and an approval rule say what held before, whoever had set that")
    func rules() async throws {
        let kit = try await TestVault(limits: .product)
        let risk = RateLimit.Scope(server: nil, risk: .critical)
        _ = try await kit.vault.perform(Limits.set(risk, .perMinute(50), by: kit.admin))
        #expect(try Self.said(kit) == ["risk=critical", "limit=50/min", "before/limit=10/min"])
        _ = try await kit.vault.perform(Limits.set(risk, .inherit, by: kit.admin))
        #expect(try Self.said(kit) == ["risk=critical", "limit=inherit", "before/limit=50/min"])

        let scope = ApprovalRule.Scope(server: nil, risk: .critical, category: .standard)
        let standard = ApprovalTerms.standard(.critical, .standard, in: .team)
        _ = try await kit.vault.perform(Approvals.setRule(scope, .none, by: kit.admin))
        #expect(
            try Self.said(kit) == ["scope=critical/standard", "votes=nobody", "before/votes=\(standard)"]
        )
        _ = try await kit.vault.perform(Approvals.removeRule(scope, by: kit.admin))
        #expect(
            try Self.said(kit) == ["scope=critical/standard", "votes=\(standard)", "before/votes=nobody"]
        )
    }

    @Test("an alert rule and a rotation are there as they were, whole")
    func alertAndRotation() async throws {
        let kit = try await TestVault()
        let usual = AlertSettings.usual(.spike)
        _ = try await kit.vault.perform(Alerts.set(.spike, { $0.isOn = false }, by: kit.admin))
        let said = try Self.said(kit)
        #expect(said.prefix(2) == ["rule=spike", "off"])
        #expect(said.contains("before/on") && said.contains("before/threshold=\(usual.threshold)"))

        try await kit.mustPut("shop/db")
        try await kit.mustPut("shop/admin")
        let name = try SecretName("shop/db")
        var plan = Rotations.Plan(rotator: .random)
        plan.settings = [try RotatorSetting("length"): try PlainText("40")]
        _ = try await kit.vault.perform(Rotations.set(name, plan, by: kit.admin))
        #expect(try Self.said(kit) == ["rotator=random", "attempts=5", "setting/length=40"])
        plan.rotator = .exec(try RotatorEntry("shop"))
        plan.helper = try SecretName("shop/admin")
        plan.timing = try RotationTiming(
            schedule: try Schedule("P30D"),
            window: try DailyWindow("22:00-04:00 Europe/Berlin"),
            jitterSeconds: 60,
            maximumAgeSeconds: 3_456_000
        )
        plan.overlap = 3600
        _ = try await kit.vault.perform(Rotations.set(name, plan, by: kit.admin))
        #expect(
            try Self.said(kit) == [
                "rotator=exec:shop", "schedule=P30D", "window=22:00-04:00 Europe/Berlin", "jitter=60s",
                "max_age=3456000s", "before_expiry=86400s", "overlap=3600s", "attempts=5", "helper=shop/admin",
                "setting/length=40", "before/rotator=random", "before/attempts=5", "before/setting/length=40",
            ]
        )
        _ = try await kit.vault.perform(Rotations.remove(name, by: kit.admin))
        #expect(try Self.said(kit).first == "before/rotator=exec:shop")
    }
}
