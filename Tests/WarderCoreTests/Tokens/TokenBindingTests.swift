import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// A stolen token is useless from another process.
@Suite struct TokenBindingTests {
    /// The process that a token is given to.
    private static let owner = Peer.synthetic(unit: "notes.service")

    /// Somebody else, by one part each.
    static let others: [(what: String, peer: Peer)] = [
        ("pid", .synthetic(pid: 4712, unit: "notes.service")),
        ("start time", .synthetic(startTime: 88_001, unit: "notes.service")),
        ("pidfd inode", .synthetic(pidfdInode: 556, unit: "notes.service")),
        ("no pidfd inode", .synthetic(pidfdInode: nil, unit: "notes.service")),
        ("uid", .synthetic(uid: 2001, unit: "notes.service")),
        ("unit", .synthetic(unit: "mail.service")),
        ("no unit", .synthetic(unit: nil)),
    ]

    @Test("a token is refused from a process that differs in one part", arguments: others.indices)
    func anotherProcess(_ index: Int) async throws {
        let (what, thief) = Self.others[index]
        let kit = try await TestVault()
        try await kit.mustPut("notes/api")
        // Known by its group, so that every one of the processes matches the server.
        try await kit.mustAddServer("notes", Selectors(group: 7))
        try await kit.mustAddTool("notes/search")
        try await kit.mustGrant("notes/search", "notes/api")
        var owner = Self.owner
        owner.groups = [7]
        var other = thief
        other.groups = [7]
        let token = try await kit.mustIssue(to: owner)

        #expect(await kit.refusal(of: try kit.resolve(with: token, by: other)) == .tokenOfAnotherProcess, "\(what)")
        let event = try kit.lastEvent()
        #expect(event.reason == "token_of_another_process" && event.token == token.issued.accessor.text)
        #expect(event.peer?.pid == other.pid && event.peer?.uid == other.uid)
        for command in [
            Tokens.drop(token.presented, by: kit.server(other)),
            Tokens.report(
                CallOutcome(kind: .ok, durationMilliseconds: nil, outputsDigest: nil, changed: nil),
                with: token.presented,
                by: kit.server(other)
            ),
        ] { #expect(await kit.refusal(of: command) == .tokenOfAnotherProcess) }
        let renew = Tokens.renew(token.presented, by: kit.server(other))
        #expect(await kit.refusal(of: renew) == .tokenOfAnotherProcess)
        #expect(try await kit.mustResolve(with: token, by: owner) == "s3cr3t")
    }

    @Test("a token does not work at the operators' door")
    func otherDoor() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let token = try await kit.mustIssue()
        let use = Tokens.resolve(
            try SecretName("notes/api"),
            fields: [.value],
            with: token.presented,
            known: nil,
            by: kit.caller(.synthetic(), .operator)
        )
        #expect(await kit.refusal(of: use) == .notAnOperator)
    }

    @Test("a process that has ceased to match its server has a token that is worth nothing")
    func noLongerTheServer() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("notes/api")
        try await kit.mustAddServer("notes", Selectors(uid: 2000, executable: "/opt/notes"))
        try await kit.mustAddTool("notes/search")
        try await kit.mustGrant("notes/search", "notes/api")
        let executable = Peer.Executable(path: "/opt/notes", device: 1, inode: 2, sha256: nil)
        let token = try await kit.mustIssue(to: .synthetic(executable: executable))
        let replaced = Peer.Executable(path: "/bin/sh", device: 1, inode: 3, sha256: nil)
        let use = try kit.resolve(with: token, by: .synthetic(executable: replaced))
        #expect(await kit.refusal(of: use) == .unknownPeer)
    }

    @Test("a server that asks for another server's tool is told no, and the log says why")
    func anotherServersTool() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        try await kit.mustAddServer("mail", Selectors(uid: 3000))
        let issue = Tokens.issue(try kit.demand("notes/search"), by: kit.server(.synthetic(uid: 3000)))
        #expect(await kit.refusal(of: issue) == .toolOfAnotherServer)
        let unknown = Tokens.issue(try kit.demand("nobody/search"), by: kit.server(.synthetic(uid: 3000)))
        #expect(await kit.refusal(of: unknown) == .toolMissing)
        let stranger = Tokens.issue(try kit.demand("notes/search"), by: kit.server(.synthetic(uid: 4000)))
        #expect(await kit.refusal(of: stranger) == .unknownPeer)
    }

    @Test("a process of several servers has to say which one it speaks for")
    func ambiguous() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        #expect(try await kit.mustIssue("search").issued.secrets.map(\.text) == ["notes/api"])
        try await kit.mustAddServer("mail")
        let bare = Tokens.issue(try kit.demand("search"), by: kit.server(.synthetic()))
        #expect(await kit.refusal(of: bare) == .serverAmbiguous)
        _ = try await kit.mustIssue("notes/search")
    }
}
