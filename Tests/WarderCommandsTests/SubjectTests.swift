import Testing
import WarderModel
import WarderWire

@testable import WarderCommands

@Suite("What a request is about")
struct SubjectTests {
    /// Every route that a refusal with a role or a name can come from.
    static let table: [(String, String, Action?, String?)] = [
        ("GET", "/v1/secrets", .secretList, nil), ("GET", "/v1/secrets/a/b", .secretShow, "a/b"),
        ("PUT", "/v1/secrets/a/b", .secretPut, "a/b"), ("DELETE", "/v1/secrets/a", .secretDelete, "a"),
        ("POST", "/v1/reveal/a/b", .secretReveal, "a/b"), ("POST", "/v1/promote/a/b", .secretPromote, "a/b"),
        ("POST", "/v1/rollback/a/b", .secretRollback, "a/b"), ("POST", "/v1/undelete/a/b", .secretUndelete, "a/b"),
        ("POST", "/v1/destroy/a/b", .secretDestroy, "a/b"), ("GET", "/v1/servers", .serverList, nil),
        ("POST", "/v1/servers", .serverAdd, nil), ("GET", "/v1/servers/s", .serverList, "s"),
        ("PATCH", "/v1/secrets/a/b", .secretSet, "a/b"), ("PATCH", "/v1/servers/s", .serverUpdate, "s"),
        ("DELETE", "/v1/servers/s", .serverRemove, "s"), ("POST", "/v1/servers/s/release", .serverRelease, "s"),
        ("POST", "/v1/servers/s/quarantine", .serverQuarantine, "s"), ("GET", "/v1/tools", .toolList, nil),
        ("POST", "/v1/tools", .toolAdd, nil), ("DELETE", "/v1/tools/s/t", .toolRemove, "s/t"),
        ("GET", "/v1/tools/s/t", .toolList, "s/t"), ("PATCH", "/v1/tools/s/t", .toolSet, "s/t"),
        ("POST", "/v1/tools/import", .toolImport, nil), ("POST", "/v1/tools/accept", .toolAccept, nil),
        ("GET", "/v1/grants", .grantList, nil), ("POST", "/v1/grants", .grantAdd, nil),
        ("DELETE", "/v1/grants/s/t/a/b", .grantRemove, "s/t a/b"), ("GET", "/v1/tokens", .tokenList, nil),
        ("DELETE", "/v1/tokens/k", .tokenRevoke, "k"), ("GET", "/v1/operators", .operatorList, nil),
        ("POST", "/v1/operators", .operatorAdd, nil), ("DELETE", "/v1/operators/ada", .operatorRemove, "ada"),
        ("POST", "/v1/operators/ada/enrol", .operatorEnrol, "ada"),
        ("POST", "/v1/operators/ada/enrol/share", .operatorEnrolShare, "ada"), ("GET", "/v1/keys", .keyList, nil),
        ("POST", "/v1/keys/slots", .slotAdd, nil), ("DELETE", "/v1/keys/slots/0a", .slotRemove, nil),
        ("POST", "/v1/keys/slots/0a/passphrase", .slotChange, nil), ("POST", "/v1/keys/rotate", .keyRotate, nil),
        ("POST", "/v1/keys/root", .keyRotateRoot, nil), ("POST", "/v1/keys/log", .keyRotateLog, nil),
        ("POST", "/v1/sys/seal", .vaultSeal, nil), ("DELETE", "/v1/sys/unseal/share", .unsealCancel, nil),
        ("GET", "/v1/sys/findings", .doctorRead, nil), ("GET", "/v1/audit/events", .auditSearch, nil),
        ("POST", "/v1/sys/check", .doctorDeep, nil), ("GET", "/v1/report/facts", .reportRead, nil),
        ("POST", "/v1/sys/salvage", .secretSalvage, nil),
        ("GET", "/v1/audit/proof", .auditProve, nil),
        ("GET", "/v1/audit/export", .auditExport, nil), ("GET", "/v1/backup", .backupCreate, nil),
        ("POST", "/v1/backup/kept", .backupCreate, nil),
        ("GET", "/v1/backup/review", .backupReview, nil), ("POST", "/v1/backup/release", .backupRelease, nil),
        ("POST", "/v1/audit/find-leak", .auditFindLeak, nil), ("POST", "/v1/audit/prune", .auditPrune, nil),
        ("GET", "/v1/alerts", .alertList, nil), ("POST", "/v1/alerts/0a/ack", .alertAck, "0a"),
        ("POST", "/v1/alert-mutes", .alertMute, nil), ("GET", "/v1/alert-rules", .alertList, nil),
        ("PUT", "/v1/alert-rules/spike", .alertSet, "spike"),
        ("GET", "/v1/explain", .reportRead, nil),
        ("GET", "/v1/inventory", .inventoryRead, nil), ("POST", "/v1/apply", .inventoryApply, nil),
        ("GET", "/v1/limits", .limitList, nil), ("PUT", "/v1/limits", .limitSet, nil),
        ("GET", "/v1/rotations", .rotationList, nil), ("GET", "/v1/rotations/a/b", .rotationList, "a/b"),
        ("PUT", "/v1/rotations/a/b", .rotationSet, "a/b"), ("DELETE", "/v1/rotations/a/b", .rotationRemove, "a/b"),
        ("POST", "/v1/rotate/a/b", .rotationStart, "a/b"), ("POST", "/v1/rotate-test/a/b", .rotationTest, "a/b"),
        ("POST", "/v1/rotate-pause/a/b", .rotationPause, "a/b"),
        ("POST", "/v1/rotate-resume/a/b", .rotationResume, "a/b"),
        ("POST", "/v1/rotate-abort/a/b", .rotationAbort, "a/b"),
        ("POST", "/v1/rotate-rollback/a/b", .rotationRollback, "a/b"),
        ("POST", "/v1/rotate-forget/a/b", .rotationForget, "a/b"),
        ("GET", "/v1/approvals", .approvalList, nil), ("GET", "/v1/approvals/apr_a", .approvalShow, "apr_a"),
        ("POST", "/v1/approvals/apr_a/approve", .approvalApprove, "apr_a"),
        ("POST", "/v1/approvals/apr_a/deny", .approvalDeny, "apr_a"),
        ("POST", "/v1/approvals/apr_a/break-glass", .approvalBreakGlass, "apr_a"),
        ("POST", "/v1/approvals/apr_a/review", .approvalReview, "apr_a"),
        ("GET", "/v1/approval-rules", .approvalRuleList, nil), ("PUT", "/v1/approval-rules", .approvalRuleSet, nil),
        ("DELETE", "/v1/approval-rules/critical/financial", .approvalRuleRemove, "critical/financial"),
        ("GET", "/v1/standing-approvals", .standingList, nil),
        ("POST", "/v1/standing-approvals", .standingAdd, nil),
        ("DELETE", "/v1/standing-approvals/sta_a", .standingRevoke, "sta_a"),
        ("GET", "/v1/sys/status", nil, nil), ("POST", "/v1/presence", nil, nil),
    ]

    @Test("the route tells the action and the name", arguments: table)
    func routes(method: String, path: String, action: Action?, name: String?) {
        #expect(Subject(VaultRequest(method, path)) == Subject(action: action, name: name))
    }

    @Test("the table has every action that needs a role")
    func complete() {
        let known = Set(Self.table.compactMap(\.2))
        for action in Action.allCases {
            switch action.permission {
            case .roles, .rolesOrOwner, .rolesOrVault: #expect(known.contains(action), "\(action)")
            default: continue
            }
        }
    }

    @Test("a name that only the body has is told by the command")
    func named() {
        #expect(Subject(VaultRequest("POST", "/v1/servers", about: "s")) == Subject(action: .serverAdd, name: "s"))
    }

    @Test("the role that is missing is the one that allows least")
    func roles() {
        #expect(Subject(action: .auditSearch).neededRole == .auditor)
        #expect(Subject(action: .secretPut).neededRole == .rotator)
        #expect(Subject(action: .serverAdd).neededRole == .admin)
        #expect(Subject(action: .serverList).neededRole == nil)
    }

    @Test("no remedy has a name from another machine's log or a terminal's command in it", arguments: Refusal.allCases)
    func harmless(_ refusal: Refusal) {
        let person = OperatorSummary(
            name: "ada\u{1B}[2J",
            uid: 7,
            roles: ["admin"],
            groups: ["\u{7}"],
            presence: true,
            created: ""
        )
        let subject = Subject(action: .secretReveal, name: "a/b")
        let text = Remedy.text(for: refusal, about: subject, asker: person) ?? ""
        #expect(!text.unicodeScalars.contains { $0.value < 32 })
        #expect(!text.contains("…") && !text.hasSuffix("."), "\(text)")
    }
}
