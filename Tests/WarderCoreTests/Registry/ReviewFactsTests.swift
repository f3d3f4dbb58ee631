import Alerting
import HashTreeCollections
import Rotating
import StrictJSON
import Testing
import WarderModel
import WarderTesting

@testable import Reviewing
@testable import WarderCore

/// What a review learns of a vault, and what time does to it.
@Suite("Facts for a review")
struct ReviewFactsTests {
    private static let surroundings = Reviews.Surroundings(
        audit: AuditFacts(
            events: 1,
            signed: 1,
            broken: false,
            checkpoints: ["/c"],
            copies: ["/e"],
            stuck: [:],
            days: 0,
            hold: false
        ),
        governance: GovernanceFacts(owner: "ada", escalation: "grace", retention: "a year"),
        notices: ["/usr/bin/tell"]
    )

    private static func review(_ kit: TestVault) async throws -> Review {
        Review(try await kit.vault.perform(Reviews.facts(surroundings, by: kit.admin)))
    }

    @Test("a grant that nobody used for ninety days is a finding, and one that was used is not")
    func unused() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        kit.clock.advance(seconds: 91 * 86_400)
        let before = try await Self.review(kit)
        #expect(
            before.finding("unused-grant:notes/search notes/api")?.remedy.commands == [
                "warder grant remove notes/search notes/api"
            ]
        )
        #expect(before.finding("secret-age:notes/api") != nil)
        try await kit.mustRevokeGrant("notes/search", "notes/api")
        try await kit.mustPut("notes/api", "another")
        let after = try await Self.review(kit)
        #expect(after.finding("unused-grant:notes/search notes/api") == nil)
        #expect(after.finding("secret-age:notes/api") == nil)
        #expect(after.score.lost < before.score.lost)
    }

    @Test("a grant is not in use because another tool of the server got its secret, or its tool another secret")
    func unusedBeside() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        try await kit.mustPut("notes/other")
        try await kit.mustAddTool("notes/list")
        try await kit.mustGrant("notes/list", "notes/api")
        try await kit.mustGrant("notes/search", "notes/other")
        kit.clock.advance(seconds: 91 * 86_400)
        _ = try await kit.mustResolve(with: try await kit.mustIssue())
        let review = try await Self.review(kit)
        #expect(
            Set(review.findings.filter { $0.kind == .unusedGrant }.map(\.subject)) == [
                "notes/list notes/api", "notes/search notes/other",
            ]
        )
    }

    @Test("whoever compares sees an alert that finds less and blocks nobody any more")
    func alerts() async throws {
        let kit = try await TestVault()
        func set(_ settings: AlertSettings) async throws -> ReviewFacts {
            _ = try await kit.vault.perform(Alerts.set(.refusals, { $0 = settings }, by: kit.admin))
            return try await Self.review(kit).facts
        }
        let before = try await set(AlertSettings(threshold: 10, seconds: 300, quarantines: true))
        let after = try await set(AlertSettings(threshold: 1_000_000, seconds: 10))
        let changes = try #require(Review(after, since: before).widening).changes
        #expect(changes.map(\.id) == ["alert-loosened:refusals"])
        #expect(
            changes.first?.sentence
                == "refusals does less than before: it takes 1000000 instead of 10, looks back 10 s instead of 300 s and "
                + "blocks nobody by itself."
        )
        #expect(Review(before, since: after).widening?.changes == [])
    }

    @Test("a server under an operator's user, and an operator without a passphrase, are findings until that ends")
    func identities() async throws {
        let kit = try await TestVault(profile: .team)
        try await kit.mustAddOperator("grace", uid: 1001, roles: [.auditor], withPresence: false)
        try await kit.mustAddServer("notes", Selectors(uid: 1001, unit: "notes.service"))
        let before = try await Self.review(kit)
        #expect(
            before.finding("shared-uid:notes")?.remedy.commands == [
                "warder server update notes --uid UID --unit notes.service"
            ]
        )
        #expect(before.finding("operator-presence:grace") != nil)
        try await kit.mustAddServer("other", Selectors(uid: 3000, unit: "other.service"))
        let state = try #require(kit.vault.state)
        #expect(ServerFacts(try #require(state.servers[try ServerName("other")]), in: state).operators == [])
    }

    @Test("what was deleted is not reviewed, an ended grant records nothing, and values are nowhere")
    func bounds() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        try await kit.mustPut("notes/gone", "gone-for-good")
        _ = try await kit.vault.perform(Secrets.delete(try SecretName("notes/gone"), by: kit.admin))
        try await kit.mustAddTool("notes/write", risk: .sideEffect)
        try await kit.mustGrant("notes/write", "notes/api", expires: kit.clock.now().wall.adding(seconds: 60))
        #expect(try await Self.review(kit).facts.tools.last?.recorded == .known(true))
        kit.clock.advance(seconds: 61)
        let review = try await Self.review(kit)
        #expect(review.facts.tools.last?.recorded == .known(false))
        #expect(review.facts.secrets.value?.map(\.name) == ["notes/api"])
        let text = String(decoding: ReviewJSON.bytes(of: review.facts), as: UTF8.self)
        #expect(!text.contains("s3cr3t") && !text.contains("gone-for-good"))
        #expect(try kit.lastEvent().type == "report.read")
    }

    @Test("a vault states everything but its backups and rehearsals, and says why it does not state those")
    func stated() async throws {
        let kit = try await TestVault(limits: .product)
        try await kit.mustSetUpNotes()
        let review = try await Self.review(kit)
        let unknown = review.checks.filter { $0.outcome == .notEvaluated }
        // Nothing of this vault's tools changes anything, so that nobody has to be asked.
        #expect(unknown.map(\.id) == ["approvers", "alerts", "backups"])
        #expect(review.facts.secrets.value?.map(\.honeytoken) == [.known(false)])
        #expect(review.facts.tools.map(\.used) == [.known(nil)])
        _ = try await kit.mustIssue()
        #expect(try await Self.review(kit).facts.tools.map(\.used) == [.known(Instant(kit.clock.now().wall))])
    }

    @Test("a rule that lets a class through unasked takes its points away, and one that asks for more is no waiver")
    func rules() async throws {
        let stand = try await ApprovalStand()
        let before = try await Self.review(stand.kit)
        #expect(before.figures.approvalCoverage.value?.percent == 100)
        try await stand.setRule()
        let after = try await Self.review(stand.kit)
        let finding = try #require(after.finding("approval-critical:shop/refund"))
        #expect(finding.remedy.commands == ["warder approval rule remove critical financial"])
        #expect(after.figures.approvalCoverage.value?.percent == 0)
        #expect(after.score.lost >= before.score.lost + finding.points)
        // Whoever compares the two sees it as well.
        let widening = Review(after.facts, since: before.facts).widening
        #expect(widening?.changes.map(\.id).contains("approval-removed:critical financial") == true)
        try await stand.setRule("security", server: "shop")
        #expect(try await Self.review(stand.kit).facts.tools.first?.approval == .known(.required))
    }

    @Test("a tool that nothing is granted to is covered by no approval, until something is granted to it")
    func ungranted() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        try await kit.mustAddTool("notes/write", risk: .sideEffect)
        let before = try await Self.review(kit)
        #expect(before.facts.tools.last?.approval == .known(.ungranted))
        #expect(before.figures.approvalCoverage.value == nil)
        #expect(before.checks.first { $0.id == "approval-side-effect" }?.outcome == .notEvaluated)
        let grant = try await kit.mustGrant("notes/write", "notes/api")
        let after = try await Self.review(kit)
        #expect(after.facts.tools.last?.approval == .known(grant.approval == .none ? .waived : .required))
        #expect(after.figures.approvalCoverage.value?.percent == 100)
    }

    @Test("a yes beforehand is a finding as long as it holds, unless it is for the same arguments alone")
    func standing() async throws {
        let stand = try await ApprovalStand()
        func add(_ arguments: String?) async throws -> StandingApproval {
            let terms = Approvals.StandingTerms(
                server: try ServerName("shop"),
                tool: nil,
                arguments: arguments,
                seconds: 3600,
                uses: 10,
                reason: try PlainText("returns")
            )
            return try await stand.kit.vault.perform(Approvals.addStanding(terms, by: stand.kit.admin))
        }
        let any = try await add(nil)
        let exact = try await add("{}")
        let review = try await Self.review(stand.kit)
        let finding = try #require(review.finding("standing-approvals:\(any.name)"))
        #expect(finding.severity == .critical && finding.cause.contains("10 calls of shop"))
        #expect(finding.remedy.commands == ["warder approval standing revoke \(any.name)"])
        #expect(review.finding("standing-approvals:\(exact.name)") == nil)
        #expect(review.facts.approvals.value?.standing.count == 2)
        stand.kit.clock.advance(seconds: 3600)
        #expect(try await Self.review(stand.kit).facts.approvals.value?.standing == [])
    }

    @Test("a call that somebody let through alone is a finding until somebody else has looked at it")
    func breakGlass() async throws {
        let stand = try await ApprovalStand()
        let id = try await stand.mustWait()
        #expect(try await stand.breakGlass(id, "ada") == nil)
        #expect(try await Self.review(stand.kit).finding("break-glass:\(id)") != nil)
        #expect(try await stand.review(id, "rita") == nil)
        #expect(try await Self.review(stand.kit).finding("break-glass:\(id)") == nil)
    }

    @Test("what the configuration and the log say are findings where they say nothing")
    func surrounding() async throws {
        let kit = try await TestVault()
        let poor = Reviews.Surroundings(
            audit: AuditFacts(
                events: 1,
                signed: nil,
                broken: false,
                checkpoints: [],
                copies: [],
                stuck: [:],
                days: 0,
                hold: false
            ),
            governance: GovernanceFacts(owner: nil, escalation: nil, retention: nil),
            notices: []
        )
        let review = Review(try await kit.vault.perform(Reviews.facts(poor, by: kit.admin)))
        let expected = [
            "log-signed:", "checkpoint-outside:checkpoints", "checkpoint-outside:events", "retention:retention",
            "incident-path:incident_owner", "incident-path:escalation", "alerts:destinations",
        ]
        let rich = try await Self.review(kit)
        for id in expected {
            #expect(review.finding(id) != nil, "\(id)")
            #expect(rich.finding(id) == nil, "\(id)")
        }
    }

    @Test("what was read stays a fact where a person says otherwise, and their reason ends with the definition")
    func reading() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        try await kit.importTools([.named("refund", description: "Refund a payment.")])
        func facts(_ name: String) async throws -> ToolFacts {
            try #require(try await Self.review(kit).facts.tools.first { $0.name == name })
        }
        let name = try ToolID("notes/refund")
        let harm = ToolClass(.critical, .financial)
        let first = try await facts("notes/refund")
        #expect(first.read == .known(harm) && !first.isLowered)
        var changes = Tools.Changes()
        (changes.risk, changes.category) = (.readOnly, .standard)
        changes.reason = try PlainText("a test account")
        _ = try await kit.vault.perform(Tools.set(name, changes, by: kit.admin))
        let said = try await facts("notes/refund")
        #expect(said.isOnWord && said.stated == ToolClass(.readOnly, .standard) && said.judged == harm)
        kit.clock.advance(seconds: 60)
        try await kit.importTools([.named("refund", description: "Refund a payment at once.")])
        let offer = try #require(kit.vault.state?.tools[name]?.offer)
        let release = try PlainText("release")
        _ = try await kit.vault.perform(
            Tools.accept([.init(tool: name, digest: offer.digest)], reason: release, by: kit.admin)
        )
        let later = try await facts("notes/refund")
        #expect(later.isLowered && !later.isOnWord && later.judged == harm)
        // Nobody has read a definition of this one.
        #expect(try await facts("notes/search").read == .known(nil))
    }

    @Test("a lowered class is judged by what was read, whichever way it came", arguments: [false, true])
    func lowered(isRegisteredAnew: Bool) async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        try await kit.importTools([.named("refund", description: "Refund a payment.")])
        try await kit.mustGrant("notes/refund", "notes/api", uses: 1)
        let name = try ToolID("notes/refund")
        let before = try await Self.review(kit)
        if isRegisteredAnew {
            try await kit.mustRevokeGrant("notes/refund", "notes/api")
            try await kit.vault.perform(Tools.remove(name, by: kit.admin))
            try await kit.mustAddTool("notes/refund", risk: .readOnly)
            try await kit.mustGrant("notes/refund", "notes/api", uses: 1)
        } else {
            var changes = Tools.Changes()
            (changes.risk, changes.category) = (.readOnly, .standard)
            changes.reason = try PlainText("a test account")
            _ = try await kit.vault.perform(Tools.set(name, changes, by: kit.admin))
        }
        let after = try await Self.review(kit)
        let tool = try #require(after.facts.tools.first { $0.name == "notes/refund" })
        #expect(tool.stated == ToolClass(.readOnly, .standard) && tool.judged == ToolClass(.critical, .financial))
        #expect(tool.isOnWord != isRegisteredAnew)
        let finding = try #require(after.finding("approval-critical:notes/refund"))
        #expect(finding.kind == .loweredClass && finding.severity == .critical)
        #expect(after.score.earned < before.score.earned)
        #expect(after.figures.lowered.value?.whole == 1)
    }

    @Test("a last grant that is revoked or ends fails no comparison: what gets nothing has nothing to record")
    func lastGrant() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        try await kit.mustAddTool("notes/write", risk: .sideEffect)
        try await kit.mustGrant("notes/write", "notes/api", expires: kit.clock.now().wall.adding(seconds: 60))
        let before = try await Self.review(kit).facts
        #expect(before.tools.map(\.recorded) == [.known(true), .known(true)])
        try await kit.mustRevokeGrant("notes/search", "notes/api")
        kit.clock.advance(seconds: 61)
        let after = try await Self.review(kit).facts
        #expect(after.tools.map(\.recorded) == [.known(false), .known(false)])
        let widening = try #require(Review(after, since: before).widening)
        #expect(widening.changes.map(\.id) == [])
    }

    @Test(
        "a definition that widens anywhere in its schema is not just accepted anew",
        arguments: [
            (
                #"{"filter":{"type":"object","properties":{"a":{"type":"string"}}}}"#,
                #"{"filter":{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}}}}"#
            ),
            (
                #"{"filter":{"type":"object","properties":{},"additionalProperties":false}}"#,
                #"{"filter":{"type":"object","properties":{}}}"#
            ),
            (#"{"mode":{"type":"string","enum":["a","b"]}}"#, #"{"mode":{"type":"string"}}"#),
            (#"{"mode":{"type":"string","enum":["a","b"]}}"#, #"{"mode":{"type":"string","enum":["a","c"]}}"#),
            (
                #"{"list":{"type":"array","items":{"type":"string","enum":["a"]}}}"#,
                #"{"list":{"type":"array","items":{"type":"string"}}}"#
            ),
            (#"{"one":{"anyOf":[{"const":1},{"const":2}]}}"#, #"{"one":{}}"#),
            (#"{"one":{"allOf":[{"type":"string"},{"enum":["a"]}]}}"#, #"{"one":{"allOf":[{"type":"string"}]}}"#),
            (
                ##"{"tree":{"type":"object","properties":{"next":{"$ref":"#/properties/tree"}}}}"##,
                ##"{"tree":{"type":"object","properties":{"next":{"$ref":"#/properties/tree"},"x":{}}}}"##
            ),
            (#"{"one":{"type":"string"}}"#, #"{"one":{"$ref":"https://example.com/schema"}}"#),
        ]
    )
    func deeperWidening(narrow: String, wide: String) async throws {
        func accepted(_ properties: String) throws -> ToolFacts.Accepted {
            let text = #"{"inputSchema":{"type":"object","properties":\#(properties)}}"#
            let document = try JSONDocument(copying: Array(text.utf8).span)
            let schema = try #require(document.root.member("inputSchema"))
            return ToolFacts.Accepted(digest: properties, arguments: TakenArguments.list(schema))
        }
        let (less, more) = (try accepted(narrow), try accepted(wide))
        #expect(more.arguments(beyond: less)?.isEmpty != true, "\(more.arguments ?? [])")
        #expect(less.arguments(beyond: less) == [])
        #expect(less.arguments?.isEmpty == false)
    }

    @Test("a schema whose references multiply, or lead nowhere but to themselves, ends the reading")
    func hostileSchemas() throws {
        func list(_ text: String) throws -> [String]? {
            TakenArguments.list(try JSONDocument(copying: Array(text.utf8).span).root)
        }
        let doubling = (0..<60).map {
            ##""d\##($0)":{"properties":{"l":{"$ref":"#/$defs/d\##($0 + 1)"},"r":{"$ref":"#/$defs/d\##($0 + 1)"}}}"##
        }
        let bomb = ##"{"$ref":"#/$defs/d0","$defs":{\##(doubling.joined(separator: ",")),"d60":{}}}"##
        #expect(try list(bomb) == nil)
        let choices = (0..<40).map { _ in #"{"anyOf":[{"const":1},{"const":2},{"const":3}]}"# }.joined(separator: ",")
        #expect(try list(#"{"properties":{"a":{"allOf":[\#(choices)]}}}"#) == nil)
        let chain = (0..<3000).map { ##""d\##($0)":{"properties":{"a":{"$ref":"#/$defs/d\##($0 + 1)"}}}"## }
        let limits = JSONLimits(maxMembers: 4096, maxTokens: 1_000_000)
        let deep = ##"{"$ref":"#/$defs/d0","$defs":{\##(chain.joined(separator: ",")),"d3000":{}}}"##
        #expect(TakenArguments.list(try JSONDocument(copying: Array(deep.utf8).span, limits: limits).root) == nil)
        #expect(try list(##"{"$ref":"#"}"##) == ["*"])
        #expect(try list(##"{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}"##) == ["*"])
    }

    @Test("an answer counts as described where its schema says something of it")
    func describedAnswers() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let schemas = [
            ("a", "{}", false), ("b", #"{"type":"object"}"#, false),
            ("c", #"{"type":"object","properties":{}}"#, false),
            ("d", #"{"type":"object","properties":{"id":{}}}"#, true), ("e", #"{"type":"string"}"#, true),
            ("f", ##"{"$ref":"#"}"##, false), ("g", #"{"type":"array","items":{}}"#, false),
        ]
        try await kit.importTools(
            schemas.map { name, schema, _ in
                Described(text: #"{"name":"\#(name)","inputSchema":{"type":"object"},"outputSchema":\#(schema)}"#)
            }
        )
        let tools = try await Self.review(kit).facts.tools
        for (name, schema, isDescribed) in schemas {
            let tool = try #require(tools.first { $0.shortName == name })
            #expect((tool.outputs.value?.flatMap(\.self) != nil) == isDescribed, "\(schema)")
        }
    }

    @Test("a reason from before anybody had read the definition is none")
    func reasonedTooEarly() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let name = try ToolID("notes/refund")
        try await kit.importTools([.named("refund", description: "Refund a payment.")])
        let digest = try #require(kit.vault.state?.tools[name]?.definitionDigest)
        let other = try await TestVault()
        try await other.mustSetUpNotes()
        try await other.mustAddTool("notes/refund", risk: .readOnly, digest: digest)
        var changes = Tools.Changes()
        (changes.risk, changes.reason) = (.readOnly, try PlainText("it looks up a payment"))
        _ = try await other.vault.perform(Tools.set(name, changes, by: other.admin))
        other.clock.advance(seconds: 60)
        try await other.importTools([.named("refund", description: "Refund a payment.")])
        func facts() async throws -> ToolFacts {
            try #require(try await Self.review(other).facts.tools.first { $0.name == "notes/refund" })
        }
        let early = try await facts()
        #expect(early.isLowered && !early.isOnWord && early.judged == ToolClass(.critical, .financial))
        other.clock.advance(seconds: 60)
        _ = try await other.vault.perform(Tools.set(name, changes, by: other.admin))
        #expect(try await facts().isOnWord)
    }

    @Test("a notice that everybody had shows that they are told, and one that failed does not, nor one of long ago")
    func told() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        try await kit.mustPut("decoy/aws")
        let decoy = try SecretName("decoy/aws")
        _ = try await kit.vault.perform(Secrets.set(decoy, Secrets.Properties(honeytoken: true), by: kit.admin))
        let touch = Tokens.resolveOnce(decoy, fields: [.value], for: try kit.demand(), by: kit.server(.synthetic()))
        _ = await kit.refusal(of: touch)
        for _ in 0..<4 { await kit.vault.heartbeat() }
        let notice = try #require(kit.vault.state?.notices(at: kit.clock.now().wall).first)
        #expect(kit.vault.lastTold() == .known(nil))
        let failed = HandoutAnswer(StepAnswer(.failed, mayRetry: true))
        try await kit.vault.perform(Notices.sent(notice, failed, try: 1, isOver: false))
        #expect(kit.vault.lastTold() == .known(nil))
        let time = kit.clock.now().wall
        try await kit.vault.perform(Notices.sent(notice, HandoutAnswer(StepAnswer(.done)), try: 2, isOver: true))
        kit.clock.advance(seconds: 3600)
        try await kit.vault.perform(Notices.sent(notice, failed, try: 1, isOver: false))
        #expect(kit.vault.lastTold() == .known(Instant(time)))
        kit.clock.advance(seconds: 91 * 86_400)
        #expect(kit.vault.lastTold() == .known(nil))
    }

    @Test("why a tool is in its class is who said so, or what was read in its definition")
    func reasons() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        try await kit.importTools([.writes])
        let read = try await Self.review(kit).facts.tools.first { $0.shortName == "delete_note" }
        #expect(read?.reasons.isEmpty == false && read?.reasons.contains { $0.contains("ada") } == false)
        var changes = Tools.Changes()
        changes.risk = .critical
        changes.reason = try PlainText("there is no undo")
        let name = try ToolID("notes/delete_note")
        _ = try await kit.vault.perform(Tools.set(name, changes, by: kit.admin))
        let said = try await Self.review(kit).facts.tools.first { $0.shortName == "delete_note" }
        #expect(said?.reasons.count == 1 && said?.reasons.first?.contains("ada said so") == true)
        #expect(said?.reasons.first?.hasSuffix("there is no undo") == true)
    }
}
