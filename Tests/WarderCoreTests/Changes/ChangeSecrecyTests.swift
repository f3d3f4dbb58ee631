import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// What a server is not told, and when it is told nothing more.
@Suite struct ChangeSecrecyTests {
    @Test("a server hears nothing of what another may have, and goes on waiting")
    func otherServer() async throws {
        let desk = try await ChangeDesk()
        let shop = await desk.mustWait(desk.shop)
        let notes = await desk.mustWait(desk.notes)
        try await desk.kit.mustPut("notes/api", "other")
        #expect(try await notes.outcome.lines == ["notes/api v2"])
        try await desk.kit.mustRevokeGrant("notes/search", "notes/api")
        _ = try await desk.kit.vault.perform(Secrets.delete(try SecretName("notes/api"), by: desk.kit.admin))
        try await desk.kit.mustPut("nobody/granted")
        try await desk.kit.mustPut("nobody/granted", "other")
        // Those looks are over when a later one has answered.
        try await desk.kit.mustPut("shop/key", "other")
        #expect(try await shop.outcome.lines == ["shop/key v2"])
    }

    @Test("who was there for others' changes has the same answers as who was not")
    func sameAnswers() async throws {
        let desk = try await ChangeDesk()
        let before = try await desk.now(desk.shop)
        for number in 0..<50 { try await desk.kit.mustPut("notes/api", "value \(number)") }
        let after = try await desk.ask(desk.shop, after: before)
        #expect(after.lines.isEmpty)
        #expect(after.cursor.utf8.count == before.utf8.count)
    }

    @Test("no two cursors have anything in common, of the same moment or of one after the other")
    func cursors() async throws {
        let desk = try await ChangeDesk()
        var cursors: Set<String> = []
        for _ in 0..<20 { cursors.insert(try await desk.now(desk.notes)) }
        #expect(cursors.count == 20)
        #expect(Set(cursors.map { $0.prefix(8) }).count == 20 && Set(cursors.map { $0.suffix(8) }).count == 20)
    }

    @Test("a cursor of another process, of another life of the vault, or of nobody, opens nothing")
    func foreignCursors() async throws {
        let desk = try await ChangeDesk()
        let cursor = try await desk.now(desk.notes)
        for peer in [
            Peer.synthetic(uid: 2000, pid: 21), .synthetic(uid: 2000, pid: 20, startTime: 1),
            .synthetic(uid: 2000, pid: 20, pidfdInode: 1),
        ] { #expect(try await desk.ask(peer, after: cursor).lines == ["reset"]) }
        let flipped = (cursor.first == "0" ? "1" : "0") + cursor.dropFirst()
        for text in [
            "", "0", "1", flipped, String(cursor.dropLast(2)), cursor + "00", "💥", String(repeating: "0", count: 9_999),
        ] {
            // At once, and not when something changes: what is held is out of date now.
            #expect(try await desk.ask(desk.notes, after: text, seconds: 55).lines == ["reset"])
        }
        try await desk.kit.seal()
        try await desk.kit.unseal().get()
        #expect(try await desk.ask(desk.notes, after: cursor).lines == ["reset"])
    }

    @Test("a grant that the process is attested too weakly for, or that has ended, brings no news")
    func unusableGrants() async throws {
        let desk = try await ChangeDesk()
        try await desk.kit.mustPut("notes/strong")
        try await desk.kit.mustGrant("notes/search", "notes/strong", attestation: .pidfd)
        try await desk.kit.mustPut("notes/brief")
        let end = desk.kit.clock.now().wall.adding(seconds: 10)
        try await desk.kit.mustGrant("notes/search", "notes/brief", expires: end)
        let weak = Peer.synthetic(uid: 2000, pid: 21, attestation: .uid)
        let (first, second) = (try await desk.now(weak), try await desk.now(desk.notes))
        desk.kit.clock.advance(seconds: 10)
        for name in ["notes/api", "notes/strong", "notes/brief"] { try await desk.kit.mustPut(name, "other") }
        // What it never could have had is not taken from it either.
        try await desk.kit.mustPut("notes/gone")
        try await desk.kit.mustGrant("notes/search", "notes/gone", attestation: .pidfd)
        try await desk.kit.mustRevokeGrant("notes/search", "notes/gone")
        #expect(try await desk.ask(weak, after: first).lines == ["notes/api v2"])
        #expect(
            try await desk.ask(desk.notes, after: second).lines == [
                "notes/api v2", "notes/gone revoked", "notes/strong v2",
            ]
        )
    }

    /// What ends a server, and what its processes hear.
    enum End: CaseIterable { case quarantined, removed, recognisedOtherwise, sealed }

    @Test("who is no server any more is told so at once", arguments: End.allCases)
    func ends(end: End) async throws {
        let desk = try await ChangeDesk()
        let (notes, shop) = (await desk.mustWait(desk.notes), await desk.mustWait(desk.shop))
        let name = try ServerName("notes")
        switch end {
        case .quarantined:
            _ = try await desk.kit.vault.perform(Servers.quarantine(name, reason: nil, by: desk.kit.admin))
            #expect(await notes.refusal == .serverQuarantined)
        case .removed:
            try await desk.kit.mustRevokeGrant("notes/search", "notes/api")
            #expect(try await notes.outcome.lines == ["notes/api revoked"])
            let next = await desk.mustWait(desk.notes)
            try await desk.kit.vault.perform(Tools.remove(try ToolID("notes/search"), by: desk.kit.admin))
            try await desk.kit.vault.perform(Servers.remove(name, by: desk.kit.admin))
            #expect(await next.refusal == .unknownPeer)
        case .recognisedOtherwise:
            _ = try await desk.kit.vault.perform(
                Servers.update(name, owner: nil, selectors: Selectors(uid: 4000), by: desk.kit.admin)
            )
            #expect(await notes.refusal == .unknownPeer)
        case .sealed:
            try await desk.kit.seal()
            #expect(await notes.refusal == .sealed)
            #expect(await shop.refusal == .sealed)
            #expect(desk.board.waiting == 0)
            return
        }
        #expect(!shop.isAnswered && desk.board.waiting == 1)
        let event = try desk.kit.lastEvent()
        #expect(event.type == "secret.watch" && event.decision == "refused", "a refusal stands in the log")
    }

    @Test(
        "who is two servers, of which one is blocked or known otherwise, is told what is lost",
        arguments: [false, true]
    )
    func oneOfTwo(isBlocked: Bool) async throws {
        let desk = try await ChangeDesk()
        // As on a laptop: both are the same user.
        try await desk.kit.mustPut("more/key")
        try await desk.kit.mustAddServer("more", Selectors(uid: 2000))
        try await desk.kit.mustAddTool("more/tool")
        try await desk.kit.mustGrant("more/tool", "more/key")
        let before = try await desk.now(desk.notes)
        #expect(try desk.kit.lastEvent().changes == ["server/more", "server/notes"])
        let poll = await desk.mustWait(desk.notes)
        let name = try ServerName("more")
        if isBlocked {
            _ = try await desk.kit.vault.perform(Servers.quarantine(name, reason: nil, by: desk.kit.admin))
        } else {
            _ = try await desk.kit.vault.perform(
                Servers.update(name, owner: nil, selectors: Selectors(uid: 4000), by: desk.kit.admin)
            )
        }
        #expect(try await poll.outcome.lines == ["more/key revoked"])
        #expect(try await desk.ask(desk.notes, after: before).lines == ["more/key revoked"])
        if isBlocked {
            let after = try await desk.now(desk.notes)
            try await desk.kit.vault.perform(Servers.release(name, by: desk.kit.admin))
            #expect(try await desk.ask(desk.notes, after: after).lines == ["more/key v1"], "given back")
            #expect(try await desk.ask(desk.notes, after: before).lines == ["more/key v1"])
        }
    }

    @Test("a sealed vault, one that came from a backup, and one without this server say so")
    func refusals() async throws {
        let desk = try await ChangeDesk()
        let stranger = await desk.begin(.synthetic(uid: 9)).refusal
        #expect(stranger == .unknownPeer)
        try await desk.kit.seal()
        let sealed = await desk.begin(desk.notes).refusal
        #expect(sealed == .sealed)
        try await desk.kit.openAsRestored(TestVault.passphrase)
        let restored = await desk.begin(desk.notes).refusal
        #expect(restored == .restoredVault)
    }

    @Test("who hangs up takes nothing up any more, whether the question was waiting or on its way")
    func hangingUp() async throws {
        let desk = try await ChangeDesk()
        let polls = [await desk.mustWait(desk.notes), await desk.mustWait(desk.shop)]
        for poll in polls { poll.hangUp() }
        #expect(desk.board.waiting == 0)
        await desk.kit.holdWriter()
        let early = desk.begin(.synthetic(uid: 2000, pid: 99))
        early.hangUp()
        desk.kit.letGo()
        await desk.kit.vault.heartbeat()
        #expect(desk.board.waiting == 0)
        try await desk.kit.mustPut("notes/api", "other")
        #expect(!early.isAnswered && !polls[0].isAnswered)
    }

    @Test("a process has four questions that wait")
    func room() async throws {
        let desk = try await ChangeDesk()
        let caller = desk.kit.server(desk.notes)
        for _ in 0..<ChangeBoard.waitersPerProcess {
            #expect(desk.board.hasRoom(for: caller))
            _ = await desk.mustWait(desk.notes)
        }
        #expect(!desk.board.hasRoom(for: caller))
        #expect(desk.board.hasRoom(for: desk.kit.server(desk.shop)))
    }
}
