import Rotating
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// What stands in the log of those who ask again and again.
@Suite struct AskedAgainTests {
    private static let polls = 100

    /// What came to stand in the log since it had so many events.
    private static func events(_ kit: TestVault, since before: Int) throws -> [LoggedEvent] {
        Array(try kit.events().dropFirst(before))
    }

    private static func watch(_ stand: ApprovalStand, _ id: ApprovalID, by peer: Peer = .synthetic()) async throws {
        _ = try await stand.kit.vault.perform(Approvals.watch(id, by: stand.kit.server(peer)))
    }

    @Test("a hundred calls for what people are thinking about leave one event, and the one that ends it says how many")
    func calls() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustWait()
        let beforeAsked = try stand.kit.events().count
        for _ in 0..<Self.polls { #expect(try await stand.mustWait() == id) }
        let asked = try Self.events(stand.kit, since: beforeAsked)
        #expect(asked.map(\.type) == ["token.issue"] && asked.first?.reason == "approval_pending")
        try await stand.approve(id, "sam")
        try await stand.approve(id, "olga")
        #expect(try await stand.refusal() == nil)
        #expect(try stand.kit.lastEvent().changes?.contains("again=\(Self.polls - 1)") == true)
        // What is asked for from then on is another call.
        #expect(try await stand.mustWait() != id)
        #expect(try await stand.refusal() == .approvalPending)
        #expect(try stand.kit.lastEvent().changes == nil)
    }

    @Test("a hundred questions where an approval stands leave an event for each answer")
    func watching() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustWait()
        let beforeWaiting = try stand.kit.events().count
        for _ in 0..<Self.polls { try await Self.watch(stand, id) }
        let waiting = try Self.events(stand.kit, since: beforeWaiting)
        #expect(waiting.map(\.changes) == [["standing=pending"]])
        try await stand.deny(id, "sam")
        let beforeDenied = try stand.kit.events().count
        for _ in 0..<Self.polls { try await Self.watch(stand, id) }
        let denied = try Self.events(stand.kit, since: beforeDenied)
        #expect(denied.map(\.changes) == [["standing=denied", "again=\(Self.polls - 1)"]])
    }

    @Test("who watches the list is one reading, until it is another list")
    func list() async throws {
        let stand = try await ApprovalStand()
        let sam = try stand.caller("sam")
        let beforeSeen = try stand.kit.events().count
        for _ in 0..<Self.polls { _ = try await stand.kit.vault.perform(Approvals.list(by: sam)) }
        _ = try await stand.mustWait()
        for _ in 0..<Self.polls { _ = try await stand.kit.vault.perform(Approvals.list(by: sam)) }
        let seen = try Self.events(stand.kit, since: beforeSeen)
        #expect(seen.map(\.type) == ["approval.list", "approval.request", "approval.list"])
        try await stand.kit.vault.perform(Operators.remove(try OperatorName("sam"), by: stand.kit.admin))
        // A reading is allowed anew each time, and a no is an event each time.
        let beforeRefused = try stand.kit.events().count
        for _ in 0..<3 { #expect(await stand.kit.refusal(of: Approvals.list(by: sam)) == .notAnOperator) }
        let refused = try Self.events(stand.kit, since: beforeRefused)
        #expect(refused.count == 3)
    }

    @Test("a list that says something else is an event, though it is as long as before")
    func changedList() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustWait()
        let sam = try stand.caller("sam")
        let olga = try stand.caller("olga")
        func look() async throws { _ = try await stand.kit.vault.perform(Approvals.list(by: sam)) }
        let before = try stand.kit.events().count
        for _ in 0..<3 { try await look() }
        // A vote fewer is asked for; then none, because the hour is over, which is no change of any record.
        try await stand.approve(id, "olga")
        for _ in 0..<3 { try await look() }
        for _ in 0..<4 {
            stand.kit.clock.advance(seconds: AskedAgain.patience - 1)
            try await look()
        }
        stand.kit.clock.advance(seconds: Approval.patience)
        for _ in 0..<3 { try await look() }
        _ = try await stand.kit.vault.perform(Approvals.list(by: olga))
        let lists = try Self.events(stand.kit, since: before).filter { $0.type == "approval.list" }
        let answers = lists.compactMap { $0.changes?.first { $0.hasPrefix("answer=") } }
        #expect(lists.count == 4 && answers.count == 4, "\(lists.map(\.changes))")
        #expect(lists.allSatisfy { $0.changes?.first == "count=1" })
        #expect(lists.map { $0.changes?.last } == ["\(answers[0])", "again=2", "again=6", "\(answers[3])"])
        // In the end nobody's vote is asked for, and both read the same.
        #expect(Set(answers).count == 3 && answers[2] == answers[3])
    }

    @Test("who looks at one rotation is written down for each state of it")
    func oneRotation() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("shop/api")
        let name = try SecretName("shop/api")
        let plan = Rotations.Plan(rotator: .random)
        _ = try await kit.vault.perform(Rotations.set(name, plan, by: kit.admin))
        let before = try kit.events().count
        for _ in 0..<Self.polls { _ = try await kit.vault.perform(Rotations.list(name, by: kit.admin)) }
        try await kit.mustPut("shop/api", "another")
        for _ in 0..<Self.polls { _ = try await kit.vault.perform(Rotations.list(name, by: kit.admin)) }
        let looks = try Self.events(kit, since: before).filter { $0.type == "rotation.list" }
        #expect(looks.count == 2 && looks[0].changes?.first != looks[1].changes?.first)
        #expect(looks.last?.changes?.last == "again=\(Self.polls - 1)")
    }

    @Test("nothing is counted for longer than an hour: then the same answer is an event again")
    func hour() async throws {
        let stand = try await ApprovalStand()
        let sam = try stand.caller("sam")
        let before = try stand.kit.events().count
        // Two and a half hours of looking, each minute.
        for _ in 0..<150 {
            _ = try await stand.kit.vault.perform(Approvals.list(by: sam))
            stand.kit.clock.advance(seconds: 60)
        }
        let looks = try Self.events(stand.kit, since: before)
        #expect(looks.map { $0.changes?.last } == [looks.first?.changes?.last, "again=59", "again=59"])
    }

    @Test("a full table is looked through once a second, and not for each question of a flood")
    func flood() {
        var asked = AskedAgain()
        let first = ManualClock.start
        func question(_ pid: Int32) -> Event {
            Event(action: .rotationList, time: first.wall, actor: .uid(.synthetic(pid: pid)))
        }
        for pid in 0..<Int32(AskedAgain.maximum) { _ = asked.tell(question(pid + 10), sequence: 1, at: first) }
        // Nobody has stopped yet, which is found once; within a second of that nobody looks again.
        var remembered: [Bool] = []
        for (pid, late) in [(1, -500), (2, 0), (3, 499), (4, 500), (5, 500)] as [(Int32, Int64)] {
            var now = first.adding(seconds: AskedAgain.patience)
            now.uptime += late
            _ = asked.tell(question(pid), sequence: 2, at: now)
            remembered.append(asked.count(question(pid), at: now) == 2)
        }
        #expect(remembered == [false, false, false, true, true])
    }

    @Test("nobody hides among the questions that are counted: whatever differs is an event")
    func attack() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustWait()
        let claims = Claims(agent: try PlainText("another"))
        let executable = Peer.Executable(path: "/usr/bin/curl", device: 1, inode: 2, sha256: nil)
        #expect(try await stand.refusal() == .approvalPending)
        let beforeOthers = try stand.kit.events().count
        for _ in 0..<Self.polls {
            for peer: Peer in [
                .synthetic(), .synthetic(pid: 4712), .synthetic(startTime: 99_000), .synthetic(gid: 77),
                .synthetic(executable: executable),
            ] { #expect(try await stand.mustWait(by: peer) == id) }
            #expect(try await stand.refusal(claims: claims) == .approvalPending)
            try await Self.watch(stand, id)
            try await Self.watch(stand, id, by: .synthetic(pid: 4712))
        }
        let others = try Self.events(stand.kit, since: beforeOthers)
        #expect(others.map(\.type) == Array(repeating: "token.issue", count: 5) + ["approval.watch", "approval.watch"])
        // Another call asks people, and a question about what is not there is refused each time.
        #expect(try await stand.mustWait("[2]") != id)
        #expect(try stand.kit.lastEvent().type == "approval.request")
        let stranger = stand.kit.server(.synthetic(uid: 2001))
        let beforeRefused = try stand.kit.events().count
        for _ in 0..<3 { #expect(await stand.kit.refusal(of: Approvals.watch(id, by: stranger)) != nil) }
        let refused = try Self.events(stand.kit, since: beforeRefused)
        #expect(refused.count == 3)
    }

    @Test("what is counted was said before on the disk: a failed commit says nothing")
    func commit() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustWait()
        stand.kit.store.fail(.unavailable(code: 13), times: 1)
        let watch = Approvals.watch(id, by: stand.kit.server(.synthetic()))
        #expect(await stand.kit.refusal(of: watch) == .auditUnavailable)
        let beforeWritten = try stand.kit.events().count
        _ = try await stand.kit.vault.perform(watch)
        _ = try await stand.kit.vault.perform(watch)
        let written = try Self.events(stand.kit, since: beforeWritten)
        #expect(written.map(\.type) == ["approval.watch"])
    }

    @Test("who comes back after a while is written down again, and so is who asks in another opening")
    func patience() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustWait()
        for _ in 0..<3 { try await Self.watch(stand, id) }
        stand.kit.clock.advance(seconds: AskedAgain.patience)
        try await Self.watch(stand, id)
        #expect(try stand.kit.lastEvent().changes == ["standing=pending", "again=2"])
        try await stand.restart()
        try await Self.watch(stand, id)
        #expect(try stand.kit.lastEvent().changes == ["standing=pending"])
    }

    @Test("the rules see every call, and a limit counts it")
    func limits() async throws {
        let kit = try await TestVault(limits: .product)
        try await kit.mustPut("shop/api")
        try await kit.mustAddServer("shop")
        try await kit.mustAddTool("shop/refund", risk: .critical)
        try await kit.mustGrant("shop/refund", "shop/api")
        let issue = Tokens.issue(try kit.demand("shop/refund"), by: kit.server(.synthetic()))
        var refusals: [Refusal?] = []
        for _ in 0..<12 { refusals.append(await kit.refusal(ofRequest: issue)) }
        #expect(refusals.count { $0 == .approvalPending } == 10 && refusals.last == .rateLimited)
    }
}
