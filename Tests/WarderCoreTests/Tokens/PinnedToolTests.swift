import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// No credential for a pinned tool whose definition is not the accepted one.
@Suite struct PinnedToolTests {
    private static let accepted = String(repeating: "ab", count: 32)
    private static let changed = String(repeating: "ac", count: 32)

    private func pinned() async throws -> TestVault {
        let kit = try await TestVault()
        try await kit.mustPut("notes/api")
        try await kit.mustAddServer("notes")
        try await kit.mustAddTool("notes/search", digest: Self.accepted)
        try await kit.mustGrant("notes/search", "notes/api")
        return kit
    }

    @Test(
        "the accepted definition is let through, a missing and another one are not",
        arguments: [(accepted, nil), (nil, .toolDigestMissing), (changed, .toolDigestMismatch)] as [(String?, Refusal?)]
    )
    func digest(_ presented: String?, _ refusal: Refusal?) async throws {
        let kit = try await pinned()
        let issue = Tokens.issue(try kit.demand(digest: presented), by: kit.server(.synthetic()))
        #expect(await kit.refusal(of: issue) == refusal)
        let once = Tokens.resolveOnce(
            try SecretName("notes/api"),
            fields: [.value],
            for: try kit.demand(digest: presented),
            by: kit.server(.synthetic())
        )
        #expect(await kit.refusal(of: once) == refusal)
        let event = try kit.lastEvent()
        #expect(event.toolDigest == presented && event.reason == refusal?.rawValue)
    }

    @Test("a token from before a tool was replaced by a pinned one of the same name ends with the old tool")
    func replaced() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let token = try await kit.mustIssue()
        try await kit.mustRevokeGrant("notes/search", "notes/api")
        try await kit.vault.perform(Tools.remove(try ToolID("notes/search"), by: kit.admin))
        try await kit.mustAddTool("notes/search", digest: Self.accepted)
        try await kit.mustGrant("notes/search", "notes/api")
        #expect(await kit.refusal(of: try kit.resolve(with: token)) == .tokenUnknown)
    }

    @Test("a digest may be presented for a tool that is not pinned, and is recorded")
    func unpinned() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        _ = try await kit.mustIssue(digest: Self.changed)
        #expect(try kit.lastEvent().toolDigest == Self.changed)
    }
}
