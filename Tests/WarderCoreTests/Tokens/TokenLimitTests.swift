import HashTreeCollections
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// However many tokens somebody asks for, memory stays bounded and the others get theirs.
@Suite struct TokenLimitTests {
    @Test("a process has so many living tokens, another process has its own")
    func perProcess() async throws {
        let (kit, desk) = try await desk(holding: Tokens.maximumPerProcess, of: .synthetic())
        let issue = Tokens.issue(try kit.demand(), by: kit.server(.synthetic()))
        #expect(desk.decide(issue).refusal == .tokenLimit)
        let other = Tokens.issue(try kit.demand(), by: kit.server(.synthetic(pid: 1)))
        #expect(desk.decide(other).refusal == nil)
    }

    @Test("one below the limit there is room for one more")
    func below() async throws {
        let (kit, desk) = try await desk(holding: Tokens.maximumPerProcess - 1, of: .synthetic())
        let issue = Tokens.issue(try kit.demand(), by: kit.server(.synthetic()))
        var transaction = desk.transaction()
        #expect(transaction.decide(issue).refusal == nil)
        #expect(transaction.decide(issue).refusal == .tokenLimit)
    }

    @Test("ended tokens take no room")
    func ended() async throws {
        let (kit, desk) = try await desk(holding: Tokens.maximumPerProcess, of: .synthetic())
        kit.clock.advance(seconds: 300)
        var transaction = desk.transaction()
        #expect(transaction.decide(Tokens.issue(try kit.demand(), by: kit.server(.synthetic()))).refusal == nil)
        #expect(transaction.state.tokens.count == 1)
    }

    private func desk(holding count: Int, of peer: Peer) async throws -> (TestVault, Desk) {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        var desk = try Desk(kit)
        for index in 0..<count { add(to: &desk.state, index, of: peer, at: kit.clock.now()) }
        return (kit, desk)
    }

    private func add(to state: inout VaultState, _ index: Int, of peer: Peer, at now: Moment) {
        guard let tool = state.tools.keys.first else { return }
        let id = RecordID(high: UInt64(index), low: 0)
        state.tokens[TokenHash(exactly: id.bytes + id.bytes)] = Token(
            accessor: TokenAccessor(random: id),
            tool: tool,
            process: peer.process,
            issued: now,
            expires: now.adding(seconds: 300),
            hardLimit: now.adding(seconds: 300),
            claims: Claims()
        )
    }
}
