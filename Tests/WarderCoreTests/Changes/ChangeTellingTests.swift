import HashTreeCollections
import Rotating
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// What a server is told of what it may have.
@Suite struct ChangeTellingTests {
    private static let notes = "notes/api"

    /// Something that operators do, and what `notes` hears of it.
    struct Deed: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let heard: [String]
        var before: @Sendable (TestVault) async throws -> Void = { _ in }
        let work: @Sendable (TestVault) async throws -> Void

        init(
            _ name: String,
            _ heard: String...,
            before: @escaping @Sendable (TestVault) async throws -> Void = { _ in },
            work: @escaping @Sendable (TestVault) async throws -> Void
        ) {
            testDescription = name
            self.heard = heard
            self.before = before
            self.work = work
        }
    }

    private static let put: @Sendable (TestVault) async throws -> Void = { try await $0.mustPut(notes, "other") }

    private static func set(_ kit: TestVault, _ change: @Sendable (inout Tools.Changes) -> Void) async throws {
        var changes = Tools.Changes()
        change(&changes)
        changes.reason = try PlainText("a test")
        _ = try await kit.vault.perform(Tools.set(try ToolID("notes/search"), changes, by: kit.admin))
    }

    static let deeds: [Deed] = [
        Deed("a new version", "notes/api v2", work: put),
        Deed("a new version that waits") { try await $0.mustPut(notes, "other", pending: true) },
        Deed(
            "a promotion",
            "notes/api v2",
            before: { try await $0.mustPut(notes, "other", pending: true) },
            work: { kit in
                _ = try await kit.vault.perform(Secrets.promote(try SecretName(notes), version: 2, by: kit.admin))
            }
        ),
        Deed("a promotion of what is current") { kit in
            _ = try await kit.vault.perform(Secrets.promote(try SecretName(notes), version: 1, by: kit.admin))
        },
        Deed(
            "a rollback",
            "notes/api v1",
            before: put,
            work: { kit in _ = try await kit.vault.perform(Secrets.rollback(try SecretName(notes), by: kit.admin)) }
        ),
        Deed("a deletion", "notes/api revoked") { kit in
            _ = try await kit.vault.perform(Secrets.delete(try SecretName(notes), by: kit.admin))
        },
        Deed(
            "an undeletion",
            "notes/api v1",
            before: { kit in _ = try await kit.vault.perform(Secrets.delete(try SecretName(notes), by: kit.admin)) },
            work: { kit in _ = try await kit.vault.perform(Secrets.undelete(try SecretName(notes), by: kit.admin)) }
        ),
        Deed("the destruction of the current version", "notes/api revoked") { kit in
            _ = try await kit.vault.perform(Secrets.destroy(try SecretName(notes), version: 1, by: kit.admin))
        },
        Deed(
            "the destruction of an earlier version",
            before: put,
            work: { kit in
                _ = try await kit.vault.perform(Secrets.destroy(try SecretName(notes), version: 1, by: kit.admin))
            }
        ),
        Deed("other labels") { kit in
            let properties = Secrets.Properties(owner: .some(try PlainText("ada")))
            _ = try await kit.vault.perform(Secrets.set(try SecretName(notes), properties, by: kit.admin))
        },
        Deed(
            "a grant",
            "notes/more v1",
            before: { kit in try await kit.mustPut("notes/more") },
            work: { kit in try await kit.mustGrant("notes/search", "notes/more") }
        ),
        Deed("a grant that is taken back", "notes/api revoked") { kit in
            try await kit.mustRevokeGrant("notes/search", notes)
        },
        Deed("a grant that is taken back and given again", "notes/api v1") { kit in
            try await kit.mustRevokeGrant("notes/search", notes)
            try await kit.mustGrant("notes/search", notes)
        },
        Deed(
            "one of two grants that is taken back",
            "notes/api v1",
            before: { kit in
                try await kit.mustAddTool("notes/list")
                try await kit.mustGrant("notes/list", notes)
            },
            work: { kit in try await kit.mustRevokeGrant("notes/list", notes) }
        ),
        Deed("many changes of one secret", "notes/api revoked") { kit in
            for value in ["b", "c", "d"] { try await kit.mustPut(notes, value) }
            _ = try await kit.vault.perform(Secrets.delete(try SecretName(notes), by: kit.admin))
        },
        Deed("a rotation", "notes/api v2") { kit in
            let plan = Rotations.Plan(rotator: .random)
            _ = try await kit.vault.perform(Rotations.set(try SecretName(notes), plan, by: kit.admin))
            _ = try await kit.vault.perform(
                Rotations.start(try SecretName(notes), reason: nil, compromised: false, by: kit.admin)
            )
            var keeper = RotationKeeper(kit.vault, limit: 1)
            _ = await keeper.look { _, _ in }
        },
        Deed("a tool that is raised to critical", "notes/api v1") { kit in try await set(kit) { $0.risk = .critical } },
        Deed("a tool that is called otherwise") { kit in
            try await set(kit) { $0.text = .some(try? PlainText("Finds notes")) }
        },
        Deed(
            "a tool that is pinned",
            "notes/api v1",
            work: { kit in try await set(kit) { $0.definitionDigest = String(repeating: "a", count: 64) } }
        ),
        Deed("a rule by which its calls wait for people", "notes/api v1") { kit in
            let scope = ApprovalRule.Scope(server: nil, risk: .readOnly, category: .standard)
            let terms = ApprovalTerms([try ApprovalTerms.Seat("security")])
            try await kit.mustAddOperator("sam", uid: 1001, roles: [.approver], groups: ["security"])
            _ = try await kit.vault.perform(Approvals.setRule(scope, terms, by: kit.admin))
        },
        Deed("another server's secret") { kit in
            try await kit.mustPut("shop/key", "other")
            try await kit.mustRevokeGrant("shop/buy", "shop/key")
        },
    ]

    @Test("each deed is told once, to who asks later and to who waits", arguments: deeds)
    func told(deed: Deed) async throws {
        let desk = try await ChangeDesk()
        try await deed.before(desk.kit)
        let before = try await desk.now(desk.notes)
        try await deed.work(desk.kit)
        let answer = try await desk.ask(desk.notes, after: before)
        #expect(answer.lines == deed.heard)
        #expect(try await desk.ask(desk.notes, after: answer.cursor).lines.isEmpty, "told once")
        #expect(try await desk.ask(desk.notes, after: before).lines == deed.heard, "whoever asks again is told again")
    }

    @Test("who waits is told when it happens", arguments: deeds.filter { !$0.heard.isEmpty })
    func waits(deed: Deed) async throws {
        let desk = try await ChangeDesk()
        try await deed.before(desk.kit)
        let poll = await desk.mustWait(desk.notes)
        try await deed.work(desk.kit)
        // Of several changes the first ends the waiting; the others come with the next question.
        var answer = try await poll.outcome
        var last = answer.lines
        while true {
            answer = try await desk.ask(desk.notes, after: answer.cursor)
            if answer.lines.isEmpty { break }
            last = answer.lines
        }
        #expect(last == deed.heard)
        #expect(desk.board.waiting == 0)
    }

    @Test("a question without a change ends when its time is up, and misses nothing after it")
    func time() async throws {
        let desk = try await ChangeDesk()
        let answer = try await desk.ask(desk.notes, seconds: 1)
        #expect(answer.lines.isEmpty && desk.board.waiting == 0)
        try await desk.kit.mustPut("notes/api", "other")
        #expect(try await desk.ask(desk.notes, after: answer.cursor, seconds: 55).lines == ["notes/api v2"])
    }

    @Test("a change that was refused in the end is not told")
    func refused() async throws {
        let desk = try await ChangeDesk()
        let before = try await desk.now(desk.notes)
        let name = try SecretName("notes/api")
        let command = Command<Void>(.secretDelete, by: desk.kit.admin) { transaction, event throws(Refusal) in
            var secret = try Secrets.live(name, in: transaction.state)
            secret.deleted = transaction.now.wall
            try transaction.put(secret, &event)
            throw .inUse
        }
        #expect(await desk.kit.refusal(of: command) == .inUse)
        #expect(try await desk.ask(desk.notes, after: before).lines.isEmpty)
    }

    @Test("a commit that fails is not told")
    func failed() async throws {
        let desk = try await ChangeDesk()
        let before = try await desk.now(desk.notes)
        desk.kit.store.fail(.unavailable(code: 13), times: 1)
        await #expect(throws: Refusal.auditUnavailable) { try await desk.kit.mustPut("notes/api", "other") }
        #expect(try await desk.ask(desk.notes, after: before).lines.isEmpty)
    }

    @Test("the first question of a process is an event, and the others are none")
    func events() async throws {
        let desk = try await ChangeDesk()
        let start = desk.kit.vault.sequence
        var cursor = try await desk.now(desk.notes)
        let event = try desk.kit.lastEvent()
        #expect(event.line == "secret.watch" && event.server == "notes" && event.actor == "process:2000")
        for _ in 0..<20 {
            desk.kit.clock.advance(seconds: 100)
            cursor = try await desk.ask(desk.notes, after: cursor).cursor
        }
        #expect(desk.kit.vault.sequence == start + 1)
        _ = try await desk.now(.synthetic(uid: 2000, pid: 21))
        #expect(desk.kit.vault.sequence == start + 2, "another process")
        desk.kit.clock.advance(seconds: 180)
        _ = try await desk.ask(desk.notes, after: cursor)
        #expect(desk.kit.vault.sequence == start + 3, "one that had stopped")
    }

    @Test("nobody who follows misses a change, however they come together")
    func nothingMissed() async throws {
        var numbers = SeededNumbers()
        let seed = numbers.seed
        let desk = try await ChangeDesk()
        let names = ["a", "b", "c", "d"]
        for name in names {
            try await desk.kit.mustPut(name)
            try await desk.kit.mustGrant("notes/search", name)
        }
        let last = "notes/api"
        try await withThrowingTaskGroup(of: [String: UInt32?].self) { group in
            for pid in Int32(50)..<54 {
                group.addTask {
                    let peer = Peer.synthetic(uid: 2000, pid: pid)
                    var known: [String: UInt32?] = [:]
                    var cursor = try await desk.now(peer)
                    while known[last] == nil {
                        let answer = try await desk.ask(peer, after: cursor, seconds: 55)
                        #expect(!answer.news.isReset, "seed \(seed)")
                        for change in answer.news.changes { known[change.secret.text] = change.version }
                        cursor = answer.cursor
                    }
                    return known
                }
            }
            // All have asked once before anything happens.
            while try desk.kit.events().filter({ $0.type == "secret.watch" }).count < 4 { await Task.yield() }
            for number in 0..<200 {
                try await desk.kit.mustPut(names.randomElement(using: &numbers) ?? "a", "value \(number)")
            }
            try await desk.kit.mustPut(last, "the end")
            let state = try #require(desk.kit.vault.state)
            for try await known in group {
                for name in names {
                    #expect(known[name] == state.secrets[try SecretName(name)]?.standing, "\(name), seed \(seed)")
                }
            }
        }
    }
}
