import HashTreeCollections
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

@Suite struct OperatorTests {
    @Test("the last admin cannot be removed")
    func lastAdmin() async throws {
        let kit = try await TestVault()
        let ada = try OperatorName("ada")
        try await kit.mustAddOperator("grace", uid: 1001, roles: [.reader])
        #expect(await kit.refusal(of: Operators.remove(ada, by: kit.admin)) == .lastAdmin)
        let linus = try await kit.mustAddOperator("linus", uid: 1002, roles: [.admin])
        try await kit.vault.perform(Operators.remove(ada, by: kit.admin))
        #expect(await kit.refusal(of: Operators.list(by: kit.admin)) == .notAnOperator)
        #expect(
            await kit.refusal(of: Operators.remove(try OperatorName("linus"), by: kit.present(linus))) == .lastAdmin
        )
        try await kit.vault.perform(Operators.remove(try OperatorName("grace"), by: kit.present(linus)))
    }

    @Test("two admins who remove each other at the same time leave one")
    func eachOther() async throws {
        let kit = try await TestVault()
        let grace = try await kit.mustAddOperator("grace", uid: 1001, roles: [.admin])
        let outcomes = await kit.together([
            Operators.remove(try OperatorName("grace"), by: kit.admin),
            Operators.remove(try OperatorName("ada"), by: kit.present(grace)),
        ])
        #expect(outcomes.map(\.refusal) == [nil, .notAnOperator])
    }

    @Test("neither a name nor a uid is given twice")
    func twice() async throws {
        let kit = try await TestVault()
        await #expect(throws: Refusal.alreadyExists) {
            try await kit.mustAddOperator("ada", uid: 1001, roles: [.reader])
        }
        await #expect(throws: Refusal.alreadyExists) {
            try await kit.mustAddOperator("ada2", uid: kit.ada.uid, roles: [.reader])
        }
    }

    @Test("a registered person can be given other roles, and the last admin cannot lose that one")
    func otherRoles() async throws {
        let kit = try await TestVault()
        let grace = try await kit.mustAddOperator("grace", uid: 1001, roles: [.reader])
        func give(_ name: String, _ uid: UInt32, _ roles: Set<Role>) throws -> Command<Operator> {
            Operators.add(try OperatorName(name), uid: uid, roles: roles, groups: [], by: kit.admin)
        }
        #expect(await kit.refusal(of: try give("grace", 1001, [.auditor])) == nil)
        #expect(kit.vault.state?.operators[1001]?.roles == [.auditor])
        #expect(kit.vault.state?.operators[1001]?.presence != nil)
        #expect(await kit.refusal(of: Secrets.list(by: kit.present(grace))) == nil)
        #expect(await kit.refusal(of: try give("ada", kit.ada.uid, [.reader])) == .lastAdmin)
        #expect(await kit.refusal(of: try give("grace", 1001, [.admin])) == nil)
        #expect(await kit.refusal(of: try give("ada", kit.ada.uid, [.reader])) == nil)
        #expect(await kit.refusal(of: Servers.list(by: kit.admin)) == nil)
        #expect(await kit.refusal(of: Vault.seal(by: kit.admin)) == .roleMissing)
    }

    @Test("the event of a refused change says whom it was about")
    func refusedChange() async throws {
        let kit = try await TestVault()
        let grace = try await kit.mustAddOperator("grace", uid: 1001, roles: [.reader])
        let add = Operators.add(
            try OperatorName("mallory"),
            uid: 666,
            roles: [.admin, .reader],
            groups: [],
            by: kit.present(grace)
        )
        #expect(await kit.refusal(of: add) == .roleMissing)
        let event = try kit.lastEvent()
        #expect(event.actor == "operator:grace")
        #expect(event.changes == ["name=mallory", "uid=666", "role=admin", "role=reader"])
        #expect(await kit.refusal(of: Operators.remove(try OperatorName("nobody"), by: kit.admin)) == .notFound)
        #expect(try kit.lastEvent().changes == ["name=nobody"])
    }

    @Test("who is refused stands in the log by name where the vault knows them")
    func refusedByName() async throws {
        let kit = try await TestVault(profile: .singleUser)
        let absent = kit.caller(kit.ada, .operator)
        #expect(await kit.refusal(of: Operators.remove(try OperatorName("grace"), by: absent)) == .presenceRequired)
        #expect(try kit.lastEvent().actor == "operator:ada")
        let stranger = kit.caller(.synthetic(uid: 77), .operator)
        #expect(await kit.refusal(of: Operators.list(by: stranger)) == .notAnOperator)
        #expect(try kit.lastEvent().actor == "uid:77")
        let asServer = Tokens.issue(try kit.demand(), by: kit.server(kit.ada))
        #expect(await kit.refusal(of: asServer) == .unknownPeer)
        #expect(try kit.lastEvent().actor == "process:1000")
    }

    @Test("the first operator of a single user has every role but approver, of a team only admin")
    func first() async throws {
        let single = try await TestVault(profile: .singleUser)
        #expect(single.vault.state?.operators[1000]?.roles == Set(Role.allCases).subtracting([.approver]))
        let team = try await TestVault()
        #expect(team.vault.state?.operators[1000]?.roles == [.admin])
    }
}
