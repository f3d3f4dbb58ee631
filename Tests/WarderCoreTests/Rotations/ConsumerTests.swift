import HashTreeCollections
import Rotating
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Which server has which version, and how long a rotation waits for those that have the old one.
@Suite struct ConsumerTests {
    private static let servers = ["blog", "chat", "github"]

    /// A secret with three servers that may have it, each under a user of its own.
    private static func stand() async throws -> RotationStand {
        let stand = try await RotationStand()
        for (index, name) in servers.enumerated() {
            try await stand.kit.mustAddServer(name, Selectors(uid: UInt32(2000 + index)))
            try await stand.kit.mustAddTool("\(name)/read")
            try await stand.kit.mustGrant("\(name)/read", RotationStand.secret, fields: ["password"])
        }
        return stand
    }

    private static func fetch(_ stand: RotationStand, _ names: [String]) async throws {
        for (index, name) in servers.enumerated() where names.contains(name) {
            let peer = Peer.synthetic(uid: UInt32(2000 + index))
            let token = try await stand.kit.mustIssue("\(name)/read", to: peer)
            _ = try await stand.kit.mustResolve(RotationStand.secret, field: "password", with: token, by: peer)
        }
    }

    private static func overview(_ stand: RotationStand) async throws -> Rotations.Overview {
        let list = try await stand.kit.vault.perform(Rotations.list(stand.name, by: stand.kit.admin))
        return try #require(list.overviews.first)
    }

    /// Everybody has the first version, and then it is rotated.
    private static func overlapping() async throws -> RotationStand {
        let stand = try await stand()
        try await fetch(stand, servers)
        try await stand.start()
        await stand.settle()
        #expect(try stand.run.phase == .overlapping)
        return stand
    }

    @Test func `who has which version since when, and who came last when, is what a status says`() async throws {
        let stand = try await Self.stand()
        let begin = stand.kit.clock.now().wall
        try await Self.fetch(stand, Self.servers)
        stand.kit.clock.advance(seconds: 1800)
        try await stand.start()
        await stand.settle()
        try await Self.fetch(stand, ["blog", "chat"])
        let overview = try await Self.overview(stand)
        #expect(overview.current?.number == 2)
        #expect(overview.consumers.map { "\($0.server) v\($0.version)" } == ["blog v2", "chat v2", "github v1"])
        let now = stand.kit.clock.now().wall
        #expect(overview.consumers.map(\.since) == [now, now, begin])
        #expect(overview.consumers.map(\.lastSeen) == [now, now, begin])
    }

    @Test func `a value that came without a token of its own, and one that was there already, count as well`()
        async throws
    {
        let stand = try await Self.overlapping()
        let kit = stand.kit
        let (first, second) = (Peer.synthetic(uid: 2000), Peer.synthetic(uid: 2001))
        _ = try await kit.vault.perform(
            Tokens.resolveOnce(
                stand.name,
                fields: [try FieldName("password")],
                for: try kit.demand("blog/read"),
                by: kit.server(first)
            )
        )
        let token = try await kit.mustIssue("chat/read", to: second)
        let command = try kit.resolve(RotationStand.secret, field: "password", with: token, known: 2, by: second)
        _ = try await kit.vault.perform(command)
        #expect(try await Self.overview(stand).consumers.map(\.version) == [2, 2, 1])
    }

    @Test func `the overlap ends a minute after the last server has come`() async throws {
        let stand = try await Self.overlapping()
        for name in Self.servers {
            stand.kit.clock.advance(seconds: 61)
            await stand.settle()
            #expect(try stand.run.phase == .overlapping, "\(name) has not come")
            try await Self.fetch(stand, [name])
        }
        let wake = try #require(await stand.settle())
        #expect(wake == stand.kit.clock.now().wall.adding(seconds: 60))
        stand.kit.clock.advance(seconds: 60)
        await stand.settle()
        #expect(try stand.run.phase == .retired)
        #expect(try await stand.works())
    }

    @Test func `the overlap ends when its time is up, whoever has not come`() async throws {
        let stand = try await Self.overlapping()
        try await Self.fetch(stand, ["blog", "chat"])
        let wake = try #require(await stand.settle())
        #expect(wake == stand.kit.clock.now().wall.adding(seconds: RotationWork.shortestOverlap))
        stand.kit.clock.advance(seconds: RotationWork.shortestOverlap - 1)
        await stand.settle()
        #expect(try stand.run.phase == .overlapping)
        stand.kit.clock.advance(seconds: 1)
        await stand.settle()
        #expect(try stand.run.phase == .retired)
        #expect(stand.upstream.accepted.count == 1, "the old value is no good any more")
        #expect(try await Self.overview(stand).consumers.map(\.version) == [2, 2, 1], "and it is seen who has it")
    }

    @Test(arguments: [true, false])
    func `a server that may not come any more keeps nobody waiting, from that moment on`(isBlocked: Bool) async throws {
        let stand = try await Self.overlapping()
        try await Self.fetch(stand, ["blog", "chat"])
        stand.kit.clock.advance(seconds: 600)
        await stand.settle()
        #expect(try stand.run.phase == .overlapping)
        if isBlocked {
            let name = try ServerName("github")
            _ = try await stand.kit.vault.perform(Servers.quarantine(name, reason: nil, by: stand.kit.admin))
        } else {
            try await stand.kit.mustRevokeGrant("github/read", RotationStand.secret)
        }
        await stand.settle()
        #expect(try stand.run.phase == .retired)
    }

    @Test func `after a restart it is still known who has what`() async throws {
        let stand = try await Self.overlapping()
        try await Self.fetch(stand, ["blog", "chat"])
        try await stand.restart()
        #expect(try await Self.overview(stand).consumers.map(\.version) == [2, 2, 1])
        await stand.settle()
        #expect(try stand.run.phase == .overlapping)
        try await Self.fetch(stand, ["github"])
        stand.kit.clock.advance(seconds: 60)
        await stand.settle()
        #expect(try stand.run.phase == .retired)
    }
}
