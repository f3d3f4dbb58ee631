import HashTreeCollections
import Locking
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// What the vault says to launchers, and to whom they have started.
@Suite struct LaunchTests {
    private static let conditions = Selectors(uid: 2000, isLaunched: true)

    private static func kit() async throws -> TestVault {
        let kit = try await TestVault()
        try await kit.mustPut("notes/api")
        try await kit.mustAddServer("notes", conditions)
        for tool in ["notes/search", "notes/@launch"] {
            try await kit.mustAddTool(tool)
            try await kit.mustGrant(tool, "notes/api")
        }
        return kit
    }

    private static func start(
        _ kit: TestVault,
        _ server: String = "notes",
        by peer: Peer = .synthetic(),
        reserve: @escaping @Sendable (LaunchMembership) throws(Refusal) -> Void = { _ in }
    ) throws -> Command<LaunchMembership> {
        Launches.start(try ServerName(server), by: kit.server(peer), reserve: reserve)
    }

    /// A process of a launch.
    private static func member(
        _ launch: LaunchMembership,
        pid: Int32 = 4712,
        _ part: LaunchMembership.Part = .member
    ) -> Peer {
        var peer = Peer.synthetic(pid: pid)
        peer.launch = LaunchMembership(
            id: launch.id,
            server: launch.server,
            conditions: launch.conditions,
            part: part
        )
        return peer
    }

    @Test("a launch is an event with its name, the server and the launcher")
    func event() async throws {
        let kit = try await Self.kit()
        let reserved = Locked<LaunchMembership?>(nil)
        let launch = try await kit.vault.perform(
            Self.start(kit) { membership throws(Refusal) in reserved.withLock { $0 = membership } }
        )
        #expect(reserved.withLock { $0 } == launch && launch.part == .launcher)
        let event = try kit.lastEvent()
        #expect(event.line == "launch.start" && event.launch == launch.id.text && event.server == "notes")
        #expect(event.peer?.pid == Peer.synthetic().pid)
    }

    @Test(
        "whom the server's conditions do not name launches nothing, and neither does anybody a server without launches"
    )
    func refused() async throws {
        let kit = try await Self.kit()
        try await kit.mustAddServer("mail", Selectors(uid: 2000))
        let weak = Peer.synthetic(attestation: .uid)
        #expect(await kit.refusal(of: try Self.start(kit, by: .synthetic(uid: 2001))) == .unknownPeer)
        #expect(await kit.refusal(of: try Self.start(kit, by: weak)) == .unknownPeer)
        #expect(await kit.refusal(of: try Self.start(kit, "mail")) == .unknownPeer)
        #expect(await kit.refusal(of: try Self.start(kit, "none")) == .unknownPeer)
        let full = try Self.start(kit) { _ throws(Refusal) in throw .launchLimit }
        #expect(await kit.refusal(of: full) == .launchLimit)
        #expect(try kit.lastEvent().line == "launch.start: launch_limit")
        _ = try await kit.vault.perform(Servers.quarantine(try ServerName("notes"), reason: nil, by: kit.admin))
        #expect(await kit.refusal(of: try Self.start(kit)) == .serverQuarantined)
    }

    @Test("what a launcher has started launches nothing itself, and the log says of which launch it is")
    func nested() async throws {
        let kit = try await Self.kit()
        try await kit.mustAddServer("mail", Self.conditions)
        let launch = try await kit.vault.perform(Self.start(kit))
        for part in [LaunchMembership.Part.member, .outsider] {
            for server in ["notes", "mail"] {
                let inner = try Self.start(kit, server, by: Self.member(launch, part)) { _ throws(Refusal) in
                    Issue.record("a place was taken")
                }
                #expect(await kit.refusal(of: inner) == .launchNested)
                let event = try kit.lastEvent()
                #expect(event.line == "launch.start: launch_nested" && event.launch == launch.id.text)
            }
        }
        var hidden = Peer.synthetic()
        hidden.wayUp = .tooLong
        #expect(await kit.refusal(of: try Self.start(kit, by: hidden)) == .launchNested)
        _ = try await kit.vault.perform(Self.start(kit, "mail", by: Self.member(launch, .launcher)))
    }

    @Test("where nobody can tell just now who started a process it gets nothing, and is told to ask again")
    func unknown() async throws {
        let kit = try await Self.kit()
        let launch = try await kit.vault.perform(Self.start(kit))
        var hidden = Self.member(launch)
        (hidden.launch, hidden.wayUp) = (nil, .unknown)
        let start = try Self.start(kit, by: hidden) { _ throws(Refusal) in Issue.record("a place was taken") }
        #expect(await kit.refusal(of: start) == .wayUpUnknown)
        #expect(try kit.lastEvent().line == "launch.start: way_up_unknown")
        for tool in ["notes/search", "notes/@launch"] {
            let issue = Tokens.issue(try kit.demand(tool), by: kit.server(hidden))
            #expect(await kit.refusal(of: issue) == .wayUpUnknown)
        }
        // What stands whoever started it is said first: an honest launcher ends its server by it.
        _ = try await kit.vault.perform(Servers.quarantine(try ServerName("notes"), reason: nil, by: kit.admin))
        #expect(await kit.refusal(of: try Self.start(kit, by: hidden)) == .serverQuarantined)
        #expect(await kit.refusal(of: try Self.start(kit, "none", by: hidden)) == .unknownPeer)
    }

    @Test("a process of the same user outside every launch gets nothing; one inside gets its tools")
    func membership() async throws {
        let kit = try await Self.kit()
        let launch = try await kit.vault.perform(Self.start(kit))
        let outside = Tokens.issue(try kit.demand(), by: kit.server(.synthetic(pid: 4712)))
        #expect(await kit.refusal(of: outside) == .unknownPeer)
        let inside = Self.member(launch)
        let token = try await kit.mustIssue(to: inside)
        #expect(try await kit.mustResolve(with: token, by: inside) == "s3cr3t")
        #expect(try kit.lastEvent().launch == launch.id.text)
    }

    @Test("what a server needs just to run is for its launcher, and not for what that started")
    func launcherOnly() async throws {
        let kit = try await Self.kit()
        let launch = try await kit.vault.perform(Self.start(kit))
        let demand = try kit.demand("notes/@launch")
        let member = Tokens.issue(demand, by: kit.server(Self.member(launch)))
        #expect(await kit.refusal(of: member) == .launcherOnly)
        _ = try await kit.vault.perform(Tokens.issue(demand, by: kit.server(Self.member(launch, .launcher))))
    }

    @Test("what a server needs just to run waits for nobody: where its class needs a yes it is refused")
    func approval() async throws {
        let kit = try await Self.kit()
        try await kit.mustAddServer("mail", Self.conditions)
        try await kit.mustAddTool("mail/@launch", risk: .critical)
        try await kit.mustGrant("mail/@launch", "notes/api")
        let launch = try await kit.vault.perform(Self.start(kit, "mail"))
        let launcher = kit.server(Self.member(launch, .launcher))
        #expect(await kit.refusal(of: Tokens.issue(try kit.demand("mail/@launch"), by: launcher)) == .approvalRequired)
        #expect(kit.vault.state?.approvals.isEmpty == true)
    }

    @Test("with a launch its tokens end, and those of another do not")
    func ends() async throws {
        let kit = try await Self.kit()
        let first = try await kit.vault.perform(Self.start(kit))
        let second = try await kit.vault.perform(Self.start(kit))
        let (one, other) = (Self.member(first), Self.member(second, pid: 4713))
        let lost = try await kit.mustIssue(to: one)
        let kept = try await kit.mustIssue(to: other)
        try await kit.vault.perform(Launches.end(first, of: 4711, .closed))
        let event = try kit.lastEvent()
        #expect(event.line == "launch.end" && event.launch == first.id.text && event.server == "notes")
        let revoked = "revoked/\(lost.issued.accessor.text)"
        #expect(event.changes == ["launcher=4711", "reason=closed", revoked, "revoked=1"])
        #expect(await kit.refusal(of: try kit.resolve(with: lost, by: one)) == .tokenUnknown)
        #expect(try await kit.mustResolve(with: kept, by: other) == "s3cr3t")
    }

    @Test("a launch ends for whoever is in it when the server is recognised otherwise")
    func updated() async throws {
        let kit = try await Self.kit()
        let launch = try await kit.vault.perform(Self.start(kit))
        let other = Selectors(uid: 2000, group: 5, isLaunched: true)
        _ = try await kit.vault.perform(
            Servers.update(try ServerName("notes"), owner: nil, selectors: other, by: kit.admin)
        )
        let issue = Tokens.issue(try kit.demand(), by: kit.server(Self.member(launch)))
        #expect(await kit.refusal(of: issue) == .unknownPeer)
    }

    @Test("nobody but the vault writes that a launch has ended")
    func door() async throws {
        #expect(Action.launchEnd.permission == .vault && Action.launchStart.permission == .server)
    }

    @Test("only a launched server that names somebody can be registered")
    func nameless() async throws {
        let kit = try await TestVault()
        for selectors in [Selectors(isLaunched: true), Selectors(executable: "/usr/bin/warder", isLaunched: true)] {
            await #expect(throws: Refusal.selectorsEmpty) { try await kit.mustAddServer("notes", selectors) }
        }
    }
}
