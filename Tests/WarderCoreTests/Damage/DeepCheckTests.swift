import Dispatch
import HashTreeCollections
import Sealing
import SecretMemory
import Testing
import WarderCrypto
import WarderModel
import WarderStoreSQLite
import WarderTesting

@testable import WarderCore

/// Damage on a real database is found and named.
@Suite struct DeepCheckTests {
    /// A vault, its keys, and the ids that statements need.
    private struct Scene {
        let kit: TestVault
        let check: DeepCheck
        let api: String
        let server: String
        let grant: String

        init() async throws {
            kit = try await TestVault()
            try await kit.mustSetUpNotes()
            try await kit.mustPut("notes/api", "second")
            try await kit.mustPut("db/main", fields: ["user": "ada", "password": "hunter2"])
            guard let keys = kit.vault.keys, let foundation = kit.vault.foundation, let state = kit.vault.state else {
                throw TestFailure("the vault is sealed")
            }
            check = DeepCheck(keys.ring, foundation, store: kit.store)
            func literal(_ id: RecordID?) throws -> String { "x'\(try #require(id))'" }
            api = try literal(state.secrets[SecretName("notes/api")]?.id)
            server = try literal(state.servers[ServerName("notes")]?.id)
            grant = try literal(state.grants[kit.key("notes/search", "notes/api")]?.id)
        }

        /// What a check finds after statements were run on the closed database, by its stable name and place.
        func findings(after sql: String) throws -> [Damage] {
            let damaged = try kit.damaged(by: sql)
            return try DeepCheck(check.ring, check.foundation, store: damaged.store).run().findings
        }
    }

    @Test("a sound vault has nothing wrong with it, and every row is counted")
    func sound() async throws {
        let scene = try await Scene()
        var steps: [DeepCheck.Progress] = []
        let report = try scene.check.run(progress: { steps.append($0) })
        #expect(report.findings.isEmpty && report.verdict == .sound)
        #expect(report.good.records == [.secret: 2, .server: 1, .tool: 1, .grant: 1, .operator: 1])
        #expect(report.good.values == 3)
        #expect(report.good.slots == 1)
        #expect(report.good.events == Int(scene.kit.vault.sequence))
        #expect(report.lastSequence == scene.kit.vault.sequence)
        #expect(steps.last?.checked == steps.last?.total)
        #expect(zip(steps, steps.dropFirst()).allSatisfy { $0.checked <= $1.checked })
    }

    @Test("a check can be cancelled")
    func cancelled() async throws {
        let scene = try await Scene()
        var asked = 0
        #expect(throws: DeepCheck.Stop.cancelled) {
            try scene.check.run(isCancelled: {
                asked += 1
                return asked > 3
            })
        }
    }

    @Test("an altered record is named by the log's word for it")
    func altered() async throws {
        let scene = try await Scene()
        let found = try scene.findings(
            after: "UPDATE records SET sealed = zeroblob(length(sealed)) WHERE id = \(scene.api)"
        )
        #expect(found.map(\.kind) == [.recordUnreadable, .referenceBroken])
        #expect(found.first?.name == "notes/api")
        #expect(found.first?.place.hasPrefix("secret notes/api (") == true)
    }

    @Test("a deleted record is missed")
    func deleted() async throws {
        let scene = try await Scene()
        let found = try scene.findings(after: "DELETE FROM records WHERE id = \(scene.grant)")
        #expect(found.map(\.kind) == [.recordDeleted])
        #expect(found.first?.name == "notes/search → notes/api")
    }

    @Test("a record of a kind that there is not is no record")
    func strangeKind() async throws {
        let scene = try await Scene()
        let found = try scene.findings(after: "UPDATE records SET kind = 'serves' WHERE id = \(scene.server)")
        #expect(found.map(\.kind) == [.recordShapeless, .referenceBroken])
        #expect(found.first?.name == "notes")
    }

    @Test("a row that no schema allows is named, and takes no other with it")
    func shapeless() async throws {
        let scene = try await Scene()
        let found = try scene.findings(
            after: """
                UPDATE records SET id = x'00', revision = -5 WHERE id = \(scene.grant);
                UPDATE version_values SET wrapped_key = NULL WHERE version = 2;
                """
        )
        #expect(Set(found.map(\.kind)) == [.recordShapeless, .recordDeleted, .valueUnreadable, .structureBroken])
    }

    @Test("a key slot that was deleted is missed until there is a new root key, as the remedy says")
    func deletedSlot() async throws {
        let scene = try await Scene()
        let lost = try scene.kit.vault.prepareSlot(.credential(SecretBytes.random(count: 32)))
        _ = try await scene.kit.vault.perform(Keys.add(lost, by: scene.kit.admin))
        let kit = try scene.kit.damaged(by: "DELETE FROM key_slots WHERE id = x'\(lost.slot.id)'")
        try await kit.unseal().get()
        func findings() throws -> [Damage] {
            guard let keys = kit.vault.keys, let foundation = kit.vault.foundation else {
                throw TestFailure("the vault is sealed")
            }
            return try DeepCheck(keys.ring, foundation, store: kit.store).run().findings
        }
        #expect(try findings() == [Damage(.slotDeleted, .slot(lost.slot.id))])
        let anew = try kit.vault.prepareSlot(.credential(SecretBytes.random(count: 32)))
        _ = try await kit.vault.perform(Keys.add(anew, by: kit.admin))
        #expect(try findings() == [Damage(.slotDeleted, .slot(lost.slot.id))])
        #expect(Damage.Kind.slotDeleted.words.remedy.hasSuffix("warder key rotate --root"))
        _ = try await kit.replaceRoot(dropping: [anew.slot.id])
        #expect(try findings().isEmpty)
        // Whoever puts it back is found out.
        let later = try kit.damaged(
            by: """
                INSERT INTO key_slots (id, created, wrapped, kind, salt)
                VALUES (x'\(lost.slot.id)', 1, x'01\(String(repeating: "00", count: 72))', 'credential', zeroblob(16))
                """
        )
        try await later.unseal().get()
        guard let keys = later.vault.keys, let foundation = later.vault.foundation else {
            throw TestFailure("the vault is sealed")
        }
        let found = try DeepCheck(keys.ring, foundation, store: later.store).run().findings
        #expect(found == [Damage(.slotRevived, .slot(lost.slot.id))])
    }

    @Test("a lost value is missed, and a destroyed one that came back is seen")
    func values() async throws {
        let scene = try await Scene()
        let lost = try scene.findings(after: "DELETE FROM version_values WHERE version = 2")
        #expect(lost == [Damage(.valueMissing, try place(2, scene), name: "notes/api")])

        let other = try await Scene()
        let name = try SecretName("notes/api")
        let old = try #require(try other.kit.store.value(of: try id(other), version: 1))
        _ = try await other.kit.vault.perform(Secrets.destroy(name, version: 1, by: other.kit.admin))
        let revived = try other.findings(
            after: """
                UPDATE version_values SET epoch = 1, wrapped_key = x'\(Hex.encode(old.wrappedKey))',
                sealed = x'\(Hex.encode(old.sealed))' WHERE secret = \(other.api) AND version = 1
                """
        )
        #expect(revived == [Damage(.valueRevived, try place(1, other), name: "notes/api")])
    }

    @Test("a record that was put back as it was before is behind the log")
    func putBack() async throws {
        let scene = try await Scene()
        let before = try #require(try row(scene.server, in: scene))
        _ = try await scene.kit.vault.perform(
            Servers.quarantine(try ServerName("notes"), reason: nil, by: scene.kit.admin)
        )
        let found = try scene.findings(
            after: """
                UPDATE records SET revision = 1, sealed = x'\(Hex.encode(before.sealed))' WHERE id = \(scene.server)
                """
        )
        #expect(found.map(\.kind) == [.recordPutBack])
        #expect(found.first?.name == "notes")
    }

    @Test("a grant that was taken back and put back is found")
    func revived() async throws {
        let scene = try await Scene()
        let before = try #require(try row(scene.grant, in: scene))
        try await scene.kit.mustRevokeGrant("notes/search", "notes/api")
        let insert = """
            INSERT INTO records (id, kind, revision, epoch, sealed)
            VALUES (\(scene.grant), 'grant', 1, 1, x'\(Hex.encode(before.sealed))')
            """
        let found = try scene.findings(after: insert)
        #expect(found.map(\.kind) == [.recordRevived])
    }

    @Test("two records of one name are both named")
    func contested() async throws {
        let scene = try await Scene()
        let before = try #require(try row(scene.grant, in: scene))
        try await scene.kit.mustRevokeGrant("notes/search", "notes/api")
        try await scene.kit.mustGrant("notes/search", "notes/api", uses: 1)
        let found = try scene.findings(
            after: """
                INSERT INTO records (id, kind, revision, epoch, sealed)
                VALUES (\(scene.grant), 'grant', 1, 1, x'\(Hex.encode(before.sealed))')
                """
        )
        #expect(found.count { $0.kind == .recordContested } == 2)
        #expect(found.count { $0.kind == .recordRevived } == 1)
    }

    @Test("what is wrong with the log is said in ranges")
    func log() async throws {
        let scene = try await Scene()
        for _ in 0..<8 { _ = try await scene.kit.vault.perform(Secrets.list(by: scene.kit.admin)) }
        let last = scene.kit.vault.sequence
        let found = try scene.findings(
            after: """
                UPDATE log_leaves SET leaf = zeroblob(32) WHERE seq = 2;
                DELETE FROM log_payloads WHERE seq IN (\(last - 6), \(last - 5), \(last - 4));
                DELETE FROM log_payloads WHERE seq = \(last - 2);
                DELETE FROM log_leaves WHERE seq = \(last - 2);
                DELETE FROM log_leaves WHERE seq = \(last);
                """
        )
        let ofEvents = found.filter { if case .events = $0.subject { true } else { false } }
        #expect(
            ofEvents == [
                Damage(.eventUnreadable, .events(2...2)),
                Damage(.eventContentMissing, .events(last - 6...last - 4)),
                Damage(.eventMissing, .events(last - 2...last - 2)),
                Damage(.eventLeafMissing, .events(last...last)),
            ]
        )
    }

    @Test("a log whose end was cut off shows where records are newer")
    func cutLog() async throws {
        let scene = try await Scene()
        let last = scene.kit.vault.sequence
        try await scene.kit.mustPut("notes/api", "third")
        try await scene.kit.mustPut("new/one")
        let found = try scene.findings(
            after: """
                DELETE FROM log_payloads WHERE seq > \(last);
                DELETE FROM log_leaves WHERE seq > \(last);
                """
        )
        #expect(Set(found.map(\.kind)) == [.recordAheadOfLog, .recordUnlogged])
        #expect(Set(found.compactMap(\.name)) == ["notes/api", "new/one"])
    }

    @Test("an entry of the inbox cannot make the check believe anything")
    func forgedInbox() async throws {
        let scene = try await Scene()
        let id = try id(scene)
        try await scene.kit.seal()
        var event = Event(action: .vaultStart, time: scene.kit.clock.now().wall, actor: .vault)
        event.changes = ["secret/\(id)@removed", "secret/\(id)@99"]
        await withCheckedContinuation { done in
            scene.kit.vault.record(sealed: event) { _ in done.resume() }
        }
        _ = try await scene.kit.unseal()
        #expect(try scene.check.run().findings.isEmpty)
    }

    @Test("a key slot that was taken away and put back is found")
    func slot() async throws {
        let scene = try await Scene()
        let prepared = try scene.kit.vault.prepareSlot(.passphrase(try TestVault.secret("another one"), .minimum))
        _ = try await scene.kit.vault.perform(Keys.add(prepared, by: scene.kit.admin))
        _ = try await scene.kit.vault.perform(Keys.remove(prepared.slot.id, by: scene.kit.admin))
        guard case .passphrase(let salt, let passes, let memory) = prepared.slot.kind else { return }
        let found = try scene.findings(
            after: """
                INSERT INTO key_slots (id, kind, created, salt, passes, memory_bytes, wrapped)
                VALUES (x'\(prepared.slot.id)', 'passphrase', 0, x'\(Hex.encode(salt))', \(passes), \(memory),
                    x'\(Hex.encode(prepared.slot.wrapped))')
                """
        )
        #expect(found.map(\.kind) == [.slotRevived])
    }

    @Test("public keys that belong to somebody else are found")
    func publicKeys() async throws {
        let scene = try await Scene()
        let found = try scene.findings(after: "UPDATE vault SET inbox_key = randomblob(32), log_key = randomblob(32)")
        #expect(
            Set(found) == [
                Damage(.publicKeyWrong, .key(.inbox)), Damage(.publicKeyWrong, .key(.signing)),
            ]
        )
    }

    @Test("another profile than the vault was opened with is found")
    func profile() async throws {
        let scene = try await Scene()
        let found = try scene.findings(after: "UPDATE vault SET profile = 'single-user'")
        #expect(found.map(\.kind) == [.profileChanged])
    }

    @Test("an index of times that would hide events is found, and so is one that speaks of events that are gone")
    func spans() async throws {
        let scene = try await Scene()
        for _ in 0..<1100 { _ = try await scene.kit.vault.perform(Secrets.list(by: scene.kit.admin)) }
        #expect(try scene.check.run().findings.isEmpty)
        let narrow = try scene.findings(after: "UPDATE log_spans SET earliest = latest + 1, latest = latest + 1")
        #expect(narrow == [Damage(.spanWrong, .span(1))])
    }

    @Test("rows that cannot be read at all do not keep the others from being checked")
    func brokenPage() async throws {
        let scene = try await Scene()
        for _ in 0..<60 { _ = try await scene.kit.vault.perform(Secrets.list(by: scene.kit.admin)) }
        scene.kit.database.close()
        try ClosedDatabase.breakPage(of: "log_payloads", at: scene.kit.directory.file("vault.db"))
        let damaged = try TestVault(restarting: scene.kit)
        let report = try DeepCheck(scene.check.ring, scene.check.foundation, store: damaged.store).run()
        #expect(report.counts[.rowsUnreadable] == 1)
        #expect((1...20).contains(report.counts[.eventUnreadable] ?? 0))
        #expect(report.counts[.structureBroken] == 1)
        #expect(report.good.events > 40)
        #expect(report.good.values == 3)
    }

    @Test("what changes while the check runs is no damage")
    func changing() async throws {
        let scene = try await Scene()
        for number in 0..<40 { try await scene.kit.mustPut("some/secret\(number)") }
        let vault = scene.kit.vault
        let name = try SecretName("notes/api")
        let draft = try scene.kit.draft(["value": "again"])
        let admin = scene.kit.admin
        let report = try scene.check.run(progress: { _ in
            let done = DispatchSemaphore(value: 0)
            vault.submit(Secrets.put(name, draft, by: admin)) { _ in done.signal() }
            done.wait()
        })
        #expect(report.findings.isEmpty, "\(report.findings.map(\.place))")
        #expect(vault.state?.secrets[name]?.nextNumber ?? 0 > 8)
    }

    // MARK: Help

    private func id(_ scene: Scene) throws -> RecordID {
        try #require(try scene.kit.vault.state?.secrets[SecretName("notes/api")]?.id)
    }

    private func place(_ version: UInt32, _ scene: Scene) throws -> Damage.Subject {
        let bytes = try #require(Hex.decode(String(scene.api.dropFirst(2).dropLast())))
        return .value(secret: RecordID(bytes: bytes), version: version)
    }

    private func row(_ literal: String, in scene: Scene) throws -> RecordRow? {
        try scene.kit.store.recordRows(after: .min, limit: 100).first { "x'\($0.id?.description ?? "")'" == literal }
    }
}
