import HashTreeCollections
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// What is explained is what is decided: of any state and any request, the explanation says what the request itself
/// then comes to.
///
/// The process that asks is made here by other means than the explanation's own.
@Suite("Explaining any request")
struct ExplanationPropertyTests {
    /// What can be asked for.
    private static let tools = [
        "notes/search", "notes/drop", "desk/send", "studio/draw", "studio/@launch", "ghost/walk",
    ]
    private static let secrets = ["notes/api", "shop/db", "new/one", "old/one", "none/there"]
    private static let fieldSets = [["value"], ["value"], ["password"], ["password", "username"], ["value", "later"]]
    private static let desk = Selectors(
        uid: 3000,
        unit: "desk.service",
        executable: "/opt/desk",
        executableSHA256: String(repeating: "0a", count: 32)
    )

    /// Servers, and secrets in every state that versions can be in.
    private static func vault(_ profile: Profile) async throws -> TestVault {
        let kit = try await TestVault(profile: profile, limits: RateLedger.Usual { _ in 2 })
        try await kit.mustAddServer("notes")
        try await kit.mustAddServer("desk", desk)
        try await kit.mustAddServer("studio", Selectors(uid: 4000, isLaunched: true))
        for tool in tools where !tool.hasPrefix("ghost") { try await kit.mustAddTool(tool) }
        try await kit.mustPut("notes/api")
        try await kit.mustPut("shop/db", fields: ["username": "ada", "password": "hunter2"])
        try await kit.mustPut("new/one", pending: true)
        for value in ["first", "second"] { try await kit.mustPut("old/one", value) }
        _ = try await kit.vault.perform(Secrets.destroy(try SecretName("old/one"), version: 2, by: kit.admin))
        try await kit.mustAddOperator("sam", uid: 1001, roles: [.approver], groups: ["security", "team-lead"])
        try await kit.mustAddOperator("olga", uid: 1002, roles: [.approver], groups: ["owner"])
        return kit
    }

    /// A process that meets the conditions of a tool's server.
    private static func process(asking tool: ToolID) -> Peer {
        switch tool.server.text {
        case "notes": return .synthetic()
        case "desk":
            let program = Peer.Executable(path: desk.executable, device: 1, inode: 2, sha256: desk.executableSHA256)
            return .synthetic(uid: 3000, unit: "desk.service", executable: program)
        case "studio":
            var peer = Peer.synthetic(uid: 4000)
            peer.launch = LaunchMembership(
                id: LaunchID(random: RecordID(high: 9, low: 9)),
                server: tool.server,
                conditions: Selectors(uid: 4000, isLaunched: true),
                part: tool.tool == .launch ? .launcher : .member
            )
            return peer
        default: return .synthetic(uid: 9)
        }
    }

    private static func question(_ world: inout World) throws -> Explanation.Question {
        Explanation.Question(
            tool: try ToolID(world.pick(tools)),
            secret: try SecretName(world.pick(secrets)),
            fields: try world.pick(fieldSets).map { try FieldName($0) }
        )
    }

    @Test("an explanation says what the request then comes to, and takes nothing", arguments: Profile.allCases)
    func agrees(profile: Profile) async throws {
        let kit = try await Self.vault(profile)
        let sound = try Desk(kit)
        var numbers = SeededNumbers()
        let seed = numbers.seed
        print("explanations: seed \(seed)")
        var met: Set<Refusal?> = []
        for _ in 0..<400 {
            var desk = sound
            kit.clock.advance(seconds: Int64.random(in: 0...40, using: &numbers))
            var world = World(state: desk.state, now: kit.clock.now().wall, numbers: numbers)
            for tool in Self.tools { for secret in Self.secrets { try world.grant(tool, secret) } }
            try world.spoil()
            var question = try Self.question(&world)
            for _ in 0..<6 {
                desk.state = world.state
                // Again, as servers do that wait for people.
                if world.chance(50) { question = try Self.question(&world) }
                var reading = desk.transaction()
                let reader = kit.caller(kit.ada, .operator)
                let explanation = try reading.decide(Explanations.explain(question, by: reader)).get()
                #expect(explanation.steps.map(\.rule) == Explanation.Rule.allCases, "seed \(seed)")
                #expect(reading.batch.records.isEmpty && reading.batch.removedRecords.isEmpty, "seed \(seed)")
                #expect(reading.batch.events.count == 1, "seed \(seed)")

                let demand = Tokens.Demand(
                    tool: .whole(question.tool),
                    toolDigest: world.state.tools[question.tool]?.definitionDigest
                )
                let peer = Self.process(asking: question.tool)
                let request = Tokens.resolveOnce(
                    question.secret,
                    fields: question.fields,
                    for: demand,
                    by: kit.server(peer)
                )
                var asking = desk.transaction()
                let refusal = asking.decide(request).released().refusal
                #expect(explanation.refusal == refusal, "seed \(seed): \(question)")
                met.insert(refusal)
                // What was used up stays so, and people say something.
                world.state = asking.state
                world.speak()
            }
            numbers = world.numbers
        }
        let expected: Set<Refusal?> = [
            nil, .restoredVault, .rateLimited, .unknownPeer, .serverQuarantined, .toolMissing, .toolChanged,
            .grantMissing, .grantExpired, .fieldNotGranted, .secretMissing, .secretDeleted, .versionMissing,
            .valueDamaged, .approvalRequired, .approvalPending, .approvalDenied, .fieldMissing,
        ]
        #expect(met.isSuperset(of: expected), "seed \(seed): never met \(expected.subtracting(met))")
    }
}

/// A state that is put together by chance.
private struct World {
    var state: VaultState
    let now: Timestamp
    var numbers: SeededNumbers

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &numbers) < percent }

    mutating func pick<Thing>(_ things: [Thing]) -> Thing { things[Int.random(in: 0..<things.count, using: &numbers)] }

    private mutating func id() -> RecordID {
        RecordID(high: .random(in: 1 ... .max, using: &numbers), low: .random(in: 0 ... .max, using: &numbers))
    }

    mutating func grant(_ tool: String, _ secret: String) throws {
        guard !chance(10) else { return }
        let key = GrantKey(tool: try ToolID(tool), secret: try SecretName(secret))
        let fields = pick([["value", "password", "username", "later"], ["password", "username", "value"], ["value"]])
        state.grants[key] = Grant(
            id: id(),
            tool: key.tool,
            secret: key.secret,
            fields: try fields.sorted().map { try FieldName($0) },
            lifetime: 300,
            uses: chance(50) ? 1 : nil,
            approval: chance(30) ? .none : .byClass,
            minimumAttestation: pick(Peer.Attestation.allCases),
            expires: chance(15) ? now.adding(seconds: pick([-1, 0, 1])) : nil,
            created: now,
            createdBy: try OperatorName("ada")
        )
    }

    /// Puts something in the way, here and there.
    mutating func spoil() throws {
        for tool in state.tools.values.sorted(by: { $0.name < $1.name }) {
            var tool = tool
            tool.risk = pick(Tool.Risk.allCases)
            tool.category = pick(Tool.Category.allCases)
            if chance(40) { tool.definitionDigest = String(repeating: "cd", count: 32) }
            tool.pin = pick([nil, .always, .whenPresented])
            if chance(8) { tool.offer = Tool.Offer(digest: String(repeating: "ef", count: 32), since: now) }
            state.tools[tool.name] = chance(8) ? nil : tool
        }
        for server in state.servers.values.sorted(by: { $0.name < $1.name }) {
            var server = server
            if chance(8) { server.quarantine = Server.Quarantine(since: now, by: nil, reason: nil) }
            state.servers[server.name] = chance(5) ? nil : server
        }
        for secret in state.secrets.values.sorted(by: { $0.name < $1.name }) {
            var secret = secret
            if chance(8) { secret.deleted = now }
            state.secrets[secret.name] = chance(5) ? nil : secret
            if state.secrets[secret.name] == nil, chance(50) { state.lost.insert(missing: .secret(secret.name)) }
        }
        if chance(5) {
            state.lost.insert(LostRecords.Entry(reason: .damaged, kind: .approvalRule, id: id(), name: nil))
        }
        if chance(3) { restore() }
        for risk in Tool.Risk.allCases where chance(20) {
            let scope = ApprovalRule.Scope(server: nil, risk: risk, category: pick(Tool.Category.allCases))
            let terms = pick([ApprovalTerms.none, ApprovalTerms([.anyOperator]), ApprovalTerms([.owner])])
            state.approvalRules[scope] = ApprovalRule(
                id: id(),
                scope: scope,
                terms: terms,
                changed: now,
                changedBy: try OperatorName("ada")
            )
        }
        try sayYesInAdvance()
    }

    private mutating func restore() {
        state.origins[2] = LogOrigin(
            id: id(),
            number: 2,
            began: now,
            previous: LogOrigin.Previous(origin: id(), size: 1, leaf: nil),
            backup: LogOrigin.Backup(created: now, header: "00")
        )
    }

    private mutating func sayYesInAdvance() throws {
        for tool in state.tools.values.sorted(by: { $0.name < $1.name }) where chance(15) {
            guard let server = state.servers[tool.name.server], let ada = state.operators[1000] else { continue }
            let standing = StandingApproval(
                id: id(),
                server: server,
                tool: tool,
                members: [],
                basis: [StandingApproval.Basis(tool, terms: state.approvalTerms(of: tool))],
                arguments: chance(20) ? "{}" : nil,
                made: now,
                madeBy: ada,
                reason: try PlainText("chance"),
                expires: now.adding(seconds: pick([0, 60])),
                uses: pick([1, 2])
            )
            state.standingApprovals[standing.id] = standing
        }
    }

    /// People say yes or no to calls that wait.
    mutating func speak() {
        for approval in state.approvals.values.sorted(by: { $0.name < $1.name }) where chance(60) {
            guard state.standing(of: approval, at: now) == .pending else { continue }
            var approval = approval
            for person in state.operators.values.sorted(by: { $0.name < $1.name }) {
                let vote = Approval.Vote(person: person, time: now, reason: nil)
                if chance(15) {
                    approval.deny(vote)
                } else if chance(80) {
                    approval.approve(vote, state.electorate(for: approval.subject))
                }
            }
            state.approvals[approval.name] = approval
        }
    }
}
