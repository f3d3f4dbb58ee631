import Alerting
import Reviewing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Something that is wrong in a vault, as commands made it, and what mends it.
struct LiveFault: Sendable, CustomStringConvertible {
    typealias Step = @Sendable (TestVault) async throws -> Void

    /// Of the finding that it is to be.
    let finding: String
    let cause: Step
    /// `nil` where nothing that a test can do in a moment mends it.
    let mend: Step?

    init(_ finding: String, cause: @escaping Step = { _ in }, mend: Step? = nil) {
        self.finding = finding
        self.cause = cause
        self.mend = mend
    }

    var description: String { finding }
    var check: String { String(finding.prefix { $0 != ":" }) }

    /// In a team's vault with `notes/search`, which reads and may use `notes/api`: of each check that looks at what
    /// commands make, one.
    static let all: [LiveFault] = tools + identities + approvals + exposure + credentials

    // MARK: Tools

    private static let search = "notes/search"

    private static func change(_ tool: String, _ body: @escaping @Sendable (inout Tools.Changes) throws -> Void) -> Step
    {
        { kit in
            var changes = Tools.Changes()
            try body(&changes)
            _ = try await kit.vault.perform(Tools.set(try ToolID(tool), changes, by: kit.admin))
        }
    }

    private static let tools: [LiveFault] = [
        LiveFault("tool-owner:notes/search", mend: change(search) { $0.owner = .some(try PlainText("ada")) }),
        // To need nothing can be said as well.
        LiveFault("tool-permissions:notes/search", mend: change(search) { $0.permissions = .some([]) }),
        LiveFault(
            "tool-outputs:notes/search",
            mend: change(search) { $0.expectedOutputs = .some(try PlainText("notes")) }
        ),
        LiveFault("tool-definition:notes/search"),
        LiveFault(
            "tool-definition:notes/a",
            cause: { kit in
                try await kit.importTools([.named("a")], pin: .always)
                try await kit.importTools([.named("a", description: "Get another file.")], pin: .always)
            },
            mend: { try await $0.accept(["notes/a"]) }
        ),
        LiveFault(
            "tool-definition:notes/b",
            cause: { kit in
                try await kit.importTools([.named("a"), .named("b")], pin: .always)
                try await kit.importTools([.named("a")], pin: .always)
            },
            mend: { try await $0.vault.perform(Tools.remove(try ToolID("notes/b"), by: $0.admin)) }
        ),
        LiveFault(
            "tool-definition:notes/c",
            cause: { try await $0.importTools([.named("c")]) },
            mend: change("notes/c") { $0.pin = .always }
        ),
        LiveFault(
            "broad-credential:notes/search notes/api",
            cause: { kit in
                try await kit.mustAddTool("notes/delete", risk: .critical)
                try await kit.mustGrant("notes/delete", "notes/api")
            },
            mend: { try await $0.mustRevokeGrant("notes/delete", "notes/api") }
        ),
        LiveFault(
            "tool-recorded:notes/write",
            cause: { try await $0.mustAddTool("notes/write", risk: .sideEffect) },
            mend: { try await $0.mustGrant("notes/write", "notes/api") }
        ),
    ]

    // MARK: Who asks

    private static func recognise(_ server: String, _ selectors: Selectors) -> Step {
        { kit in
            _ = try await kit.vault.perform(
                Servers.update(try ServerName(server), owner: nil, selectors: selectors, by: kit.admin)
            )
        }
    }

    private static let identities: [LiveFault] = [
        LiveFault("server-identity:notes", mend: recognise("notes", Selectors(uid: 2000, unit: "notes.service"))),
        LiveFault(
            "server-overlap:notes",
            cause: { try await $0.mustAddServer("mail", Selectors(uid: 2000, unit: "mail.service")) },
            mend: recognise("notes", Selectors(uid: 2000, unit: "notes.service"))
        ),
        LiveFault(
            "shared-uid:mail",
            cause: { try await $0.mustAddServer("mail", Selectors(uid: 1000)) },
            mend: recognise("mail", Selectors(uid: 3000))
        ),
        LiveFault(
            "operator-presence:grace",
            cause: { kit in
                try await kit.mustAddOperator("grace", uid: 1001, roles: [.auditor], withPresence: false)
                try await kit.mustAddServer("mail", Selectors(uid: 1001))
            },
            mend: { try await $0.mustEnrol("grace", .synthetic(uid: 1001, pid: 1001)) }
        ),
        LiveFault(
            "weak-attestation:notes/delete notes/api",
            cause: { kit in
                try await kit.mustAddTool("notes/delete", risk: .critical)
                try await kit.mustGrant("notes/delete", "notes/api")
            },
            mend: { kit in
                try await kit.mustRevokeGrant("notes/delete", "notes/api")
                try await kit.mustGrant("notes/delete", "notes/api", attestation: .pidfd)
            }
        ),
    ]

    // MARK: Who is asked

    private static func addTool(_ risk: Tool.Risk, approval: Grant.Approval = .byClass) -> Step {
        { kit in
            try await kit.mustAddTool("notes/pay", risk: risk, category: .standard)
            try await kit.mustGrant("notes/pay", "notes/api", approval: approval)
        }
    }

    private static func rule(_ risk: Tool.Risk, _ terms: ApprovalTerms?, server: String? = nil) -> Step {
        { kit in
            let scope = ApprovalRule.Scope(
                server: try server.map { try ServerName($0) },
                risk: risk,
                category: .standard
            )
            if let terms {
                _ = try await kit.vault.perform(Approvals.setRule(scope, terms, by: kit.admin))
            } else {
                _ = try await kit.vault.perform(Approvals.removeRule(scope, by: kit.admin))
            }
        }
    }

    private static let approvals: [LiveFault] = [
        LiveFault(
            "approval-critical:notes/pay",
            cause: addTool(.critical, approval: .none),
            mend: { kit in
                try await kit.mustRevokeGrant("notes/pay", "notes/api")
                try await kit.mustGrant("notes/pay", "notes/api")
            }
        ),
        // A rule that asks nobody is as good as a waiver, for one server or for all.
        LiveFault(
            "approval-critical:notes/pay",
            cause: { kit in
                try await addTool(.critical)(kit)
                try await rule(.critical, ApprovalTerms.none)(kit)
            },
            mend: rule(.critical, nil)
        ),
        LiveFault(
            "approval-side-effect:notes/pay",
            cause: { kit in
                try await addTool(.sideEffect)(kit)
                try await rule(.sideEffect, ApprovalTerms.none, server: "notes")(kit)
            },
            mend: rule(.sideEffect, nil, server: "notes")
        ),
        LiveFault(
            "approvers:side-effect standard",
            cause: addTool(.sideEffect),
            mend: { try await $0.mustAddOperator("tess", uid: 1003, roles: [.approver], groups: ["team-lead"]) }
        ),
        LiveFault(
            "approvers:notes side-effect standard",
            cause: { kit in
                try await addTool(.sideEffect)(kit)
                let terms = ApprovalTerms([.group(try ServerName("lawyers"))])
                try await rule(.sideEffect, terms, server: "notes")(kit)
            },
            mend: { try await $0.mustAddOperator("lea", uid: 1004, roles: [.approver], groups: ["lawyers"]) }
        ),
    ]

    // MARK: How far it goes

    private static func limit(_ server: String?, _ setting: RateSetting) -> Step {
        { kit in
            let scope = RateLimit.Scope(server: try server.map { try ServerName($0) }, risk: .critical)
            _ = try await kit.vault.perform(Limits.set(scope, setting, by: kit.admin))
        }
    }

    private static func watch(_ body: @escaping @Sendable (inout AlertSettings) -> Void) -> Step {
        { _ = try await $0.vault.perform(Alerts.set(.spike, body, by: $0.admin)) }
    }

    private static func mute(seconds: Int64) -> Step {
        { kit in
            let key = Alert.Key(rule: .spike, subject: .server(try ServerName("notes")))
            let reason = try PlainText("a migration")
            _ = try await kit.vault.perform(Alerts.mute(key, seconds: seconds, reason: reason, by: kit.admin))
        }
    }

    private static let exposure: [LiveFault] = [
        LiveFault(
            "broad-grant:notes/pay notes/api",
            cause: addTool(.sideEffect),
            mend: { kit in
                try await kit.mustRevokeGrant("notes/pay", "notes/api")
                try await kit.mustGrant("notes/pay", "notes/api", uses: 1)
            }
        ),
        LiveFault(
            "unused-grant:notes/search notes/api",
            cause: { $0.clock.advance(seconds: 91 * 86_400) },
            mend: { kit in _ = try await kit.mustResolve(with: try await kit.mustIssue()) }
        ),
        LiveFault("rate-limits:critical", cause: limit(nil, .off), mend: limit(nil, .inherit)),
        LiveFault("rate-limits:notes critical", cause: limit("notes", .off), mend: limit("notes", .perMinute(5))),
        LiveFault("alerts:off spike", cause: watch { $0.isOn = false }, mend: watch { $0.isOn = true }),
        LiveFault(
            "alerts:muted spike server:notes",
            cause: mute(seconds: 600),
            mend: { $0.clock.advance(seconds: 600) }
        ),
        LiveFault(
            "alerts:open",
            cause: { kit in
                try await set(Secrets.Properties(honeytoken: true))(kit)
                _ = try await kit.mustResolve(with: try await kit.mustIssue())
                for _ in 0..<3 { await kit.vault.heartbeat() }
            },
            mend: { kit in
                for alert in kit.vault.currentAlerts where alert.isOpen {
                    _ = try await kit.vault.perform(
                        Alerts.acknowledge(alert.id, reason: try PlainText("a test"), by: kit.admin)
                    )
                }
            }
        ),
    ]

    // MARK: Credentials

    private static func set(_ properties: Secrets.Properties) -> Step {
        { _ = try await $0.vault.perform(Secrets.set(try SecretName("notes/api"), properties, by: $0.admin)) }
    }

    private static let credentials: [LiveFault] = [
        LiveFault(
            "secret-age:notes/api",
            cause: { $0.clock.advance(seconds: 91 * 86_400) },
            mend: { try await $0.mustPut("notes/api", "another") }
        ),
        LiveFault("secret-schedule:notes/api"),
        LiveFault(
            "secret-expiry:notes/api",
            cause: { kit in
                let soon = kit.clock.now().wall.adding(seconds: 60)
                try await set(Secrets.Properties(expires: .some(.some(soon))))(kit)
                kit.clock.advance(seconds: 61)
            },
            mend: set(Secrets.Properties(expires: .some(nil)))
        ),
        LiveFault(
            "secret-owner:notes/api",
            mend: { try await set(Secrets.Properties(owner: .some(try PlainText("ada"))))($0) }
        ),
        LiveFault(
            "shared-secret:notes/api",
            cause: { kit in
                try await kit.mustAddServer("mail", Selectors(uid: 3000))
                try await kit.mustAddTool("mail/send")
                try await kit.mustGrant("mail/send", "notes/api")
            },
            mend: { try await $0.mustRevokeGrant("mail/send", "notes/api") }
        ),
        LiveFault("key-slots:"),
    ]
}
