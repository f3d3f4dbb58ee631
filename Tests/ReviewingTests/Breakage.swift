import WarderModel

@testable import Reviewing

/// One way to break a vault in which nothing is wrong, and the finding that it leads to.
struct Breakage: Sendable, CustomStringConvertible {
    let finding: String
    let apply: @Sendable (inout ReviewFacts) -> Void

    init(_ finding: String, _ apply: @escaping @Sendable (inout ReviewFacts) -> Void) {
        self.finding = finding
        self.apply = apply
    }

    var description: String { finding }
    var check: String { String(finding.prefix { $0 != ":" }) }

    /// At least one for each check.
    static let all: [Breakage] = [
        Breakage("tool-owner:shop/refund") { $0.tools[2].owner = .known(nil) },
        Breakage("tool-permissions:shop/refund") { $0.tools[2].permissions = .known([]) },
        Breakage("tool-outputs:shop/get") { $0.tools[1].outputs = .known(nil) },
        Breakage("tool-definition:shop/refund") { $0.tools[2].definition = .known(.unpinned) },
        Breakage("tool-definition:shop/get") { $0.tools[1].definition = .known(.changed) },
        Breakage("tool-definition:shop/update") { $0.tools[3].definition = .known(.unpresented) },
        Breakage("tool-definition:shop/change_owner") { $0.tools[0].definition = .known(.gone) },
        Breakage("tool-definition:shop/find") { facts in
            var tool = Sample.tool("shop/find")
            tool.read = .known(nil)
            facts.tools.append(tool)
        },
        // Whoever should be asked is asked all the same.
        Breakage("tool-definition:class shop/change_owner") { facts in
            facts.tools[0].read = .known(ToolClass(.critical, .financial))
            facts.tools[0].reasoned = false
            facts.approvals.change { $0.rules[1].groups = ["owner", "security"] }
        },
        Breakage("broad-credential:shop/get shop/refund") { facts in
            facts.grants.change { $0.append(Sample.grant("shop/get", "shop/refund")) }
        },
        Breakage("server-identity:shop") { facts in facts.servers.change { $0[1].unit = nil } },
        Breakage("server-identity:mail") { facts in
            facts.servers.change {
                $0[0].uid = nil; $0[0].unit = nil
            }
        },
        Breakage("server-overlap:mail") { facts in facts.servers.change { $0[0].overlaps = ["shop"] } },
        Breakage("shared-uid:shop") { facts in facts.servers.change { $0[1].operators = ["ada"] } },
        Breakage("operator-presence:ada") { facts in facts.operators.change { $0[0].presence = false } },
        Breakage("approval-critical:shop/refund") { facts in
            facts.tools[2].approval = .known(.waived)
            facts.grants.change { $0[2].waived = true }
        },
        Breakage("approval-side-effect:shop/update") { facts in
            facts.tools[3].approval = .known(.waived)
            facts.grants.change { $0[3].waived = true }
        },
        Breakage("approval-critical:shop/change_owner") { facts in
            facts.tools[0].approval = .known(.overruled)
            facts.approvals.change { $0.rules[1].groups = [] }
        },
        Breakage("approval-critical:shop/refund") { facts in
            facts.approvals.change { $0.rules[0].groups = ["owner"] }
        },
        // With a reason: what is asked less is a fault all the same.
        Breakage("approval-critical:shop/update") { $0.tools[3].read = .known(ToolClass(.critical, .standard)) },
        Breakage("standing-approvals:sta_1") { facts in facts.approvals.change { $0.standing[0].bound = false } },
        Breakage("approvers:critical financial") { facts in facts.approvals.change { $0.rules[0].empty = ["owner"] } },
        Breakage("break-glass:apr_1") { facts in facts.approvals.change { $0.unreviewed = ["apr_1"] } },
        Breakage("tool-recorded:shop/change_owner") { $0.tools[0].recorded = .known(false) },
        Breakage("log-signed:") { facts in facts.audit.change { $0.broken = true } },
        Breakage("checkpoint-outside:checkpoints") { facts in facts.audit.change { $0.checkpoints = [] } },
        Breakage("checkpoint-outside:events") { facts in facts.audit.change { $0.copies = [] } },
        Breakage("checkpoint-outside:stuck checkpoints") { facts in
            facts.audit.change { $0.stuck = [.checkpoints: .unwritable] }
        },
        Breakage("checkpoint-outside:contradicted") { facts in
            facts.audit.change { $0.stuck = [.checkpoints: .contradicted] }
        },
        Breakage("retention:retention") { facts in facts.governance.change { $0.retention = nil } },
        Breakage("incident-path:incident_owner") { facts in facts.governance.change { $0.owner = nil } },
        Breakage("incident-path:escalation") { facts in facts.governance.change { $0.escalation = nil } },
        Breakage("broad-grant:shop/update shop/update") { facts in facts.grants.change { $0[3].uses = nil } },
        Breakage("broad-grant:shop/refund shop/refund") { facts in facts.grants.change { $0[2].lifetime = 3600 } },
        Breakage("unused-grant:shop/get shop/get") { facts in
            facts.grants.change {
                $0[1].created = Sample.ago(400); $0[1].used = .known(Sample.ago(91))
            }
        },
        Breakage("weak-attestation:shop/refund shop/refund") { facts in
            facts.grants.change { $0[2].attestation = .uid }
        },
        Breakage("rate-limits:critical") { facts in facts.limits.change { $0.limits[2].rate = nil } },
        Breakage("rate-limits:side-effect") { facts in facts.limits.change { $0.limits[1].rate = 401 } },
        Breakage("alerts:destinations") { facts in facts.alerts.change { $0.destinations = [] } },
        Breakage("alerts:off spike") { facts in facts.alerts.change { $0.off = ["spike"] } },
        Breakage("alerts:muted spike server:shop") { facts in
            facts.alerts.change { $0.muted = [.init(rule: "spike", subject: "server:shop", until: Sample.ago(-1))] }
        },
        Breakage("rate-limits:shop critical") { facts in
            facts.limits.change { $0.limits.append(.init(server: "shop", risk: .critical, rate: nil)) }
        },
        Breakage("alerts:open") { facts in
            facts.alerts.change {
                $0.open = 2; $0.ids = ["0a1b", "2c3d"]
            }
        },
        Breakage("secret-age:shop/get") { facts in facts.secrets.change { $0[1].changed = Sample.ago(91) } },
        Breakage("secret-schedule:shop/get") { facts in facts.secrets.change { $0[1].schedule = nil } },
        Breakage("secret-schedule:shop/update") { facts in
            facts.secrets.change {
                $0[3].schedule = nil; $0[3].paused = true
            }
        },
        Breakage("secret-expiry:shop/get") { facts in facts.secrets.change { $0[1].expires = Sample.ago(1) } },
        Breakage("secret-owner:shop/get") { facts in facts.secrets.change { $0[1].owner = nil } },
        Breakage("shared-secret:shop/get") { facts in
            facts.tools.append(Sample.tool("mail/send"))
            facts.grants.change { $0.append(Sample.grant("mail/send", "shop/get")) }
        },
        Breakage("key-slots:") { facts in facts.slots.change { $0.removeLast() } },
        Breakage("backups:") { facts in facts.backups.change { $0.last = nil } },
    ]

    /// One way for each fact to become one that nobody looked at.
    static let unknowns: [Breakage] = [
        Breakage("servers") { $0.servers = .notEvaluated("Why.") },
        Breakage("grants") { $0.grants = .notEvaluated("Why.") },
        Breakage("secrets") { $0.secrets = .notEvaluated("Why.") },
        Breakage("operators") { $0.operators = .notEvaluated("Why.") },
        Breakage("approvals") { $0.approvals = .notEvaluated("Why.") },
        Breakage("limits") { $0.limits = .notEvaluated("Why.") },
        Breakage("alerts") { $0.alerts = .notEvaluated("Why.") },
        Breakage("audit") { $0.audit = .notEvaluated("Why.") },
        Breakage("slots") { $0.slots = .notEvaluated("Why.") },
        Breakage("backups") { $0.backups = .notEvaluated("Why.") },
        Breakage("governance") { $0.governance = .notEvaluated("Why.") },
        Breakage("read") { $0.tools[0].read = .notEvaluated("Why.") },
        Breakage("owner") { $0.tools[0].owner = .notEvaluated("Why.") },
        Breakage("permissions") { $0.tools[0].permissions = .notEvaluated("Why.") },
        Breakage("outputs") { $0.tools[0].outputs = .notEvaluated("Why.") },
        Breakage("definition") { $0.tools[0].definition = .notEvaluated("Why.") },
        Breakage("approval") { $0.tools[0].approval = .notEvaluated("Why.") },
        Breakage("recorded") { $0.tools[0].recorded = .notEvaluated("Why.") },
        Breakage("used") { facts in facts.grants.change { $0[0].used = .notEvaluated("Why.") } },
    ]
}
