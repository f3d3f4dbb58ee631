import HashTreeCollections
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Whoever may look is told what would become of a request, by every rule that it meets, and nothing else happens.
@Suite("Explaining requests")
struct ExplanationTests {
    private func explain(
        _ kit: TestVault,
        _ tool: String = "notes/search",
        _ secret: String = "notes/api",
        fields: [String] = [],
        by caller: Caller? = nil
    ) async throws -> Explanation {
        let question = Explanation.Question(
            tool: try ToolID(tool),
            secret: try SecretName(secret),
            fields: try fields.map { try FieldName($0) }
        )
        return try await kit.vault.perform(Explanations.explain(question, by: caller ?? kit.admin))
    }

    private func fact(_ rule: Explanation.Rule, _ explanation: Explanation) -> String {
        explanation.steps.first { $0.rule == rule }?.fact ?? ""
    }

    @Test("of an allowed request it says every rule in order, on what it depends, and what the token could do")
    func allowed() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes(lifetime: 120, uses: 3)
        let explanation = try await explain(kit)
        #expect(explanation.verdict == "allowed" && explanation.refusal == nil && explanation.missing.isEmpty)
        #expect(explanation.steps.map(\.rule) == Explanation.Rule.allCases)
        #expect(explanation.steps.filter { $0.outcome == .depends }.map(\.rule) == [.server])
        #expect(fact(.server, explanation) == "the process must be uid=2000")
        let bounds = Explanation.Bounds(lifetime: 120, uses: 3, fields: [.value], ends: nil)
        #expect(explanation.bounds == bounds)
        let event = try kit.lastEvent()
        #expect(event.type == "report.read" && event.decision == "allowed")
        #expect(event.tool == "search" && event.server == "notes" && event.secret == "notes/api")
        #expect(event.changes == ["explained=allowed"])
    }

    @Test("where nothing is there it names all of it, in the order in which it would be met, and a command for each")
    func missing() async throws {
        let kit = try await TestVault()
        let explanation = try await explain(kit)
        #expect(explanation.missing.map(\.rule) == [.server, .tool, .grant, .secret])
        #expect(explanation.refusal == .unknownPeer && explanation.bounds == nil)
        // A grant can only be made of a secret that is there.
        #expect(
            explanation.remedies == [
                "warder server add notes --uid UID", "warder tool add notes/search", "warder secret put notes/api",
                "warder grant add notes/search notes/api --field value --ttl 300s --uses 1",
            ]
        )
        #expect(try kit.lastEvent().changes == ["explained=unknown_peer"])

        // Each takes its own away, and after the last the request is allowed.
        try await kit.mustAddServer("notes")
        #expect(try await explain(kit).missing.map(\.rule) == [.tool, .grant, .secret])
        try await kit.mustAddTool("notes/search")
        #expect(try await explain(kit).missing.map(\.rule) == [.grant, .secret])
        try await kit.mustPut("notes/api")
        #expect(try await explain(kit).missing.map(\.rule) == [.grant])
        try await kit.mustGrant("notes/search", "notes/api", uses: 1)
        #expect(try await explain(kit).verdict == "allowed")
    }

    @Test("a name that differs a little is named")
    func meant() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        #expect(fact(.server, try await explain(kit, "note/search")) == "there is no server note, but one called notes")
        #expect(
            fact(.tool, try await explain(kit, "notes/serach"))
                == "there is no tool notes/serach, but one called search"
        )
        #expect(
            fact(.secret, try await explain(kit, "notes/search", "notes/apl"))
                == "there is no secret notes/apl, but one called notes/api"
        )
    }

    @Test("before a mistyped name is registered it is asked whether another one was meant")
    func meantFirst() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let server = try await explain(kit, "nots/search")
        #expect(
            server.remedies.first
                == "Did you mean notes? Ask about that: warder explain --server notes --tool search --secret notes/api; "
                + "if not: warder server add nots --uid UID"
        )
        // All that was mistyped is put right at once.
        let question = "warder explain --server notes --tool search --secret notes/api"
        let all = try await explain(kit, "nots/serach", "notes/apl")
        #expect(
            all.missing.compactMap(\.remedy) == [
                "Did you mean notes? Ask about that: \(question); if not: warder server add nots --uid UID",
                "Did you mean search? Ask about that: \(question); if not: warder tool add nots/serach",
                "warder grant add nots/serach notes/apl --field value --ttl 300s --uses 1",
                "Did you mean notes/api? Ask about that: \(question); if not: warder secret put notes/apl",
            ]
        )
        // A name that is like none of them is as good as another.
        #expect(try await explain(kit, "billing/pay").remedies.first == "warder server add billing --uid UID")
    }

    @Test("admins and auditors may ask, and nobody else")
    func roles() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let rita = try await kit.mustAddOperator("rita", uid: 1001, roles: [.auditor])
        #expect(try await explain(kit, by: kit.present(rita)).verdict == "allowed")
        let ron = try await kit.mustAddOperator("ron", uid: 1002, roles: [.rotator, .reader, .approver])
        await #expect(throws: Refusal.roleMissing) { try await explain(kit, by: kit.present(ron)) }
    }

    @Test("asking takes nothing: no share of the limit, no use of a yes in advance, no token")
    func takesNothing() async throws {
        let kit = try await TestVault(limits: RateLedger.Usual { _ in 2 })
        try await kit.mustSetUpNotes(risk: .critical)
        let terms = Approvals.StandingTerms(
            server: try ServerName("notes"),
            tool: try ToolName("search"),
            arguments: nil,
            seconds: 3600,
            uses: 1,
            reason: try PlainText("once")
        )
        let standing = try await kit.vault.perform(Approvals.addStanding(terms, by: kit.admin))
        for _ in 0..<5 { #expect(try await explain(kit).verdict == "allowed") }
        #expect(kit.vault.state?.standingApprovals[standing.id]?.remaining == 1)
        #expect(kit.vault.state?.approvals.isEmpty == true && kit.vault.state?.tokens.isEmpty == true)

        // The request itself takes both.
        let demand = try kit.demand()
        let once = Tokens.resolveOnce(
            try SecretName("notes/api"),
            fields: [.value],
            for: demand,
            by: kit.server(.synthetic())
        )
        #expect(await kit.refusal(ofRequest: once) == nil)
        #expect(try await explain(kit).verdict == "waits")
        #expect(await kit.refusal(ofRequest: once) == .approvalPending)
        let used = try await explain(kit)
        #expect(used.missing.map(\.rule) == [.limit, .approval] && used.refusal == .rateLimited)
        #expect(used.decisive?.remedy == "Try again in 30s; or raise it: warder limit set notes --risk critical 4/min")
    }

    @Test("where people are asked it says whom, and what they have said")
    func people() async throws {
        let stand = try await ApprovalStand()
        func now() async throws -> Explanation { try await explain(stand.kit, "shop/refund", "shop/api") }
        let unasked = try await now()
        #expect(unasked.verdict == "waits" && unasked.refusal == .approvalPending)
        #expect(fact(.approval, unasked) == "each call needs the yes of owner and security")
        let once = Tokens.resolveOnce(
            try SecretName("shop/api"),
            fields: [.value],
            for: try stand.kit.demand("shop/refund"),
            by: stand.kit.server(.synthetic())
        )
        guard case .waits(let status) = try await stand.kit.vault.perform(once) else {
            throw TestFailure("nobody was asked")
        }
        try await stand.approve(status.id, "sam")
        let asked = try await now()
        #expect(fact(.approval, asked) == "people were asked (\(status.id)), and it lacks the yes of owner")
        #expect(asked.decisive?.remedy == "warder approval approve \(status.id) --reason REASON")
        try await stand.approve(status.id, "olga")
        let approved = try await now()
        #expect(approved.verdict == "allowed" && approved.bounds?.uses == 1)
        #expect(await stand.kit.refusal(ofRequest: once) == nil)
        #expect(try await now().verdict == "waits")
        try await stand.kit.vault.perform(Operators.remove(try OperatorName("olga"), by: stand.kit.admin))
        #expect(fact(.approval, try await now()).hasSuffix("; no operator could give that of owner"))
    }

    @Test("what only the request can show is a condition: the process, its launch, the digest, the attestation")
    func conditions() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("notes/api")
        try await kit.mustAddServer("notes", Selectors(uid: 2000, unit: "notes.service", isLaunched: true))
        let digest = String(repeating: "ab", count: 32)
        for tool in ["notes/search", "notes/@launch"] {
            try await kit.mustAddTool(tool, digest: digest)
            try await kit.mustGrant(tool, "notes/api", attestation: .starttime)
        }
        let explanation = try await explain(kit)
        #expect(explanation.verdict == "allowed")
        #expect(
            explanation.steps.filter { $0.outcome == .depends }.map(\.rule) == [.server, .definition, .attestation]
        )
        #expect(
            fact(.server, explanation)
                == "`warder run --server notes` must have started it, as uid=2000 unit=notes.service"
        )
        #expect(fact(.definition, explanation).contains(digest))
        let launch = try await explain(kit, "notes/@launch")
        #expect(launch.verdict == "allowed")
        #expect(launch.steps.first { $0.rule == .launch }?.outcome == .depends)
    }

    @Test("what a server needs just to run cannot wait for people: the grant that is proposed says so")
    func launchOfCritical() async throws {
        let kit = try await TestVault()
        try await kit.mustPut("notes/api")
        try await kit.mustAddServer("notes", Selectors(uid: 2000, isLaunched: true))
        try await kit.mustAddTool("notes/@launch", risk: .critical)
        let without = try await explain(kit, "notes/@launch")
        #expect(without.missing.map(\.rule) == [.grant])
        #expect(without.decisive?.remedy?.hasSuffix("--approval none") == true)
        try await kit.mustGrant("notes/@launch", "notes/api")
        let asking = try await explain(kit, "notes/@launch")
        #expect(asking.refusal == .approvalRequired)
        #expect(asking.decisive?.remedy?.hasSuffix("--ttl 300s --approval none") == true)
    }

    @Test("without a field it speaks of what the grant gives of what there is")
    func fields() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        try await kit.mustPut("shop/db", fields: ["username": "ada", "password": "hunter2"])
        try await kit.mustGrant("notes/search", "shop/db", fields: ["password", "later"])
        let all = try await explain(kit, "notes/search", "shop/db")
        #expect(all.verdict == "allowed" && fact(.content, all) == "version 1 has password")
        let one = try await explain(kit, "notes/search", "shop/db", fields: ["username"])
        #expect(one.refusal == .fieldNotGranted)
        #expect(
            one.decisive?.remedy == "warder grant remove notes/search shop/db; "
                + "warder grant add notes/search shop/db --field later --field password --field username --ttl 300s"
        )
        let later = try await explain(kit, "notes/search", "shop/db", fields: ["later"])
        #expect(later.refusal == .fieldMissing)
        #expect(
            later.decisive?.remedy == "warder secret put shop/db --field later --field password --field username"
        )
    }

    @Test("no value is in an explanation, nor in its event")
    func noValue() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        try await kit.mustPut("notes/api", "a-canary-of-a-value")
        let explanation = try await explain(kit)
        let texts = explanation.steps.flatMap { [$0.fact, $0.remedy ?? ""] }
        let log = try kit.events().map { String(decoding: $0.canonical, as: UTF8.self) }
        #expect(texts.contains { $0.contains("notes/api") } && log.contains { $0.contains("notes/api") })
        #expect(!(texts + log).contains { $0.contains("canary") })
    }
}
