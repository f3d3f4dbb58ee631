import Testing
import WarderModel

@testable import Reviewing

/// What a later review allows that an earlier one did not.
@Suite("Widening since a baseline")
struct WideningTests {
    /// What is done to the later facts, and what is said of it.
    static let changes: [Breakage] = [
        Breakage("new-tool:shop/wipe") { $0.tools.append(Sample.tool("shop/wipe", .critical)) },
        Breakage("risk-raised:shop/update") { $0.tools[3].risk = .critical },
        Breakage("risk-raised:shop/get") { $0.tools[1].category = .financial },
        Breakage("risk-lowered:shop/refund") { $0.tools[2].risk = .readOnly },
        Breakage("risk-lowered:shop/refund") { $0.tools[2].category = .administrative },
        Breakage("risk-raised:shop/get") { $0.tools[1].read = .known(ToolClass(.critical, .standard)) },
        Breakage("reading-lost:shop/refund") { $0.tools[2].read = .known(nil) },
        Breakage("fact-lost:classes read of tools shop/get") { $0.tools[1].read = .notEvaluated("Why.") },
        Breakage("owner-lost:shop/refund") { $0.tools[2].owner = .known(nil) },
        Breakage("permission-added:shop/get") { $0.tools[1].permissions = .known(["shop/get.use", "all"]) },
        Breakage("pin-dropped:shop/refund") { $0.tools[2].definition = .known(.unpinned) },
        Breakage("definition-changed:shop/refund") { $0.tools[2].definition = .known(.changed) },
        Breakage("approval-removed:shop/refund") { $0.tools[2].approval = .known(.waived) },
        Breakage("approval-removed:shop/refund") { $0.tools[2].approval = .known(.unneeded) },
        Breakage("recording-lost:shop/refund") { $0.tools[2].recorded = .known(false) },
        Breakage("new-grant:shop/get shop/refund") { facts in
            facts.grants.change { $0.append(Sample.grant("shop/get", "shop/refund")) }
        },
        Breakage("grant-broadened:shop/get shop/get") { facts in facts.grants.change { $0[1].uses = nil } },
        Breakage("grant-broadened:shop/get shop/get") { facts in facts.grants.change { $0[1].lifetime = 301 } },
        Breakage("grant-broadened:shop/get shop/get") { facts in
            facts.grants.change { $0[1].fields = ["other", "value"] }
        },
        Breakage("grant-broadened:shop/get shop/get") { facts in facts.grants.change { $0[1].waived = true } },
        Breakage("grant-broadened:shop/get shop/get") { facts in facts.grants.change { $0[1].attestation = .uid } },
        Breakage("new-server:new") { facts in facts.servers.change { $0.append(Sample.server("new", uid: 7)) } },
        Breakage("selector-weakened:shop") { facts in facts.servers.change { $0[1].unit = nil } },
        Breakage("selector-weakened:shop") { facts in facts.servers.change { $0[1].uid = 0 } },
        Breakage("owner-lost:shop") { facts in facts.servers.change { $0[1].owner = nil } },
        Breakage("uid-shared:shop") { facts in facts.servers.change { $0[1].operators = ["ada"] } },
        Breakage("owner-lost:shop/get") { facts in facts.secrets.change { $0[1].owner = nil } },
        Breakage("schedule-removed:shop/get") { facts in facts.secrets.change { $0[1].schedule = nil } },
        Breakage("decoy-removed:shop/decoy") { facts in facts.secrets.change { $0[4].honeytoken = .known(false) } },
        Breakage("became-decoy:shop/get") { facts in facts.secrets.change { $0[1].honeytoken = .known(true) } },
        Breakage("role-added:ada") { facts in facts.operators.change { $0[0].roles = [.admin, .reader] } },
        Breakage("group-added:ada") { facts in facts.operators.change { $0[0].groups = ["security"] } },
        Breakage("new-operator:eve") { facts in
            facts.operators.change {
                $0.append(
                    OperatorFacts(name: "eve", uid: 6, roles: [.reader], groups: [], presence: true, needed: true)
                )
            }
        },
        Breakage("presence-lost:ada") { facts in facts.operators.change { $0[0].presence = false } },
        Breakage("approval-removed:critical financial") { facts in facts.approvals.change { $0.rules.removeFirst() } },
        Breakage("approval-removed:critical financial") { facts in
            facts.approvals.change { $0.rules[0].groups = ["owner"] }
        },
        // A rule of the server's own that asks fewer than the general one, and one of two votes of the same group.
        Breakage("approval-removed:shop critical financial") { facts in
            facts.approvals.change {
                $0.rules.append(
                    .init(server: "shop", risk: .critical, category: .financial, groups: ["owner"], empty: [], tools: 1)
                )
            }
        },
        Breakage("approval-removed:shop/refund") { $0.tools[2].approval = .known(.overruled) },
        Breakage("new-standing-approval:sta_2") { facts in
            facts.approvals.change { approvals in
                var more = approvals.standing[0]
                more.id = "sta_2"
                approvals.standing.append(more)
            }
        },
        Breakage("pin-loosened:shop/refund") { $0.tools[2].definition = .known(.unpresented) },
        Breakage("alert-muted:spike server:shop") { facts in
            facts.alerts.change { $0.muted = [.init(rule: "spike", subject: "server:shop", until: Sample.ago(-1))] }
        },
        Breakage("limit-raised:shop critical") { facts in
            facts.limits.change { $0.limits.append(.init(server: "shop", risk: .critical, rate: nil)) }
        },
        Breakage("fact-lost:definitions of tools shop/get") { $0.tools[1].definition = .notEvaluated("Why.") },
        Breakage("fact-lost:grants") { $0.grants = .notEvaluated("Why.") },
        Breakage("limit-raised:critical") { facts in facts.limits.change { $0.limits[2].rate = nil } },
        Breakage("limit-raised:critical") { facts in facts.limits.change { $0.limits[2].rate = 11 } },
        Breakage("alert-removed:spike") { facts in facts.alerts.change { $0.rules = ["off_hours"] } },
        Breakage("alert-removed:off_hours") { facts in
            facts.alerts.change {
                $0.rules = ["spike"]; $0.settings?[0].hours = nil
            }
        },
        Breakage("alert-loosened:off_hours") { facts in
            facts.alerts.change { $0.settings?[0].hours = "00:00-23:59 Europe/Berlin" }
        },
        Breakage("alert-loosened:spike") { facts in facts.alerts.change { $0.settings?[1].threshold = 4 } },
        Breakage("alert-loosened:spike") { facts in facts.alerts.change { $0.settings?[1].seconds = 599 } },
        Breakage("alert-loosened:spike") { facts in facts.alerts.change { $0.settings?[1].quarantine = false } },
        Breakage("alerts-unheard:destinations") { facts in facts.alerts.change { $0.destinations = [] } },
        Breakage("checkpoints-inside:log") { facts in facts.audit.change { $0.checkpoints = [] } },
        Breakage("events-inside:log") { facts in facts.audit.change { $0.copies = [] } },
        Breakage("retention-shortened:log") { facts in facts.audit.change { $0.days = 30 } },
        Breakage("incident-path-lost:governance") { facts in facts.governance.change { $0.escalation = nil } },
    ]

    @Test("each way to allow more is named, alone, and unacknowledged", arguments: changes)
    func widened(_ change: Breakage) {
        let old = Sample.perfect()
        var new = old
        change.apply(&new)
        let widening = Widening(from: old, to: new, acknowledged: [])
        #expect(widening.changes.map(\.id) == [change.finding])
        #expect(widening.isUnacknowledged)
        let acknowledged = Widening(from: old, to: new, acknowledged: [change.finding])
        #expect(!acknowledged.isUnacknowledged)
        #expect(acknowledged.changes.count == 1)
        // Some other acknowledgement does not do.
        #expect(Widening(from: old, to: new, acknowledged: [change.finding + "x"]).isUnacknowledged)
    }

    @Test("one vote of a group instead of two is wider, and two instead of one are not")
    func votes() {
        func facts(_ groups: [String]) -> ReviewFacts {
            var facts = Sample.perfect()
            facts.approvals.change { $0.rules[0].groups = groups }
            return facts
        }
        let (one, two) = (facts(["security"]), facts(["security", "security"]))
        let lost = Widening(from: two, to: one, acknowledged: []).changes.map(\.id)
        #expect(lost == ["approval-removed:critical financial"])
        #expect(Widening(from: one, to: two, acknowledged: []).changes.isEmpty)
    }

    @Test("what a person lowers is wider with a reason too, which is said; what is put back is not")
    func lowered() {
        let old = Sample.perfect()
        var new = old
        new.tools[2].risk = .readOnly
        new.tools[2].category = .standard
        new.tools[2].reasons = ["ada said so on 2026-11-01: it is a test account"]
        let changes = Widening(from: old, to: new, acknowledged: []).changes
        #expect(changes.map(\.id) == ["risk-lowered:shop/refund"])
        #expect(changes.first?.severity == .critical)
        #expect(
            changes.first?.sentence
                == "shop/refund was critical, financial and is taken to be read-only now. ada said so on 2026-11-01: it is a "
                + "test account"
        )
        #expect(Widening(from: new, to: old, acknowledged: []).changes == [])
    }

    @Test("classes of a version that read none are compared as they were stated, and that is said")
    func unread() throws {
        let new = Sample.perfect()
        var old = new
        for index in old.tools.indices { old.tools[index].read = .notEvaluated("Why.") }
        var worse = new
        worse.tools[1].read = .known(ToolClass(.critical, .standard))
        for later in [new, worse] {
            let widening = Widening(from: old, to: later, acknowledged: [])
            #expect(widening.changes == [] && widening.notCompared == ["classes read of tools"])
        }
    }

    @Test("a vote of somebody by name is one of any operator, and not the other way round")
    func operators() {
        #expect(Votes.missing(["operator"], in: ["security"]) == [])
        #expect(Votes.missing(["operator"], in: []) == ["operator"])
        #expect(Votes.missing(["owner", "security"], in: ["operator", "operator"]) == ["owner", "security"])
        #expect(Votes.missing(["operator", "security"], in: ["security"]) == ["operator"])
        #expect(Votes.missing(["security", "security"], in: ["interns", "security"]) == ["security"])
        #expect(Votes.words(["security", "operator", "security"]) == "any operator and security (2)")
    }

    @Test("nothing is wider than itself, and what got narrower is nobody's worry")
    func narrower() {
        let old = Sample.perfect()
        #expect(Widening(from: old, to: old, acknowledged: []).changes.isEmpty)
        var new = old
        new.tools.removeLast()
        new.grants.change { $0.removeAll { $0.tool == "shop/update" } }
        new.grants.change { $0[0].lifetime = 10 }
        new.servers.change { $0[1].sha256 = String(repeating: "0", count: 64) }
        new.limits.change { $0.limits[0].rate = 1 }
        new.alerts.change { alerts in
            alerts.settings?[1].threshold = 2
            alerts.settings?[1].seconds = 601
            alerts.settings?[0].quarantine = true
        }
        #expect(Widening(from: old, to: new, acknowledged: []).changes.isEmpty)
    }

    @Test("what one of the two does not say is said not to be compared", arguments: Breakage.unknowns)
    func notCompared(_ unknown: Breakage) {
        let old = Sample.perfect()
        var new = old
        unknown.apply(&new)
        // Key slots, backups and uses are no permissions.
        guard !["slots", "backups", "used", "outputs"].contains(unknown.finding) else { return }
        #expect(!Widening(from: old, to: new, acknowledged: []).notCompared.isEmpty)
        #expect(!Widening(from: new, to: old, acknowledged: []).notCompared.isEmpty)
    }

    @Test(
        "alerts of a version that wrote no settings are not compared in them, and settings that get lost are a change"
    )
    func noSettings() throws {
        let new = Sample.perfect()
        var old = new
        old.alerts.change { $0.settings = nil }
        // As a file has it: the member is not there.
        let read = try ReviewJSON.facts(answer: ReviewJSON.bytes(of: old))
        #expect(read == old)
        let widening = Widening(from: read, to: new, acknowledged: [])
        #expect(widening.changes.isEmpty)
        #expect(widening.notCompared == ["settings of alerts"])
        let lost = Widening(from: new, to: old, acknowledged: [])
        #expect(lost.changes.map(\.id) == ["fact-lost:settings of alerts"])
    }
}
