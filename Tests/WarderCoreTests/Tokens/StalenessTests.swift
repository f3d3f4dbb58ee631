import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

@Suite("How old a value may get in the hands of a server")
struct StalenessTests {
    private let kit: TestVault

    init() async throws {
        kit = try await TestVault()
        try await kit.mustPut("notes/api")
        try await kit.mustAddServer("notes")
    }

    private func furnish(
        _ risk: Tool.Risk,
        approval: Grant.Approval = .byClass,
        maxStale: Int64?,
        expires: Timestamp? = nil
    ) async throws {
        try await kit.mustAddTool("notes/search", risk: risk)
        try await kit.mustGrant("notes/search", "notes/api", approval: approval, maxStale: maxStale, expires: expires)
    }

    /// What the vault says with a value, in seconds.
    private func allowed() async throws -> Int64? {
        let token = try await kit.mustIssue("notes/search")
        let resolved = try await kit.vault.perform(kit.resolve(with: token))
        guard case .value(let opened) = resolved else { throw TestFailure("nothing was resolved") }
        return opened.maxStale
    }

    @Test("it is what the grant says, and nothing unless it says so", arguments: [nil, 60, 3600] as [Int64?])
    func grant(_ said: Int64?) async throws {
        try await furnish(.readOnly, maxStale: said)
        #expect(try await allowed() == said ?? 0)
    }

    @Test("of a critical tool it is nothing, whatever the grant says")
    func critical() async throws {
        try await furnish(.critical, approval: .none, maxStale: 3600)
        #expect(try await allowed() == 0)
    }

    @Test("it does not go beyond the end of the grant, in whole seconds")
    func end() async throws {
        let now = kit.clock.now().wall
        try await furnish(.readOnly, maxStale: 3600, expires: Timestamp(milliseconds: now.milliseconds + 7_200_500))
        #expect(try await allowed() == 3600)
        kit.clock.advance(seconds: 3_601)
        #expect(try await allowed() == 3_599)
        kit.clock.advance(seconds: 3_599)
        #expect(try await allowed() == 0)
    }
}
