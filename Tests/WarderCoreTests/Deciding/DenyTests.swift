import HashTreeCollections
import SecretMemory
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// One thing that speaks against a request is enough, whatever speaks for it.
@Suite struct DenyTests {
    /// What can speak against a request that everything else speaks for.
    enum Obstacle: Int, CaseIterable, CustomStringConvertible {
        case otherUser, quarantine, noTool, definition, noGrant, grantEnded, weakAttestation, approval, otherField,
            noSecret,
            deleted, noCurrentVersion

        var description: String { "\(rawValue)" }
    }

    @Test("a value is opened when nothing speaks against it, and never otherwise, in any combination")
    func everyCombination() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let desk = try Desk(kit)
        for bits in 0..<(1 << Obstacle.allCases.count) {
            let obstacles = Obstacle.allCases.filter { bits >> $0.rawValue & 1 == 1 }
            var desk = desk
            try Self.apply(obstacles, to: &desk.state, at: kit.clock.now().wall)
            let peer = Peer.synthetic(uid: obstacles.contains(.otherUser) ? 2001 : 2000, attestation: .starttime)
            let field = try FieldName(obstacles.contains(.otherField) ? "other" : "value")
            let outcome = desk.decide(
                Tokens.resolveOnce(
                    try SecretName("notes/api"),
                    fields: [field],
                    for: try kit.demand(),
                    by: kit.server(peer)
                )
            )
            switch outcome.released() {
            case .success(let opened):
                #expect(obstacles.isEmpty, "\(obstacles)")
                #expect(opened.value.text == "s3cr3t")
            case .failure: #expect(!obstacles.isEmpty)
            }
        }
    }

    @Test("a token is issued when nothing speaks against it, and never otherwise, in any combination")
    func everyToken() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let desk = try Desk(kit)
        let secretMatters: Set<Obstacle> = [.otherField, .noSecret, .deleted, .noCurrentVersion]
        let concerned = Obstacle.allCases.filter { !secretMatters.contains($0) }
        for bits in 0..<(1 << concerned.count) {
            let obstacles = concerned.indices.filter { bits >> $0 & 1 == 1 }.map { concerned[$0] }
            var desk = desk
            try Self.apply(obstacles, to: &desk.state, at: kit.clock.now().wall)
            let peer = Peer.synthetic(uid: obstacles.contains(.otherUser) ? 2001 : 2000, attestation: .starttime)
            let outcome = desk.decide(Tokens.issue(try kit.demand(), by: kit.server(peer)))
            #expect((outcome.released().refusal == nil) == obstacles.isEmpty, "\(obstacles)")
        }
    }

    @Test("a wide grant of one tool gives another tool of the same server nothing")
    func toolsApart() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        try await kit.mustAddTool("notes/delete")
        let issue = Tokens.issue(try kit.demand("notes/delete"), by: kit.server(.synthetic()))
        #expect(await kit.refusal(of: issue) == .grantMissing)
    }

    @Test("a token for one tool does not open what another tool of the server may use")
    func tokensApart() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        try await kit.mustPut("notes/admin")
        try await kit.mustAddTool("notes/delete")
        try await kit.mustGrant("notes/delete", "notes/admin")
        let token = try await kit.mustIssue("notes/search")
        #expect(await kit.refusal(of: try kit.resolve("notes/admin", with: token)) == .grantMissing)
    }

    @Test(
        "no second spelling of a granted name reaches it",
        arguments: [
            "Notes/api", "notes/API", "notes//api", "/notes/api", "notes/api/", "notes/./api", "notes/x/../api",
            "notes/api ", " notes/api", "notes\\api", "notes%2fapi", "notes/ap\u{0131}", "notes/api\u{0}",
            "n\u{43E}tes/api",
            "notes/api*", "notes/*", "*", "", ".", "..", "notes/\u{FF41}pi", "notes/api\n", "notes/api?x", "notes/api#",
        ]
    )
    func spellings(_ text: String) {
        #expect(throws: NameError.self) { try SecretName(text) }
    }

    @Test(
        "names that differ in a byte are different names",
        arguments: ["notes/ap", "notes/apii", "notes/api.", "notes/api-", "notes", "note/sapi", "notes/api/api"]
    )
    func neighbours(_ text: String) async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let token = try await kit.mustIssue()
        #expect(await kit.refusal(of: try kit.resolve(text, with: token)) == .grantMissing)
    }

    @Test("tool names tell capitals apart")
    func toolSpelling() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let issue = Tokens.issue(try kit.demand("notes/Search"), by: kit.server(.synthetic()))
        #expect(await kit.refusal(of: issue) == .toolMissing)
    }

    @Test("who was refused hears the same whether a secret exists or not")
    func noOracle() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        try await kit.mustPut("bank/key")
        let token = try await kit.mustIssue()
        #expect(await kit.refusal(of: try kit.resolve("bank/key", with: token)) == .grantMissing)
        #expect(await kit.refusal(of: try kit.resolve("no/such", with: token)) == .grantMissing)
    }

    // MARK: Obstacles

    private static func apply(_ obstacles: [Obstacle], to state: inout VaultState, at now: Timestamp) throws {
        let (server, tool) = (try ServerName("notes"), try ToolID("notes/search"))
        let secret = try SecretName("notes/api")
        let key = GrantKey(tool: tool, secret: secret)
        for obstacle in obstacles {
            switch obstacle {
            case .otherUser, .otherField: break
            case .quarantine:
                state.servers[server]?.quarantine = .init(since: now, by: try OperatorName("ada"), reason: nil)
            case .noTool: state.tools[tool] = nil
            case .definition:
                state.tools[tool]?.definitionDigest = String(repeating: "0", count: 64)
            case .noGrant: state.grants[key] = nil
            case .grantEnded: state.grants[key]?.expires = now
            case .weakAttestation: state.grants[key]?.minimumAttestation = .pidfd
            case .approval: state.tools[tool]?.risk = .critical
            case .noSecret: state.secrets[secret] = nil
            case .deleted: state.secrets[secret]?.deleted = now
            case .noCurrentVersion: state.secrets[secret]?.markDestroyed(1, at: now)
            }
        }
    }
}
