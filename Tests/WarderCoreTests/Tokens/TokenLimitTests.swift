import HashTreeCollections
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// However many tokens somebody asks for, memory stays bounded and the others get theirs.
@Suite struct TokenLimitTests {
    private static let perProcess = TokenTable.Limits().perProcess

    @Test("a process has so many tokens, another process has its own, and ended ones make room")
    func perProcess() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let issue = Tokens.issue(try kit.demand(), by: kit.server(.synthetic()))
        let issued = await kit.together(Array(repeating: issue, count: Self.perProcess))
        #expect(issued.allSatisfy { $0.refusal == nil })
        #expect(await kit.refusal(of: issue) == .tokenLimit)
        let other = Tokens.issue(try kit.demand(), by: kit.server(.synthetic(pid: 1)))
        #expect(await kit.refusal(of: other) == nil)
        kit.clock.advance(seconds: 300)
        #expect(await kit.refusal(of: issue) == nil)
        #expect(kit.vault.state?.tokens.count == 2)
    }

    @Test("all processes together have so many")
    func together() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        var desk = try Desk(kit)
        desk.state.tokens = TokenTable(limits: TokenTable.Limits(total: 3, perProcess: 2))
        var transaction = desk.transaction()
        let outcomes = try [1, 1, 1, 2, 3].map { pid in
            transaction.decide(Tokens.issue(try kit.demand(), by: kit.server(.synthetic(pid: pid)))).refusal
        }
        #expect(outcomes == [nil, nil, .tokenLimit, nil, .tokenLimit])
    }

    @Test("a refused token takes no place")
    func refused() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        kit.store.fail(.unavailable(code: 13), times: 1)
        let issue = Tokens.issue(try kit.demand(), by: kit.server(.synthetic()))
        #expect(await kit.refusal(of: issue) == .auditUnavailable)
        #expect(kit.vault.state?.tokens.isEmpty == true)
    }
}
