import Alerting
import HashTreeCollections
import Sealing
import Testing
import WarderCrypto
import WarderModel
import WarderStoreSQLite
import WarderTesting

@testable import WarderCore

/// A vault with damaged records opens; what they allowed is refused, and nothing else changes.
@Suite struct LostRecordTests {
    /// A vault whose store lost something, unsealed again.
    private func reopened(_ kit: TestVault, after sql: String) async throws -> TestVault {
        let damaged = try kit.damaged(by: sql)
        try await damaged.unseal().get()
        return damaged
    }

    private func destroy(_ id: RecordID?) throws -> String {
        "UPDATE records SET sealed = zeroblob(length(sealed)) WHERE id = x'\(try #require(id))'"
    }

    @Test("a database that lost what the vault is built on is damaged, and none that nobody has set up")
    func foundation() async throws {
        let kit = try await TestVault()
        #expect(throws: StoreError.damaged(code: 11)) { try kit.damaged(by: "DELETE FROM vault") }
    }

    @Test("one damaged secret leaves the others as they were, and log and doctor name it")
    func secret() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        try await kit.mustPut("a/b", "untouched")
        try await kit.mustGrant("notes/search", "a/b")
        let id = try kit.vault.state?.secrets[SecretName("notes/api")]?.id
        let again = try await reopened(kit, after: try destroy(id))
        let token = try await again.mustIssue()
        #expect(try await again.mustResolve("a/b", with: token) == "untouched")
        #expect(await again.refusal(of: try again.resolve(with: token)) == .valueDamaged)

        let unsealing = try #require(try again.events().last { $0.type == "vault.unseal" })
        #expect(unsealing.changes?.contains("damaged/secret/\(try #require(id))") == true)
        #expect(unsealing.changes?.contains("missing/secret/notes/api") == true)
        #expect(unsealing.changes?.last == "lost=2")
        let diagnoses = try await again.vault.perform(Doctor.read(again.vault.jobs.presence, by: again.admin))
        #expect(Set(diagnoses.filter { $0.severity == .error }.map(\.code)) == ["record_damaged", "record_missing"])

        // Put in again, it works again.
        try await again.mustPut("notes/api", "put in again")
        #expect(try await again.mustResolve(with: token) == "put in again")
    }

    @Test("a damaged server is gone with its tools, and a quarantine with it opens nothing")
    func server() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        _ = try await kit.vault.perform(Servers.quarantine(try ServerName("notes"), reason: nil, by: kit.admin))
        let id = try kit.vault.state?.servers[ServerName("notes")]?.id
        let again = try await reopened(kit, after: try destroy(id))
        #expect(
            await again.refusal(of: Tokens.issue(try again.demand(), by: again.server(.synthetic()))) == .unknownPeer
        )
        #expect(again.vault.state?.servers.isEmpty == true)
    }

    @Test("a damaged tool or grant allows nothing")
    func toolAndGrant() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let tool = try kit.vault.state?.tools[ToolID("notes/search")]?.id
        let again = try await reopened(kit, after: try destroy(tool))
        #expect(
            await again.refusal(of: Tokens.issue(try again.demand(), by: again.server(.synthetic()))) == .toolMissing
        )

        let other = try await TestVault()
        try await other.mustSetUpNotes()
        let grant = try other.vault.state?.grants[other.key("notes/search", "notes/api")]?.id
        let third = try await reopened(other, after: try destroy(grant))
        #expect(
            await third.refusal(of: Tokens.issue(try third.demand(), by: third.server(.synthetic()))) == .grantMissing
        )
    }

    @Test("a damaged operator is nobody")
    func person() async throws {
        let kit = try await TestVault()
        let bob = try await kit.mustAddOperator("bob", uid: 1001, roles: [.admin])
        let again = try await reopened(kit, after: try destroy(kit.vault.state?.operators[1001]?.id))
        #expect(await again.refusal(of: Secrets.list(by: again.caller(bob, .operator))) == .notAnOperator)
        _ = try await again.vault.perform(Secrets.list(by: again.admin))
    }

    @Test("a server that cannot be read may run as anybody: operators have to prove that they are there")
    func presence() async throws {
        let kit = try await TestVault()
        try await kit.mustAddServer("as-ada", Selectors(uid: 1000))
        let add = Servers.add(
            try ServerName("new"),
            owner: nil,
            selectors: Selectors(uid: 7),
            by: kit.caller(kit.ada, .operator)
        )
        #expect(await kit.refusal(of: add) == .presenceRequired)
        // What the row says of its kind is the attacker's word.
        let id = try #require(try kit.vault.state?.servers[ServerName("as-ada")]?.id)
        let again = try await reopened(kit, after: "UPDATE records SET kind = 'tool' WHERE id = x'\(id)'")
        #expect(await again.refusal(of: add) == .presenceRequired)
    }

    @Test("a secret that was put back to before its rotation is refused, not served")
    func stale() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let id = try #require(try kit.vault.state?.secrets[SecretName("notes/api")]?.id)
        let before = try #require(try kit.store.recordRows(after: .min, limit: 100).first { $0.id == id })
        try await kit.mustPut("notes/api", "rotated")
        let again = try await reopened(
            kit,
            after: "UPDATE records SET revision = 1, sealed = x'\(Hex.encode(before.sealed))' WHERE id = x'\(id)'"
        )
        let token = try await again.mustIssue()
        #expect(await again.refusal(of: try again.resolve(with: token)) == .valueDamaged)
        await #expect(throws: Refusal.valueDamaged) { try await again.mustPut("notes/api") }
        let codes = try await again.vault.perform(Doctor.read(again.vault.jobs.presence, by: again.admin)).map(\.code)
        #expect(codes.contains("record_stale"))
    }

    @Test("of two grants of one name none holds")
    func contested() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let id = try #require(try kit.vault.state?.grants[kit.key("notes/search", "notes/api")]?.id)
        let before = try #require(try kit.store.recordRows(after: .min, limit: 100).first { $0.id == id })
        try await kit.mustRevokeGrant("notes/search", "notes/api")
        try await kit.mustGrant("notes/search", "notes/api", uses: 1)
        let again = try await reopened(
            kit,
            after: """
                INSERT INTO records (id, kind, revision, epoch, sealed)
                VALUES (x'\(id)', 'grant', 1, 1, x'\(Hex.encode(before.sealed))')
                """
        )
        #expect(
            await again.refusal(of: Tokens.issue(try again.demand(), by: again.server(.synthetic()))) == .grantMissing
        )
        await #expect(throws: Refusal.valueDamaged) { try await again.mustGrant("notes/search", "notes/api") }
        #expect(again.vault.state?.lost.entries.count { $0.reason == .contested } == 2)
    }

    @Test("a record that a later version wrote keeps this one from opening the vault")
    func newer() async throws {
        let kit = try await TestVault()
        let keys = try #require(kit.vault.keys)
        let foreign = RecordID.random()
        let sealed = try Self.seal("{}", as: "rule", foreign, keys.ring)
        let damaged = try kit.damaged(
            by: """
                INSERT INTO records (id, kind, revision, epoch, sealed)
                VALUES (x'\(foreign)', 'rule', 1, 1, x'\(Hex.encode(sealed))')
                """
        )
        #expect(try await damaged.unseal().refusal == .valueDamaged)
        #expect(damaged.vault.phase == .sealed)
    }

    /// As docs/formats/sealed-record.md says, for a kind that this version does not have.
    private static func seal(_ content: String, as kind: String, _ id: RecordID, _ ring: KeyRing) throws -> [UInt8] {
        var padded = Array(content.utf8) + [0x80]
        padded += Array(repeating: 0, count: 64 - padded.count)
        var place = Array("warder/record".utf8) + [0] + ring.vault.bytes
        place += [1, UInt8(kind.utf8.count)] + Array(kind.utf8) + id.bytes
        place += [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1]
        return [1] + AEAD.seal(padded, key: try AEADKey(ring.key(.metadata, epoch: 1)), associatedData: place)
    }

    @Test("a row that no schema allows does not keep the vault from opening")
    func shapeless() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let grant = try #require(try kit.vault.state?.grants[kit.key("notes/search", "notes/api")]?.id)
        let again = try await reopened(
            kit,
            after: "UPDATE records SET id = x'01', kind = 'nothing', revision = -1 WHERE id = x'\(grant)'"
        )
        // The row says nothing, and the log which record is not there.
        #expect(
            again.vault.state?.lost.entries == [
                LostRecords.Entry(reason: .damaged, kind: nil, id: nil, name: nil),
                LostRecords.Entry(reason: .damaged, kind: .grant, id: grant, name: "notes/search → notes/api"),
            ]
        )
    }

    @Test("of a lost limit and a lost alert rule the doctor says what holds instead, and what sets them anew")
    func limitAndAlertRule() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let scope = RateLimit.Scope(server: try ServerName("notes"), risk: .critical)
        _ = try await kit.vault.perform(Limits.set(scope, .perMinute(2), by: kit.admin))
        _ = try await kit.vault.perform(Alerts.set(.honeytoken, { $0.quarantines = true }, by: kit.admin))
        let limit = try #require(kit.vault.state?.limits[scope]?.id)
        let policy = try #require(kit.vault.state?.policies[.honeytoken]?.id)
        let again = try await reopened(
            kit,
            after: "UPDATE records SET sealed = zeroblob(length(sealed)) WHERE id IN (x'\(limit)', x'\(policy)')"
        )
        let findings = try await again.vault.perform(Doctor.read(again.vault.jobs.presence, by: again.admin))
            .filter { $0.code == "record_damaged" }
        let ofLimit = try #require(findings.first { $0.message.contains("\(limit)") })
        #expect(ofLimit.message.hasPrefix("The record \(limit) (limit of token requests critical of notes) does not"))
        #expect(ofLimit.message.contains("10 a minute for critical tools"))
        #expect(ofLimit.remedy.contains("warder limit set SERVER"))
        let ofPolicy = try #require(findings.first { $0.message.contains("\(policy)") })
        #expect(ofPolicy.message.contains("(settings of an alert rule)"))
        #expect(ofPolicy.message.contains("it quarantines no server"))
        #expect(ofPolicy.remedy.contains("warder alert rule set"))

        // What the finding says holds, and what the command sets holds from then on.
        let now = try await again.vault.perform(Limits.list(by: again.admin))
        #expect(!now.contains { $0.scope == scope })
        _ = try await again.vault.perform(Limits.set(scope, .perMinute(2), by: again.admin))
        let set = try await again.vault.perform(Limits.list(by: again.admin))
        #expect(set.first { $0.scope == scope }?.perMinute == 2)
        _ = try await again.vault.perform(Alerts.set(.honeytoken, { $0.quarantines = true }, by: again.admin))
        #expect(try await found(again).isEmpty)
        #expect(again.vault.state?.lost.isEmpty == true)
        // What cannot be read lies nowhere any more, and the log says the same as the records.
        let keys = try #require(again.vault.keys)
        let foundation = try #require(again.vault.foundation)
        let report = try DeepCheck(keys.ring, foundation, store: again.store).run()
        #expect(report.verdict == .sound, "\(report.findings)")
        #expect(try await again.reopened().vault.state?.lost.isEmpty == true)
    }

    private func found(_ kit: TestVault) async throws -> [Diagnosis] {
        try await kit.vault.perform(Doctor.read(kit.vault.jobs.presence, by: kit.admin))
            .filter { $0.code == "record_damaged" }
    }

    @Test("of two lost limits one goes with each that is set anew, and none with one that is set again")
    func twoLimits() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let scopes = [RateLimit.Scope(server: nil, risk: .critical), RateLimit.Scope(server: nil, risk: .sideEffect)]
        for scope in scopes { _ = try await kit.vault.perform(Limits.set(scope, .perMinute(2), by: kit.admin)) }
        let again = try await reopened(
            kit,
            after: "UPDATE records SET sealed = zeroblob(length(sealed)) WHERE kind = 'limit'"
        )
        #expect(try await found(again).count == 2)
        for _ in 0..<2 {
            _ = try await again.vault.perform(Limits.set(scopes[0], .perMinute(3), by: again.admin))
            #expect(try await found(again).count == 1)
        }
        // To say that what is more general holds mends it as well.
        _ = try await again.vault.perform(Limits.set(scopes[1], .inherit, by: again.admin))
        #expect(try await found(again).isEmpty)
        #expect(again.vault.state?.limits.count == 1)
    }

    @Test("who mutes a lost alert rule has not said what it looks for: it is told of until somebody does")
    func mutedRule() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        _ = try await kit.vault.perform(Alerts.set(.spike, { $0.quarantines = true }, by: kit.admin))
        let id = try #require(kit.vault.state?.policies[.spike]?.id)
        let again = try await reopened(kit, after: try destroy(id))
        let key = Alert.Key(rule: .spike, subject: .server(try ServerName("notes")))
        _ = try await again.vault.perform(
            Alerts.mute(key, seconds: 60, reason: try PlainText("noise"), by: again.admin)
        )
        #expect(try await found(again).count == 1)
        _ = try await again.vault.perform(Alerts.set(.spike, { $0.quarantines = true }, by: again.admin))
        #expect(try await found(again).isEmpty)
    }

    @Test("an approval rule whose row says that it is something else still asks")
    func disguisedRule() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let scope = ApprovalRule.Scope(server: nil, risk: .readOnly, category: .standard)
        let terms = ApprovalTerms([.anyOperator])
        let line = try await kit.vault.perform(Approvals.setRule(scope, terms, by: kit.admin))
        let rule = try #require(line.rule)
        for kind in ["habit", "nothing"] {
            let again = try await reopened(kit, after: "UPDATE records SET kind = '\(kind)' WHERE id = x'\(rule.id)'")
            let entry = LostRecords.Entry(
                reason: .damaged,
                kind: .approvalRule,
                id: rule.id,
                name: "read-only/standard"
            )
            #expect(again.vault.state?.lost.entries == [entry])
            let issue = Tokens.issue(try again.demand(), by: again.server(.synthetic()))
            #expect(await again.refusal(ofRequest: issue) == .valueDamaged)
        }
    }
}
