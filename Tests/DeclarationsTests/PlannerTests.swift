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
            ("category: financial", "category: standard", "no longer financial"),
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
        #expect(wider.changes.count == 1 && wider.changes.first?.widens == [words], "\(wider.changes)")
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
        // The file has the last word on the class, which the vault may have raised.
        #expect(accepted[0].request.toolSet?.update.risk == "critical")
        let unpinned = Self.inventory { ($0.tools[0].definitionDigest, $0.tools[0].pin) = (nil, nil) }
        let pinned = try Self.plan(text, unpinned).changes
        #expect(pinned.count == 1 && pinned[0].request.toolSet?.update.definitionDigest == Self.other)
        #expect(pinned[0].widens.isEmpty)
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
