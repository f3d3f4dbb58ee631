import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// How often a token works.
@Suite struct TokenUseTests {
    @Test("a token resolves as often as its grant says")
    func uses() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes(uses: 3)
        let token = try await kit.mustIssue()
        for _ in 0..<3 { #expect(try await kit.mustResolve(with: token) == "s3cr3t") }
        #expect(await kit.refusal(of: try kit.resolve(with: token)) == .tokenExhausted)
        #expect(try await kit.mustResolve(with: try await kit.mustIssue()) == "s3cr3t")
    }

    @Test("of many who take the last use at the same time exactly one gets it", arguments: [1, 2, 5])
    func lastUse(uses: Int64) async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes(uses: uses)
        let token = try await kit.mustIssue()
        let before = kit.store.commits.count
        let outcomes = await kit.together(try (0..<20).map { _ in try kit.resolve(with: token) })
        #expect(outcomes.filter { $0.refusal == nil }.count == Int(uses))
        #expect(outcomes.filter { $0.refusal == .tokenExhausted }.count == 20 - Int(uses))
        // The held commit, and all twenty in one.
        #expect(kit.store.commits[before...].map(\.events) == [1, 20])
    }

    @Test("each secret of a tool is counted by itself")
    func eachSecret() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes(uses: 1)
        try await kit.mustPut("notes/other")
        try await kit.mustGrant("notes/search", "notes/other", uses: 2)
        let token = try await kit.mustIssue()
        #expect(token.issued.secrets.map(\.text) == ["notes/api", "notes/other"])
        _ = try await kit.mustResolve("notes/api", with: token)
        _ = try await kit.mustResolve("notes/other", with: token)
        _ = try await kit.mustResolve("notes/other", with: token)
        #expect(await kit.refusal(of: try kit.resolve("notes/api", with: token)) == .tokenExhausted)
        #expect(await kit.refusal(of: try kit.resolve("notes/other", with: token)) == .tokenExhausted)
    }

    @Test("a critical tool's token works once, whatever its grant says", arguments: [nil, 1, 100] as [Int64?])
    func critical(uses: Int64?) async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes(risk: .critical, uses: uses, approval: .none)
        let token = try await kit.mustIssue()
        _ = try await kit.mustResolve(with: token)
        #expect(await kit.refusal(of: try kit.resolve(with: token)) == .tokenExhausted)
    }

    @Test("asking whether a version is still the current one uses nothing up, and is an event all the same")
    func known() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes(uses: 1)
        let token = try await kit.mustIssue()
        let asked = try await kit.vault.perform(kit.resolve(with: token, known: 1))
        guard case .notModified(version: 1) = asked else { throw TestFailure("a value came back") }
        let event = try kit.lastEvent()
        #expect(event.type == "secret.resolve" && event.version == 1)
        #expect(try await kit.mustResolve(with: token) == "s3cr3t")

        try await kit.mustPut("notes/api", "n3w")
        let second = try await kit.mustIssue()
        guard case .value(let opened) = try await kit.vault.perform(kit.resolve(with: second, known: 1)) else {
            throw TestFailure("the new version did not come")
        }
        #expect(opened.version == 2)
    }

    @Test("a refused use is not counted")
    func refusedUse() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes(uses: 1)
        let token = try await kit.mustIssue()
        #expect(await kit.refusal(of: try kit.resolve(field: "other", with: token)) == .fieldNotGranted)
        #expect(await kit.refusal(of: try kit.resolve(with: token, by: .synthetic(pid: 1))) == .tokenOfAnotherProcess)
        #expect(try await kit.mustResolve(with: token) == "s3cr3t")
    }

    @Test("resolving in one step leaves no token behind")
    func once() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let opened = try await kit.vault.perform(
            Tokens.resolveOnce(
                try SecretName("notes/api"),
                fields: [.value],
                for: try kit.demand("search"),
                by: kit.server(.synthetic())
            )
        )
        #expect(try opened.get().value.text == "s3cr3t")
        #expect(kit.vault.state?.tokens.isEmpty == true)
        let event = try kit.lastEvent()
        #expect(event.type == "secret.resolve" && event.token?.hasPrefix("tok_") == true)
        #expect(event.server == "notes" && event.tool == "search")
    }

    @Test("several fields are one use, of one version, in one event; where one is not granted, none is opened")
    func severalFields() async throws {
        let kit = try await TestVault()
        try await kit.mustAddServer("notes")
        try await kit.mustAddTool("notes/search", risk: .readOnly)
        let names = try ["username", "password", "host"].map { try FieldName($0) }
        try await kit.mustPut("notes/db", fields: ["username": "app", "password": "pw", "host": "db"])
        try await kit.mustGrant("notes/search", "notes/db", fields: ["username", "password"], uses: 1)
        let token = try await kit.mustIssue()
        func resolve(_ fields: [FieldName]) throws -> Command<Tokens.Resolved> {
            Tokens.resolve(
                try SecretName("notes/db"),
                fields: fields,
                with: token.presented,
                known: nil,
                by: kit.server(.synthetic())
            )
        }
        #expect(await kit.refusal(of: try resolve(names)) == .fieldNotGranted)
        let pair = [names[1], names[0]]
        guard case .value(let opened) = try await kit.vault.perform(resolve(pair)) else {
            throw TestFailure("no value")
        }
        #expect(opened.parts.map(\.field) == pair && opened.parts.map(\.value.text) == ["pw", "app"])
        let event = try kit.lastEvent()
        #expect(event.fields == ["password", "username"] && event.version == 1)
        #expect(await kit.refusal(of: try resolve([names[0]])) == .tokenExhausted)
    }
}
