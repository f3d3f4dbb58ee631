import HashTreeCollections
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

@Suite struct ServerTests {
    @Test("a quarantine ends a server's tokens at once and lets it have no other until it is released")
    func quarantine() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        try await kit.mustPut("unrelated/secret")
        let tokens = [try await kit.mustIssue(), try await kit.mustIssue(to: .synthetic(pid: 5))]
        let name = try ServerName("notes")
        let came = try await kit.vault.perform(
            Servers.quarantine(name, reason: try PlainText("odd calls"), by: kit.admin)
        )
        #expect(came.revoked == 2 && came.reachable.map(\.text) == ["notes/api"])
        let event = try kit.lastEvent()
        for token in tokens {
            #expect(event.changes?.contains("revoked/\(token.issued.accessor)") == true)
            #expect(await kit.refusal(of: try kit.resolve(with: token)) == .tokenUnknown)
        }
        #expect(event.changes?.last == "revoked=2")
        #expect(event.purpose == "odd calls")
        let issue = Tokens.issue(try kit.demand(), by: kit.server(.synthetic()))
        #expect(await kit.refusal(of: issue) == .serverQuarantined)
        #expect(came.alreadySince == nil)
        let since = kit.vault.clock.now().wall
        kit.clock.advance(seconds: 60)
        let again = try await kit.vault.perform(Servers.quarantine(name, reason: nil, by: kit.admin))
        #expect(again.alreadySince == since && again.revoked == 0 && again.reachable == came.reachable)
        #expect(try kit.lastEvent().line == "server.quarantine")
        let shown = try await kit.vault.perform(Servers.show(name, by: kit.admin))
        #expect(shown.server.quarantine?.reason?.text == "odd calls")

        try await kit.vault.perform(Servers.release(name, by: kit.admin))
        #expect(await kit.refusal(of: issue) == nil)
        #expect(await kit.refusal(of: Servers.release(name, by: kit.admin)) == .nothingToUndo)
    }

    @Test("the event of a quarantine names a hundred tokens and counts all")
    func largeQuarantine() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        for pid in 1...3 {
            for _ in 0..<40 { _ = try await kit.mustIssue(to: .synthetic(pid: Int32(pid))) }
        }
        let came = try await kit.vault.perform(Servers.quarantine(try ServerName("notes"), reason: nil, by: kit.admin))
        #expect(came.revoked == 120)
        let changes = try #require(kit.lastEvent().changes)
        #expect(changes.count { $0.hasPrefix("revoked/") } == 100)
        #expect(changes.last == "revoked=120")
    }

    @Test("a server without selectors would match everybody, and is refused")
    func selectors() async throws {
        let kit = try await TestVault()
        for selectors in [
            Selectors(), Selectors(executable: "/opt/notes"),
            Selectors(executable: "/opt/notes", executableSHA256: String(repeating: "ab", count: 32)),
        ] {
            await #expect(throws: Refusal.selectorsEmpty) { try await kit.mustAddServer("notes", selectors) }
        }
    }

    @Test("an update replaces all conditions, ends the tokens, and counts at once")
    func update() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let name = try ServerName("notes")
        let old = Peer.synthetic()
        let new = Peer.synthetic(uid: 2001, unit: "notes.service")
        let token = try await kit.mustIssue()
        let generation = kit.vault.registryGeneration
        let came = try await kit.vault.perform(
            Servers.update(
                name,
                owner: .some(try PlainText("platform")),
                selectors: Selectors(uid: 2001, unit: "notes.service"),
                by: kit.admin
            )
        )
        #expect(came.revoked == 1 && came.server.liveTokens == 0)
        #expect(came.server.tools.map(\.name.text) == ["notes/search"])
        #expect(kit.vault.registryGeneration != generation)
        let event = try kit.lastEvent()
        #expect(event.line == "server.update" && event.server == "notes")
        #expect(
            event.changes?.suffix(7) == [
                "uid=2001", "unit=notes.service", "before/uid=2000", "owner=platform", "before/owner=",
                "revoked/\(token.issued.accessor)", "revoked=1",
            ]
        )
        let stale = await kit.refusal(of: try kit.resolve(with: token))
        #expect(stale == .tokenUnknown)
        let refused = await kit.refusal(of: Tokens.issue(try kit.demand(), by: kit.server(old)))
        #expect(refused == .unknownPeer)
        let taken = await kit.refusal(of: Tokens.issue(try kit.demand(), by: kit.server(new)))
        #expect(taken == nil)
    }

    @Test("an update leaves the owner and a quarantine as they are, and survives a restart")
    func updateKeeps() async throws {
        let kit = try await TestVault()
        let name = try ServerName("notes")
        let owner = try PlainText("platform")
        _ = try await kit.vault.perform(
            Servers.add(name, owner: owner, selectors: Selectors(uid: 2000), by: kit.admin)
        )
        _ = try await kit.vault.perform(Servers.quarantine(name, reason: nil, by: kit.admin))
        _ = try await kit.vault.perform(
            Servers.update(name, owner: nil, selectors: Selectors(gid: 7), by: kit.admin)
        )
        let again = try TestVault(restarting: kit)
        try await again.unseal().get()
        let server = try #require(again.vault.state?.servers[name])
        #expect(server.owner == owner && server.selectors == Selectors(gid: 7) && server.quarantine != nil)
        _ = try await again.vault.perform(
            Servers.update(name, owner: .some(nil), selectors: Selectors(gid: 7), by: again.admin)
        )
        #expect(again.vault.state?.servers[name]?.owner == nil)
    }

    @Test("an update of nobody, and one to no conditions at all, are refused")
    func updateRefused() async throws {
        let kit = try await TestVault()
        try await kit.mustAddServer("notes")
        let none = Servers.update(
            try ServerName("none"),
            owner: nil,
            selectors: Selectors(uid: 1),
            by: kit.admin
        )
        #expect(await kit.refusal(of: none) == .notFound)
        for selectors in [Selectors(), Selectors(executable: "/opt/notes")] {
            let update = Servers.update(try ServerName("notes"), owner: nil, selectors: selectors, by: kit.admin)
            #expect(await kit.refusal(of: update) == .selectorsEmpty)
        }
        #expect(kit.vault.state?.servers[try ServerName("notes")]?.selectors == Selectors(uid: 2000))
    }

    @Test("things go in the order in which nothing is left hanging")
    func removing() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let server = try ServerName("notes")
        let tool = try ToolID("notes/search")
        #expect(await kit.refusal(of: Servers.remove(server, by: kit.admin)) == .inUse)
        #expect(await kit.refusal(of: Tools.remove(tool, by: kit.admin)) == .inUse)
        try await kit.mustRevokeGrant("notes/search", "notes/api")
        try await kit.vault.perform(Tools.remove(tool, by: kit.admin))
        try await kit.vault.perform(Servers.remove(server, by: kit.admin))
        #expect(await kit.refusal(of: Servers.remove(server, by: kit.admin)) == .notFound)
        #expect(await kit.refusal(of: Tools.remove(tool, by: kit.admin)) == .notFound)
        #expect(
            await kit.refusal(of: Grants.remove(try kit.key("notes/search", "notes/api"), by: kit.admin)) == .notFound
        )
        #expect(kit.vault.state?.servers.isEmpty == true)
    }

    @Test("a server, a tool and a name are there once")
    func twice() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        await #expect(throws: Refusal.alreadyExists) { try await kit.mustAddServer("notes", Selectors(uid: 9)) }
        await #expect(throws: Refusal.alreadyExists) { try await kit.mustAddTool("notes/search") }
        await #expect(throws: Refusal.notFound) { try await kit.mustAddTool("nobody/search") }
    }

    @Test("a server shows its tools and its living tokens")
    func overview() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        _ = try await kit.mustIssue(lifetime: 60)
        _ = try await kit.mustIssue(lifetime: 120)
        kit.clock.advance(seconds: 60)
        let shown = try await kit.vault.perform(Servers.show(try ServerName("notes"), by: kit.admin))
        #expect(shown.liveTokens == 1 && shown.tools.map(\.name.text) == ["notes/search"])
        #expect(try await kit.vault.perform(Servers.list(by: kit.admin)).map(\.server.name.text) == ["notes"])
        #expect(await kit.refusal(of: Servers.show(try ServerName("none"), by: kit.admin)) == .notFound)
    }

    @Test("the event of a registration says what the kernel must confirm")
    func registration() async throws {
        let kit = try await TestVault()
        try await kit.mustAddServer("notes", Selectors(uid: 5, unit: "notes.service", executable: "/opt/notes"))
        let event = try kit.lastEvent()
        #expect(event.changes?.suffix(3) == ["uid=5", "unit=notes.service", "executable=/opt/notes"])
    }

    @Test("strangers are counted, not named one by one")
    func strangers() async throws {
        let kit = try await TestVault()
        try await kit.vault.record(TurnedAway(kind: .unknown, uid: 77, requests: 12))
        var event = try kit.lastEvent()
        #expect(event.line == "peer.unknown" && event.changes == ["uid=77", "requests=12"])
        try await kit.vault.record(TurnedAway(kind: .limited, uid: nil, requests: 5))
        event = try kit.lastEvent()
        #expect(event.line == "peer.limited" && event.changes == ["uid=several", "requests=5"])
    }
}
