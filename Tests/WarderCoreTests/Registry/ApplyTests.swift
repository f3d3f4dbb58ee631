import HashTreeCollections
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Many changes at once: all of them or none, each as if it had come alone.
@Suite struct ApplyTests {
    private typealias Change = Inventories.Change

    private static func server(_ name: String, by caller: Caller) throws -> Change {
        Change([.init(Servers.add(try ServerName(name), owner: nil, selectors: Selectors(uid: 2001), by: caller))])
    }

    private static func tool(_ name: String, by caller: Caller) throws -> Change {
        Change([.init(Tools.add(try ToolID(name), .risky(.readOnly), by: caller))])
    }

    private static func grant(_ tool: String, _ secret: String, by caller: Caller) throws -> Change {
        let terms = Grants.Terms(
            fields: [.value],
            lifetime: 300,
            uses: nil,
            approval: .byClass,
            minimumAttestation: .uid,
            expires: nil
        )
        let key = GrantKey(tool: try ToolID(tool), secret: try SecretName(secret))
        return Change([.init(Grants.add(key, terms, by: caller))])
    }

    private static func apply(
        _ changes: [Change],
        to mark: String? = nil,
        on kit: TestVault,
        by caller: Caller
    ) async throws -> Result<Void, Inventories.Obstacle> {
        let mark = try mark ?? #require(kit.vault.state?.inventoryMark)
        return await withCheckedContinuation { continuation in
            kit.vault.apply(changes, to: mark, by: caller) { continuation.resume(returning: $0) }
        }
    }

    @Test("all changes are in one commit, each with its event, and the whole with one behind them")
    func together() async throws {
        let kit = try await TestVault(profile: .singleUser)
        try await kit.mustPut("wiki/key")
        let before = kit.vault.sequence
        let caller = kit.admin
        let changes = [
            try Self.server("wiki", by: caller), try Self.tool("wiki/search", by: caller),
            try Self.grant("wiki/search", "wiki/key", by: caller),
        ]
        try await Self.apply(changes, on: kit, by: caller).get()
        let lines = try kit.events().filter { $0.sequence > before }.map(\.line)
        #expect(lines == ["server.add", "tool.add", "grant.add", "inventory.apply"])
        #expect(try kit.lastEvent().changes == ["changes=3"])
        #expect(kit.vault.state?.grants.count == 1)
    }

    @Test("the first change that is refused undoes those before it, and leaves one event that names it")
    func rollback() async throws {
        let kit = try await TestVault(profile: .singleUser)
        let mark = try #require(kit.vault.state?.inventoryMark)
        let before = kit.vault.sequence
        let caller = kit.admin
        let changes = [
            try Self.server("wiki", by: caller), try Self.tool("wiki/search", by: caller),
            try Self.grant("wiki/search", "wiki/key", by: caller), try Self.tool("wiki/write", by: caller),
        ]
        let outcome = try await Self.apply(changes, on: kit, by: caller)
        guard case .failure(let obstacle) = outcome else {
            Issue.record("a grant of a secret that is not there was made")
            return
        }
        #expect(obstacle.refusal == .secretMissing)
        #expect(obstacle.place?.change == 2 && obstacle.place?.action == .grantAdd)
        let events = try kit.events().filter { $0.sequence > before }
        #expect(events.map(\.line) == ["inventory.apply: secret_missing"])
        #expect(events.last?.changes == ["changes=4", "change=3", "refused=grant.add"])
        #expect(events.last?.secret == "wiki/key")
        #expect(kit.vault.state?.servers.isEmpty == true && kit.vault.state?.tools.isEmpty == true)
        #expect(kit.vault.state?.inventoryMark == mark)
        // Nothing of it lies on disk either.
        let later = try await kit.reopened()
        #expect(later.vault.state?.servers.isEmpty == true && later.vault.state?.tools.isEmpty == true)
    }

    @Test("what was planned against another state changes nothing, and a use of a tool is no other state")
    func mark() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let mark = try #require(kit.vault.state?.inventoryMark)
        _ = try await kit.mustIssue()
        #expect(kit.vault.state?.tools[try ToolID("notes/search")]?.lastUse != nil)
        #expect(kit.vault.state?.inventoryMark == mark)
        try await kit.mustAddTool("notes/write")
        let caller = kit.admin
        let outcome = try await Self.apply([Self.server("wiki", by: caller)], to: mark, on: kit, by: caller)
        guard case .failure(let obstacle) = outcome else {
            Issue.record("a plan of yesterday was applied")
            return
        }
        #expect(obstacle.refusal == .checkFailed && obstacle.place == nil)
        #expect(try kit.lastEvent().line == "inventory.apply: check_failed")
        #expect(kit.vault.state?.servers[try ServerName("wiki")] == nil)
        // Nothing was changed between two openings, and they are two states all the same.
        let fresh = try await kit.reopened()
        let first = try #require(fresh.vault.state?.inventoryMark)
        let second = try #require(try await fresh.reopened().vault.state?.inventoryMark)
        #expect(first != second)
        #expect(first.split(separator: "-").last == "0" && second.split(separator: "-").last == "0")
    }

    @Test("a secret that went and came back is another state, and another value of it is none")
    func secrets() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let name = try SecretName("notes/api")
        var mark = try #require(kit.vault.state?.inventoryMark)
        try await kit.mustPut("notes/api", "rotated")
        _ = try await kit.vault.perform(Secrets.rollback(name, by: kit.admin))
        #expect(kit.vault.state?.inventoryMark == mark)

        _ = try await kit.vault.perform(Secrets.delete(name, by: kit.admin))
        let gone = try #require(kit.vault.state?.inventoryMark)
        _ = try await kit.vault.perform(Secrets.undelete(name, by: kit.admin))
        #expect(Set([mark, gone, kit.vault.state?.inventoryMark]).count == 3)

        // All its values go, and somebody stores another one under the name that a plan was made for.
        mark = try #require(kit.vault.state?.inventoryMark)
        _ = try await kit.vault.perform(Secrets.destroy(name, version: nil, by: kit.admin))
        try await kit.mustPut("notes/api", "of somebody else")
        let caller = kit.admin
        let outcome = try await Self.apply([Self.server("wiki", by: caller)], to: mark, on: kit, by: caller)
        guard case .failure(let obstacle) = outcome else {
            Issue.record("a plan was applied to another secret")
            return
        }
        #expect(obstacle.refusal == .checkFailed)

        mark = try #require(kit.vault.state?.inventoryMark)
        try await kit.mustPut("notes/other")
        #expect(kit.vault.state?.inventoryMark != mark)
    }

    @Test("nobody gets by an apply what they do not get alone")
    func roles() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        for (index, role) in Role.allCases.filter({ $0 != .admin }).enumerated() {
            let peer = try await kit.mustAddOperator("person\(index)", uid: 3000 + UInt32(index), roles: [role])
            let caller = kit.present(peer)
            let outcome = try await Self.apply([Self.server("wiki", by: caller)], on: kit, by: caller)
            guard case .failure(let obstacle) = outcome else {
                Issue.record("\(role.rawValue) registered a server")
                continue
            }
            #expect(obstacle.refusal == .roleMissing)
        }
        // Each part is decided for whoever sent it, not for whoever sent the whole.
        let auditor = try await kit.mustAddOperator("mallory", uid: 3100, roles: [.auditor])
        let part = try Self.server("wiki", by: kit.present(auditor))
        let outcome = try await Self.apply([part], on: kit, by: kit.admin)
        guard case .failure(let obstacle) = outcome else {
            Issue.record("a part was decided for another caller")
            return
        }
        #expect(obstacle.refusal == .roleMissing && obstacle.place?.change == 0)
    }

    @Test("one proof of presence counts for all parts, and for nothing else before or after")
    func presence() async throws {
        let kit = try await TestVault(profile: .singleUser)
        let absent = kit.caller(kit.ada, .operator)
        let refused = try await Self.apply([Self.server("wiki", by: absent)], on: kit, by: absent)
        guard case .failure(let obstacle) = refused else {
            Issue.record("nobody was there")
            return
        }
        #expect(obstacle.refusal == .presenceRequired && obstacle.place == nil)

        let caller = kit.admin
        try await Self.apply(
            [Self.server("wiki", by: caller), Self.tool("wiki/search", by: caller)],
            on: kit,
            by: caller
        ).get()
        let again = try await Self.apply([Self.tool("wiki/write", by: caller)], on: kit, by: caller)
        guard case .failure(let second) = again else {
            Issue.record("a proof worked twice")
            return
        }
        #expect(second.refusal == .presenceRequired)
        let alone = Tools.add(try ToolID("wiki/write"), .risky(.readOnly), by: caller)
        #expect(await kit.refusal(of: alone) == .presenceRequired)
    }

    @Test("whoever makes their own user a server's needs to be there for what follows")
    func sharedUser() async throws {
        let kit = try await TestVault(profile: .team)
        let absent = kit.caller(kit.ada, .operator)
        let own = Change([
            .init(
                Servers.add(try ServerName("own"), owner: nil, selectors: Selectors(uid: kit.ada.uid), by: absent)
            )
        ])
        let refused = try await Self.apply([own, Self.tool("own/do", by: absent)], on: kit, by: absent)
        guard case .failure(let obstacle) = refused else {
            Issue.record("nobody was there")
            return
        }
        #expect(obstacle.refusal == .presenceRequired && obstacle.place?.change == 1)
        let caller = kit.admin
        let present = Change([
            .init(
                Servers.add(try ServerName("own"), owner: nil, selectors: Selectors(uid: kit.ada.uid), by: caller)
            )
        ])
        try await Self.apply(
            [present, Self.tool("own/do", by: caller), Self.tool("own/undo", by: caller)],
            on: kit,
            by: caller
        ).get()
        #expect(kit.vault.state?.tools.count == 2)
    }

    @Test("a proof that another command has used up counts for no part, in the same transaction either")
    func replay() async throws {
        let kit = try await TestVault(profile: .team)
        try await kit.mustAddServer("own", Selectors(uid: kit.ada.uid))
        let caller = kit.admin
        let mark = try #require(kit.vault.state?.inventoryMark)
        let first = Operators.add(try OperatorName("zoe"), uid: 4000, roles: [.auditor], groups: [], by: caller)
        let part = try Self.tool("own/second", by: caller)
        await kit.holdWriter()
        let one = kit.submit(first)
        let other = kit.submit(
            Inventories.apply([part], to: mark, noting: Inventories.Progress(), by: caller)
        )
        kit.letGo()
        #expect(await one.refusal == nil)
        #expect(await other.refusal == .presenceRequired)
        #expect(kit.vault.state?.tools.isEmpty == true)
    }

    @Test("a pin can be set where there is none, and not in the place of another")
    func pin() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let name = try ToolID("notes/search")
        var changes = Tools.Changes()
        changes.definitionDigest = String(repeating: "a", count: 64)
        #expect(await kit.refusal(of: Tools.set(name, changes, by: kit.admin)) == nil)
        #expect(kit.vault.state?.tools[name]?.definitionDigest == changes.definitionDigest)
        #expect(await kit.refusal(ofRequest: try kit.issueCommand()) == .toolDigestMissing)
        changes.definitionDigest = String(repeating: "b", count: 64)
        #expect(await kit.refusal(of: Tools.set(name, changes, by: kit.admin)) == .alreadyExists)
        #expect(kit.vault.state?.tools[name]?.definitionDigest == String(repeating: "a", count: 64))
    }
}

extension TestVault {
    fileprivate func issueCommand() throws -> Command<Requested<Tokens.Issued>> {
        Tokens.issue(try demand(), by: server(.synthetic()))
    }
}

extension Tools.Description {
    fileprivate static func risky(_ risk: Tool.Risk) -> Tools.Description {
        Tools.Description(
            text: nil,
            risk: risk,
            category: .standard,
            owner: nil,
            expectedOutputs: nil,
            definitionDigest: nil
        )
    }
}
