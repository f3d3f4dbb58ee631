import Testing
import WarderModel
import WarderWire

@testable import Declarations

/// What has to be done, and what of it lets more through.
@Suite struct PlannerTests {
    private static let digest = String(repeating: "a", count: 64)
    private static let other = String(repeating: "b", count: 64)

    /// A vault with one server, one critical tool that may use one secret, and its rules.
    private static func inventory(_ change: (inout Inventory) -> Void = { _ in }) -> Inventory {
        var inventory = Inventory(mark: "0-1", profile: "team", damaged: false)
        inventory.servers = [ServerRequest(name: "shop", owner: "sales", selectors: SelectorFields(uid: 2001, gid: 7))]
        var tool = Inventory.Tool(name: "shop/refund", risk: "critical", category: "financial")
        (tool.owner, tool.definitionDigest, tool.pin) = ("sales", digest, "always")
        inventory.tools = [tool]
        inventory.grants = [GrantRequest(tool: "shop/refund", secret: "shop/db", fields: ["value"], ttl: 300, uses: 5)]
        inventory.limits = [LimitRequest(server: "shop", risk: "critical", limit: "5/min")]
        inventory.approvalRules = [
            ApprovalRuleRequest(server: nil, risk: "critical", category: "financial", votes: ["owner", "security"])
        ]
        inventory.secrets = [.init(name: "shop/db", fields: ["value"]), .init(name: "shop/api", fields: ["value"])]
        change(&inventory)
        return inventory
    }

    private static let present = """
        warder: 1
        servers:
          shop:
            owner: sales
            uid: 2001
            gid: 7
            limits: {critical: 5/min}
            tools:
              refund:
                risk: critical
                category: financial
                owner: sales
                grants: {shop/db: {uses: 5}}
        approvals: {critical/financial: [owner, security]}

        """

    private static func plan(
        _ text: String,
        _ inventory: Inventory = inventory(),
        prunes: Bool = false,
        reason: String? = nil
    ) throws -> Plan {
        try Planner.plan(
            DeclarationReader(Array(text.utf8)),
            against: Standing(inventory),
            prunes: prunes,
            reason: try reason.map { try PlainText($0) }
        )
    }

    private static func faults(_ text: String, _ inventory: Inventory = inventory()) throws -> [String] {
        do {
            _ = try plan(text, inventory)
            return []
        } catch let error as DeclarationFaults { return error.faults.map { $0.line(in: "f") } }
    }

    @Test("what is as the file says needs nothing, and keys that imports leave behind may be left out")
    func nothing() throws {
        #expect(try Self.plan(Self.present).changes.isEmpty)
        #expect(try Self.plan(Self.present, prunes: true).changes.isEmpty)
        #expect(try Self.plan("warder: 1\n").changes.isEmpty)
    }

    @Test("what the file does not have goes only when that is asked for, what names something before it")
    func prune() throws {
        let plan = try Self.plan("warder: 1\n", prunes: true)
        #expect(plan.changes.allSatisfy { $0.kind == .remove })
        #expect(plan.changes.map(\.subject.noun) == ["grant", "approval", "tool", "server"])
        #expect(plan.changes.last?.request.serverRemove == "shop")
    }

    @Test(
        "what lets more through is marked",
        arguments: [
            ("risk: critical", "risk: read-only", "taken to be less harmful"),
            ("category: financial", "category: standard", "no longer financial; fewer are asked, or others"),
            ("category: financial", "category: administrative", "no longer financial; fewer are asked, or others"),
            ("    owner: sales\n    uid", "    owner: legal\n    uid", "who owned it may approve"),
            ("    owner: sales\n    uid", "    uid", "who owned it may approve"),
            ("owner: sales\n        grants", "owner: legal\n        grants", "another owner may approve"),
            ("        owner: sales\n        grants", "        grants", "another owner may approve"),
            ("    gid: 7\n", "    gid: 7\n    launch: true\n", "any program of a launch is the server"),
            ("{uses: 5}", "{uses: 5, approval: none}", "nobody is asked"),
            ("{uses: 5}", "{}", "more often"), ("{uses: 5}", "{uses: 5, ttl: 1h}", "for longer"),
            ("{uses: 5}", "{uses: 5, fields: [value, key]}", "more fields"),
            ("    gid: 7\n", "", "recognised by less, or by something else"),
            ("critical: 5/min", "critical: off", "more often"),
            ("[owner, security]", "[owner]", "fewer are asked, or others"),
            ("[owner, security]", "[]", "nobody is asked"),
            (
                "owner: sales\n        grants", "owner: sales\n        pin: when-presented\n        grants",
                "works without presenting its definition"
            ),
        ]
    )
    func widens(before: String, after: String, words: String) throws {
        let text = Self.present.replacing(before, with: after)
        #expect(text != Self.present)
        let wider = try Self.plan(text, reason: "because")
        #expect(wider.changes.count == 1, "\(wider.changes)")
        #expect(wider.changes.first?.widens.joined(separator: "; ") == words)
    }

    @Test("a class in which others are asked is marked, though its harm is not said to be less")
    func otherSeats() throws {
        let standard = Self.inventory {
            $0.tools[0].category = "standard"
            $0.approvalRules = []
        }
        let text = Self.present.replacing("approvals: {critical/financial: [owner, security]}\n", with: "")
            .replacing("category: financial", with: "category: administrative")
        let change = try Self.plan(text, standard, reason: "because").changes.first
        #expect(change?.details == ["category: standard → administrative", "reason: none → because"])
        #expect(change?.widens == ["fewer are asked, or others"])
    }

    @Test("a tool gets its first owner: others may approve from then on")
    func firstOwner() throws {
        let change = try Self.plan(Self.present, Self.inventory { $0.tools[0].owner = nil }).changes.first
        #expect(change?.widens == ["another owner may approve"])
        // Whoever owns a server does not approve its calls: with the first one there is one less who may.
        let server = try Self.plan(Self.present, Self.inventory { $0.servers[0].owner = nil }).changes.first
        #expect(server?.details == ["owner: none → sales"] && server?.widens == [])
    }

    @Test("digests are compared whole and shown whole: the first digits of one can be found again")
    func digests() throws {
        let known = String(repeating: "a", count: 63)
        let pinned = Self.inventory { $0.servers[0].selectors.executableSHA256 = "\(known)a" }
        let text = Self.present.replacing("gid: 7", with: "gid: 7\n    executable_sha256: \(known)b")
        let change = try Self.plan(text, pinned).changes.first
        #expect(change?.widens == ["recognised by less, or by something else"])
        #expect(
            change?.details == ["no longer executable_sha256: \(known)a", "executable_sha256: \(known)b"]
        )
        #expect(change?.request.serverUpdate?.update.selectors.executableSHA256 == "\(known)b")
        let offered = Self.inventory { $0.tools[0].offeredDigest = "\(known)b" }
        let accepting = Self.present.replacing("category", with: "definition: \(known)b\n        category")
        #expect(try Self.plan(accepting, offered, reason: "read it").changes.first?.request.toolAccept != nil)
    }

    @Test("where a rule may be among what cannot be read, no file says whose votes count")
    func damaged() throws {
        let damaged = Self.inventory { $0.damaged = true }
        #expect(try Self.plan(Self.present, damaged, prunes: true).changes.isEmpty)
        let fault = "approval critical/financial: records of the vault cannot be read, and a rule that asks more people"
        let text = Self.present.replacing("[owner, security]", with: "[owner, owner, security]")
        #expect(try Self.faults(text, damaged) == ["f:14:13: \(fault) may be among them"])
        let gone = Self.present.replacing("approvals: {critical/financial: [owner, security]}\n", with: "")
        #expect(try Self.plan(gone, damaged).changes.isEmpty)
        #expect(throws: DeclarationFaults.self) { try Self.plan(gone, damaged, prunes: true) }
    }

    private static let rotation =
        "{rotator: random, schedule: P30D, window: '22:00-04:00 UTC', jitter: 1h, max_age: 40d, before_expiry: 2d, "
        + "overlap: 1h, attempts: 3, settings: {length: '40'}, helper: shop/api}"

    @Test(
        "what makes values live longer is marked, and what makes them otherwise",
        arguments: [
            ("random", "exec:shop", "another rotator makes the values"),
            ("P30D", "P60D", "changes at other times"), (" schedule: P30D,", "", "changes at other times"),
            ("40d", "41d", "values get older"), (" max_age: 40d,", "", "values get older"), ("40d", "39d", ""),
            ("overlap: 1h", "overlap: 2h", "old values may be valid for longer"), ("overlap: 1h", "overlap: 30m", ""),
            (" overlap: 1h,", "", "old values may be valid for longer"),
            (
                " schedule: P30D, window: '22:00-04:00 UTC', jitter: 1h, max_age: 40d, before_expiry: 2d,", "",
                "no longer changes by itself"
            ),
            ("04:00 UTC", "06:00 UTC", "changes at other times"), (" window: '22:00-04:00 UTC',", "", ""),
            ("jitter: 1h", "jitter: 2h", "changes later"), ("jitter: 1h", "jitter: 30m", ""),
            ("before_expiry: 2d", "before_expiry: 1h", "changes closer to its expiry"),
            ("before_expiry: 2d", "before_expiry: 3d", ""),
            ("attempts: 3", "attempts: 4", "more values are tried before a person looks"),
            ("attempts: 3", "attempts: 2", ""), ("'40'", "'64'", "the rotator is told otherwise"),
            (", settings: {length: '40'}", "", "the rotator is told otherwise"),
            ("helper: shop/api", "helper: shop/db", "the rotator is given another secret"),
            (", helper: shop/api", "", ""),
        ]
    )
    func rotations(before: String, after: String, words: String) throws {
        var plan = RotationRequest(rotator: "random")
        (plan.schedule, plan.maximumAge, plan.overlap) = ("P30D", 3_456_000, 3600)
        (plan.window, plan.jitter, plan.expiryLead) = ("22:00-04:00 UTC", 3600, 172_800)
        (plan.attempts, plan.settings, plan.helper) = (3, ["length": "40"], "shop/api")
        let rotated = Self.inventory { $0.rotations = [Inventory.Rotation(secret: "shop/db", plan: plan)] }
        let same = "\(Self.present)rotations: {shop/db: \(Self.rotation)}\n"
        #expect(try Self.plan(same, rotated).changes.isEmpty)
        let text = "\(Self.present)rotations: {shop/db: \(Self.rotation.replacing(before, with: after))}\n"
        let changes = try Self.plan(text, rotated).changes
        #expect(changes.count == 1, "\(changes)")
        #expect(changes.first?.widens.joined(separator: "; ") == words)
    }

    @Test("a rotation of something new is marked where a program is handed values, and the secrets of others")
    func newRotation() throws {
        func widens(_ rotation: String) throws -> [String]? {
            try Self.plan("\(Self.present)rotations: {shop/db: \(rotation)}\n").changes.first?.widens
        }
        #expect(try widens("{rotator: random}") == [])
        #expect(try widens("{rotator: exec:shop}") == ["a program is given its values"])
        #expect(
            try widens("{rotator: postgres:shop, helper: shop/api}")
                == ["a program is given its values", "the rotator is given another secret"]
        )
    }

    @Test("other usual hours are marked, the first ones are not")
    func hours() throws {
        let text = "warder: 1\nalerts: {off_hours: {hours: \"00:00-23:00 UTC\"}}\n"
        #expect(try Self.plan(text).changes.first?.widens == [])
        let settings = AlertRuleRequest(
            on: true,
            threshold: nil,
            seconds: nil,
            hours: "07:00-20:00 UTC",
            quarantine: false
        )
        let watched = Self.inventory { $0.alertRules = [NamedAlertRule(rule: "off_hours", settings: settings)] }
        #expect(try Self.plan(text, watched).changes.first?.widens == ["looks at other hours"])
    }

    @Test(
        "what lets less through is a change, and not marked",
        arguments: [
            ("{uses: 5}", "{uses: 1}"), ("{uses: 5}", "{uses: 5, attestation: pidfd}"), ("5/min", "4/min"),
            ("[owner, security]", "[owner, owner, security]"), ("    gid: 7\n", "    gid: 7\n    unit: a.service\n"),
        ]
    )
    func narrows(before: String, after: String) throws {
        let narrower = try Self.plan(Self.present.replacing(before, with: after))
        #expect(narrower.changes.count == 1 && narrower.changes.first?.widens == [], "\(narrower.changes)")
    }

    @Test("another class needs a reason, of the file or of the command line")
    func reasons() throws {
        let text = Self.present.replacing("risk: critical", with: "risk: read-only")
        #expect(
            try Self.faults(text) == ["f:9:7: tool shop/refund: its class changes, and nothing says why"]
        )
        let given = try Self.plan(text, reason: "reviewed").changes.first?.request.toolSet?.update
        #expect(given?.reason == "reviewed" && given?.risk == "read-only")
        let written = text.replacing("risk: read-only", with: "risk: read-only\n        reason: harmless")
        #expect(try Self.plan(written, reason: "reviewed").changes.first?.request.toolSet?.update.reason == "harmless")
    }

    @Test("a reason is for one change: where the class changes, the one that stands there already is none")
    func staleReason() throws {
        let reasoned = Self.inventory { $0.tools[0].reason = "it moves money" }
        func text(_ risk: String, _ reason: String) -> String {
            Self.present.replacing("risk: critical", with: "risk: \(risk)\n        reason: \(reason)")
        }
        #expect(try Self.plan(text("critical", "it moves money"), reasoned).changes.isEmpty)
        let stale = text("read-only", "it moves money")
        let fault = "f:9:7: tool shop/refund: its class changes, and its reason is the one of before"
        #expect(try Self.faults(stale, reasoned) == [fault])
        // The file says why the class is what it is: no word of the command line takes that place.
        #expect(throws: DeclarationFaults.self) { try Self.plan(stale, reasoned, reason: "because") }
        let fresh = try Self.plan(text("read-only", "nothing is paid out any more"), reasoned).changes
        #expect(fresh.first?.details.contains("reason: \"it moves money\" → \"nothing is paid out any more\"") == true)
        // Without a line of its own the tool has the reason of the command line.
        let given = try Self.plan(Self.present.replacing("critical\n", with: "read-only\n"), reasoned, reason: "review")
        #expect(given.changes.first?.request.toolSet?.update.reason == "review")
        #expect(given.changes.first?.details.contains("reason: \"it moves money\" → review") == true)
    }

    @Test("why a class is what it is, or why an earlier definition was accepted, is no reason to accept another one")
    func staleAcceptance() throws {
        let text = Self.present.replacing(
            "category",
            with: "definition: \(Self.other)\n        reason: it moves money\n        category"
        )
        let offered = Self.inventory {
            ($0.tools[0].offeredDigest, $0.tools[0].reason) = (Self.other, "it moves money")
        }
        let fault = "tool shop/refund: another definition is to be accepted, and its reason is the one of before"
        #expect(try Self.faults(text, offered) == ["f:9:7: \(fault)"])
        let given = try Self.plan(text, offered, reason: "read it").changes
        #expect(given.first?.request.toolAccept?.reason == "read it" && given.first?.request.toolSet == nil)
        #expect(given.first?.details.contains("because: \"read it\"") == true)
        let earlier = Self.inventory {
            ($0.tools[0].offeredDigest, $0.tools[0].acceptedReason) = (Self.other, "it moves money")
        }
        #expect(try Self.faults(text, earlier) == ["f:9:7: \(fault)"])
    }

    @Test("what the vault does not have cannot be named, and what was meant is said with its place")
    func missing() throws {
        let text = """
            warder: 1
            servers:
              shop:
                tools:
                  report:
                    risk: read-only
                    grants:
                      shop/dbb: {}
              fresh: {owner: nobody}
            rotations:
              shop/none: {rotator: random, helper: shop/ap1}

            """
        #expect(
            try Self.faults(text) == [
                "f:8:11: grant shop/report shop/dbb: the vault has no secret shop/dbb",
                "f:9:3: server fresh: it is new, and nothing says how the kernel recognises it",
                "f:11:3: rotation shop/none: the vault has no secret shop/none",
                "f:11:3: rotation shop/none: the vault has no secret shop/ap1",
            ]
        )
    }

    @Test("a grant of a secret that went since stays as it is")
    func deletedSecret() throws {
        #expect(try Self.plan(Self.present, Self.inventory { $0.secrets = [] }).changes.isEmpty)
    }

    @Test("a definition is pinned where none is, accepted where it waits, and refused where nobody has seen it")
    func definitions() throws {
        let text = Self.present.replacing("category", with: "definition: \(Self.other)\n        category")
        #expect(
            try Self.faults(text).first?.contains("none with this digest waits") == true
        )
        let offered = Self.inventory { $0.tools[0].offeredDigest = Self.other }
        #expect(try Self.faults(text, offered).first?.contains("another definition is to be accepted") == true)
        let accepted = try Self.plan(text, offered, reason: "read it").changes
        #expect(accepted.count == 1 && accepted[0].widens == ["another definition is accepted"])
        #expect(accepted[0].request.toolAccept?.tools.first?.digest == Self.other)
        // What the vault finds worse in the definition stays: the file does not take it back in the same change.
        #expect(accepted[0].request.toolSet == nil)
        let reasoned = text.replacing("category", with: "reason: old words\n        category")
        let worded = try Self.plan(reasoned, offered).changes
        #expect(worded.count == 1 && worded[0].request.toolSet == nil)
        #expect(worded[0].request.toolAccept?.reason == "old words")
        let unpinned = Self.inventory { ($0.tools[0].definitionDigest, $0.tools[0].pin) = (nil, nil) }
        let pinned = try Self.plan(text, unpinned).changes
        #expect(pinned.count == 1 && pinned[0].request.toolSet?.update.definitionDigest == Self.other)
        #expect(pinned[0].widens.isEmpty)
    }

    @Test("a class that is set together with an accepted definition is marked where it can be lower than the rules say")
    func classOfDefinition() throws {
        let text = Self.present.replacing("category", with: "definition: \(Self.other)\n        category")
        let words = "taken for what the file says, whatever its definition says"
        let mild = Self.inventory { ($0.tools[0].offeredDigest, $0.tools[0].risk) = (Self.other, "read-only") }
        let medium = text.replacing("risk: critical", with: "risk: side-effect")
        let raised = try Self.plan(medium, mild, reason: "r").changes
        #expect(raised.count == 1 && raised[0].request.toolSet?.update.risk == "side-effect")
        #expect(raised[0].widens.contains(words), "\(raised)")
        // Nothing is more than critical, and no definition changes a category that somebody chose.
        let most = try Self.plan(text, mild, reason: "r").changes
        #expect(most.count == 1 && most[0].widens == ["another definition is accepted"], "\(most)")
        // The plan after it shows what the vault raised, as what it is.
        let after = Self.inventory { $0.tools[0].definitionDigest = Self.other }
        let lower = text.replacing("risk: critical", with: "risk: read-only")
        #expect(try Self.faults(lower, after).first?.contains("its class changes") == true)
        #expect(try Self.plan(lower, after, reason: "r").changes.first?.widens == ["taken to be less harmful"])
    }

    @Test("a changed grant is taken back and made anew in one change")
    func grants() throws {
        let change = try Self.plan(Self.present.replacing("{uses: 5}", with: "{uses: 1}")).changes.first
        #expect(change?.kind == .change && change?.details == ["uses: 5 → 1"])
        #expect(change?.request.grantRemove?.secret == "shop/db" && change?.request.grantAdd?.uses == 1)
    }

    @Test("an answer of another version is not taken for something else")
    func unknown() {
        #expect(throws: Standing.Unknown.self) { try Standing(Self.inventory { $0.profile = "hotel" }) }
        #expect(throws: Standing.Unknown.self) { try Standing(Self.inventory { $0.tools[0].risk = "mild" }) }
        #expect(throws: Standing.Unknown.self) { try Standing(Self.inventory { $0.limits[0].limit = "lots" }) }
    }
}
