import HashTreeCollections
import Sealing
import SecretMemory
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Versions come and go in order; the current one is what a resolve answers with.
@Suite struct VersionTests {
    @Test("a new version is current, the one before it previous, and older ones retired")
    func states() async throws {
        let kit = try await TestVault()
        for value in ["one", "two", "three"] { try await kit.mustPut("a/b", value) }
        #expect(try await kit.states("a/b") == ["1 retired", "2 previous", "3 current"])
        #expect(try await kit.reveal("a/b") == "three")
        #expect(try await kit.reveal("a/b", version: 1) == "one")
    }

    @Test("only the first put says that the secret is new")
    func new() async throws {
        let kit = try await TestVault()
        #expect(try await kit.mustPut("a/b").isNew)
        #expect(try await !kit.mustPut("a/b").isNew)
    }

    @Test("a check stores only where the current version is the expected one")
    func check() async throws {
        let kit = try await TestVault()
        await #expect(throws: Refusal.checkFailed) { try await kit.mustPut("a/b", check: 1) }
        try await kit.mustPut("a/b", "one", check: 0)
        await #expect(throws: Refusal.alreadyExists) { try await kit.mustPut("a/b", "lost", check: 0) }
        try await kit.mustPut("a/b", "two", check: 1)
        await #expect(throws: Refusal.checkFailed) { try await kit.mustPut("a/b", "lost", check: 1) }
        #expect(try await kit.reveal("a/b") == "two")
        #expect(try await kit.states("a/b") == ["1 previous", "2 current"])
        #expect(try kit.events().filter { $0.reason == "check_failed" }.count == 2)
    }

    @Test("a new version tells which fields it lacks, and which tools were granted them")
    func dropped() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let name = try SecretName("notes/api")
        func put(_ field: String) async throws -> Secrets.Change {
            let fields = try SecretFields([try FieldName(field): SecretBytes(copying: "x".utf8)])
            return try await kit.vault.perform(Secrets.put(name, Secrets.Draft(fields: fields), by: kit.admin))
        }
        let change = try await put("other")
        #expect(change.dropped == [.value])
        #expect(change.affected.map(\.text) == ["notes/search"])
        let next = try await put("third")
        #expect(next.dropped.map(\.text) == ["other"] && next.affected.isEmpty)
        #expect(try await put("third").dropped.isEmpty)
    }

    @Test("0 means that the secret must not be there at all, not even without a current version")
    func checkForNothing() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("a/b", "waits", pending: true)
        await #expect(throws: Refusal.alreadyExists) { try await kit.mustPut("a/b", check: 0) }
        try await kit.mustPut("c/d")
        _ = try await kit.vault.perform(Secrets.destroy(try SecretName("c/d"), version: nil, by: kit.admin))
        await #expect(throws: Refusal.alreadyExists) { try await kit.mustPut("c/d", check: 0) }
    }

    @Test("of two who store against the same version at the same time one is told")
    func checkTogether() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("a/b", "one")
        let name = try SecretName("a/b")
        let outcomes = await kit.together([
            Secrets.put(name, try kit.draft(["value": "hers"], check: 1), by: kit.admin),
            Secrets.put(name, try kit.draft(["value": "his"], check: 1), by: kit.admin),
        ])
        #expect(outcomes.map(\.refusal) == [nil, .checkFailed])
        #expect(try await kit.reveal("a/b") == "hers")
    }

    @Test("a pending version is given to nobody until it is promoted")
    func pending() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let change = try await kit.mustPut("notes/api", "n3w", pending: true)
        #expect(change.state == "pending")
        let token = try await kit.mustIssue()
        #expect(try await kit.mustResolve(with: token) == "s3cr3t")
        _ = try await kit.vault.perform(Secrets.promote(try SecretName("notes/api"), version: 2, by: kit.admin))
        #expect(try await kit.mustResolve(with: token) == "n3w")
        #expect(try await kit.states("notes/api") == ["1 previous", "2 current"])
    }

    @Test("a secret with nothing but a pending version resolves for nobody")
    func onlyPending() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("notes/api", pending: true)
        try await kit.mustAddServer("notes")
        try await kit.mustAddTool("notes/search")
        try await kit.mustGrant("notes/search", "notes/api")
        #expect(await kit.refusal(of: try kit.resolve(with: try await kit.mustIssue())) == .versionMissing)
    }

    @Test("a rollback goes back to the previous version, and the next one forward again")
    func rollback() async throws {
        let kit = try await TestVault()
        let name = try SecretName("a/b")
        try await kit.mustPut("a/b", "one")
        #expect(await kit.refusal(of: Secrets.rollback(name, by: kit.admin)) == .nothingToUndo)
        try await kit.mustPut("a/b", "two")
        _ = try await kit.vault.perform(Secrets.rollback(name, by: kit.admin))
        #expect(try await kit.reveal("a/b") == "one")
        #expect(try await kit.states("a/b") == ["1 current", "2 previous"])
        _ = try await kit.vault.perform(Secrets.rollback(name, by: kit.admin))
        #expect(try await kit.reveal("a/b") == "two")
    }

    @Test("a version that is not there cannot be promoted or revealed")
    func missing() async throws {
        let kit = try await TestVault()
        let name = try SecretName("a/b")
        #expect(await kit.refusal(of: Secrets.promote(name, version: 1, by: kit.admin)) == .secretMissing)
        try await kit.mustPut("a/b")
        #expect(await kit.refusal(of: Secrets.promote(name, version: 2, by: kit.admin)) == .versionMissing)
        await #expect(throws: Refusal.versionMissing) { try await kit.reveal("a/b", version: 9) }
        await #expect(throws: Refusal.fieldMissing) { try await kit.reveal("a/b", field: "other") }
    }

    @Test("a deleted secret resolves, changes and reveals for nobody until it is undeleted")
    func deleted() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let name = try SecretName("notes/api")
        let token = try await kit.mustIssue()
        _ = try await kit.vault.perform(Secrets.delete(name, by: kit.admin))
        #expect(await kit.refusal(of: try kit.resolve(with: token)) == .secretDeleted)
        await #expect(throws: Refusal.secretDeleted) { try await kit.reveal("notes/api") }
        await #expect(throws: Refusal.secretDeleted) { try await kit.mustPut("notes/api") }
        #expect(await kit.refusal(of: Secrets.promote(name, version: 1, by: kit.admin)) == .secretDeleted)
        #expect(await kit.refusal(of: Secrets.rollback(name, by: kit.admin)) == .secretDeleted)
        #expect(await kit.refusal(of: Secrets.delete(name, by: kit.admin)) == .secretDeleted)
        #expect(try await kit.vault.perform(Secrets.list(by: kit.admin)).map(\.name.text) == ["notes/api"])

        _ = try await kit.vault.perform(Secrets.undelete(name, by: kit.admin))
        #expect(try await kit.mustResolve(with: token) == "s3cr3t")
        #expect(await kit.refusal(of: Secrets.undelete(name, by: kit.admin)) == .nothingToUndo)
    }

    @Test("the date that is given with a pending version is the secret's when that is promoted, and not before")
    func pendingDate() async throws {
        let kit = try await TestVault()
        let name = try SecretName("a/b")
        let (old, new) = (kit.clock.now().wall.adding(seconds: 60), kit.clock.now().wall.adding(seconds: 120))
        try await kit.mustPut("a/b", expires: old)
        try await kit.mustPut("a/b", pending: true, expires: new)
        #expect(kit.vault.state?.secrets[name]?.expires == old)
        _ = try await kit.vault.perform(Secrets.promote(name, version: 2, by: kit.admin))
        #expect(kit.vault.state?.secrets[name]?.expires == new)
        _ = try await kit.vault.perform(Secrets.rollback(name, by: kit.admin))
        #expect(kit.vault.state?.secrets[name]?.expires == old)
        let dated = try kit.events().filter { $0.type == "secret.put" }.compactMap { $0.changes?.first }
        #expect(dated == ["expires=\(old)", "expires=\(new)"])
    }

    @Test("properties stay as they are until they are said anew, and can be taken away")
    func properties() async throws {
        let kit = try await TestVault()
        let name = try SecretName("a/b")
        let end = kit.clock.now().wall.adding(seconds: 1000)
        try await kit.mustPut("a/b", expires: end, owner: "platform")
        try await kit.mustPut("a/b")
        var secret = try await kit.vault.perform(Secrets.show(name, by: kit.admin)).secret
        #expect(secret.owner?.text == "platform" && secret.expires == end)
        var draft = try kit.draft(["value": "x"])
        draft.properties.owner = .some(nil)
        draft.properties.expires = .some(nil)
        _ = try await kit.vault.perform(Secrets.put(name, draft, by: kit.admin))
        secret = try await kit.vault.perform(Secrets.show(name, by: kit.admin)).secret
        #expect(secret.owner == nil && secret.expires == nil)
    }

    @Test("set changes what is named and nothing else, and its event says what is not as it was")
    func set() async throws {
        let kit = try await TestVault()
        let name = try SecretName("a/b")
        let end = kit.clock.now().wall.adding(seconds: 1000)
        try await kit.mustPut("a/b", expires: end, owner: "platform")
        let labels = ["env": try PlainText("prod"), "team": try PlainText("core")]
        var secret = try await kit.vault.perform(
            Secrets.set(name, Secrets.Properties(owner: .some(try PlainText("ada")), labels: labels), by: kit.admin)
        )
        #expect(secret.owner?.text == "ada" && secret.labels == labels && secret.expires == end)
        #expect(secret.versions.map(\.number) == [1])
        var event = try kit.lastEvent()
        #expect(event.line == "secret.set" && event.secret == "a/b" && event.fields == nil)
        #expect(event.changes?.prefix(3) == ["owner=ada", "label/env=prod", "label/team=core"])

        let fewer = Secrets.Properties(labels: ["env": try PlainText("prod")], expires: .some(nil))
        secret = try await kit.vault.perform(Secrets.set(name, fewer, by: kit.admin))
        #expect(secret.owner?.text == "ada" && secret.labels.count == 1 && secret.expires == nil)
        event = try kit.lastEvent()
        #expect(event.changes?.prefix(2) == ["expires=", "label/team="])
        #expect(kit.vault.state?.secrets[name]?.labels.count == 1)
    }

    @Test("set is for secrets that are there")
    func setRefused() async throws {
        let kit = try await TestVault()
        let properties = Secrets.Properties(owner: .some(nil))
        let missing = Secrets.set(try SecretName("a/b"), properties, by: kit.admin)
        #expect(await kit.refusal(of: missing) == .secretMissing)
        try await kit.mustPut("a/b")
        let name = try SecretName("a/b")
        _ = try await kit.vault.perform(Secrets.delete(name, by: kit.admin))
        #expect(await kit.refusal(of: Secrets.set(name, properties, by: kit.admin)) == .secretDeleted)
    }

    @Test("the event of a put says what describes the secret, where it is not as it was")
    func described() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("a/b", owner: "platform")
        #expect(try kit.lastEvent().changes?.contains("owner=platform") == true)
        try await kit.mustPut("a/b", owner: "platform")
        #expect(try kit.lastEvent().changes?.contains("owner=platform") == false)
    }

    @Test("a secret shows which tools may use it")
    func tools() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let shown = try await kit.vault.perform(Secrets.show(try SecretName("notes/api"), by: kit.admin))
        #expect(shown.tools.map(\.text) == ["notes/search"])
    }

    @Test("the event of a put names the version and a fingerprint by which the value can be found again, and no value")
    func fingerprint() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("a/b", "hunter2hunter2")
        let first = try kit.lastEvent()
        try await kit.mustPut("c/d", "hunter2hunter2")
        let second = try kit.lastEvent()
        try await kit.mustPut("e/f", "something else")
        let third = try kit.lastEvent()
        func fingerprint(_ event: LoggedEvent) -> String? {
            event.changes?.first { $0.hasPrefix("fingerprint/value=") }
        }
        #expect(fingerprint(first) != nil && fingerprint(first) == fingerprint(second))
        #expect(fingerprint(first) != fingerprint(third))
        #expect(first.version == 1 && first.fields == ["value"] && first.secret == "a/b")
    }
}

extension TestVault {
    /// `1 retired`, `2 current` and so on.
    func states(_ name: String) async throws -> [String] {
        try await vault.perform(Secrets.show(try SecretName(name), by: admin)).secret.versions
            .map { "\($0.number) \($0.state.rawValue)" }
    }

    /// A value as a reader sees it, who is added for that.
    func reveal(_ name: String, field: String = "value", version: UInt32? = nil) async throws -> String {
        let reader: Peer =
            if let known = vault.state?.operators[1900] { .synthetic(uid: known.uid, pid: 1900) } else {
                try await mustAddOperator("reader", uid: 1900, roles: [.reader])
            }
        return try await vault.perform(
            Secrets.reveal(try SecretName(name), field: try FieldName(field), version: version, by: present(reader))
        ).value.text
    }
}
