import WarderModel

/// What a request is about, read from its route: a refusal is explained by it, and the command that mends it is chosen
/// by it.
struct Subject: Equatable, Sendable {
    /// What is done; `nil` for a route that needs no explanation.
    let action: Action?
    /// The names that it is done to, as a command line takes them; `nil` for a list, or where only the body has them.
    let name: String?

    init(action: Action?, name: String? = nil) {
        self.action = action
        self.name = name
    }

    init(_ request: VaultRequest) {
        let parts = request.path.split(separator: "/").dropFirst().map(String.init)
        let method = request.method
        var name = request.subject ?? (parts.count > 1 ? parts.dropFirst().joined(separator: "/") : nil)
        switch (method, parts.first ?? "", parts.count) {
        case ("GET", "secrets", 1): action = .secretList
        case ("GET", "secrets", _): action = .secretShow
        case ("PUT", "secrets", _): action = .secretPut
        case ("PATCH", "secrets", _): action = .secretSet
        case ("DELETE", "secrets", _): action = .secretDelete
        case ("POST", "reveal", _): action = .secretReveal
        case ("POST", "promote", _): action = .secretPromote
        case ("POST", "rollback", _): action = .secretRollback
        case ("POST", "undelete", _): action = .secretUndelete
        case ("POST", "destroy", _): action = .secretDestroy
        case ("GET", "rotations", _): action = .rotationList
        case ("PUT", "rotations", _): action = .rotationSet
        case ("DELETE", "rotations", _): action = .rotationRemove
        case ("POST", "rotate", _): action = .rotationStart
        case ("POST", "rotate-test", _): action = .rotationTest
        case ("POST", "rotate-pause", _): action = .rotationPause
        case ("POST", "rotate-resume", _): action = .rotationResume
        case ("POST", "rotate-abort", _): action = .rotationAbort
        case ("POST", "rotate-rollback", _): action = .rotationRollback
        case ("POST", "rotate-forget", _): action = .rotationForget
        case ("GET", "servers", _): action = .serverList
        case ("POST", "servers", 1): action = .serverAdd
        case ("POST", "servers", 3):
            action = parts[2] == "release" ? .serverRelease : .serverQuarantine
            name = parts[1]
        case ("PATCH", "servers", _): action = .serverUpdate
        case ("DELETE", "servers", _): action = .serverRemove
        case ("GET", "alerts", _), ("GET", "alert-rules", _): action = .alertList
        case ("POST", "alerts", _):
            action = .alertAck
            name = parts[1]
        case ("POST", "alert-mutes", _): action = .alertMute
        case ("PUT", "alert-rules", _): action = .alertSet
        case ("GET", "explain", _): action = .reportRead
        case ("GET", "limits", _): action = .limitList
        case ("PUT", "limits", _): action = .limitSet
        case ("GET", "tools", _): action = .toolList
        case ("POST", "tools", 1): action = .toolAdd
        case ("POST", "tools", _):
            action = parts[1] == "accept" ? .toolAccept : .toolImport
            name = request.subject
        case ("PATCH", "tools", _): action = .toolSet
        case ("DELETE", "tools", _): action = .toolRemove
        case ("GET", "grants", _): action = .grantList
        case ("POST", "grants", _): action = .grantAdd
        case ("DELETE", "grants", 4...):
            action = .grantRemove
            name = "\(parts[1])/\(parts[2]) " + parts[3...].joined(separator: "/")
        case ("GET", "inventory", _): action = .inventoryRead
        case ("POST", "apply", _): action = .inventoryApply
        case ("GET", "tokens", _): action = .tokenList
        case ("DELETE", "tokens", _): action = .tokenRevoke
        case ("GET", "operators", _): action = .operatorList
        case ("POST", "operators", 1): action = .operatorAdd
        case ("POST", "operators", 4):
            action = .operatorEnrolShare
            name = parts[1]
        case ("POST", "operators", _):
            action = .operatorEnrol
            name = parts[1]
        case ("DELETE", "operators", _): action = .operatorRemove
        case ("GET", "approvals", 1): action = .approvalList
        case ("GET", "approvals", _): action = .approvalShow
        case ("POST", "approvals", 3):
            action = Self.approvalAction(parts[2])
            name = parts[1]
        case ("GET", "approval-rules", _): action = .approvalRuleList
        case ("PUT", "approval-rules", _): action = .approvalRuleSet
        case ("DELETE", "approval-rules", _): action = .approvalRuleRemove
        case ("GET", "standing-approvals", _): action = .standingList
        case ("POST", "standing-approvals", _): action = .standingAdd
        case ("DELETE", "standing-approvals", _): action = .standingRevoke
        case (_, "keys", _), (_, "sys", _), (_, "audit", _), (_, "backup", _), (_, "report", _):
            action = Self.vaultAction(method, parts)
            name = nil
        default:
            action = nil
            name = nil
        }
        self.name = name
    }

    /// What is said to an approval.
    private static func approvalAction(_ verb: String) -> Action? {
        switch verb {
        case "approve": .approvalApprove
        case "deny": .approvalDeny
        case "break-glass": .approvalBreakGlass
        case "review": .approvalReview
        default: nil
        }
    }

    /// What is done to the vault as a whole.
    private static func vaultAction(_ method: String, _ parts: [String]) -> Action? {
        switch (method, parts.joined(separator: "/")) {
        case ("GET", "keys"): .keyList
        case ("POST", "keys/slots"): .slotAdd
        case ("POST", "keys/rotate"): .keyRotate
        case ("POST", "keys/root"): .keyRotateRoot
        case ("POST", "keys/log"): .keyRotateLog
        case ("DELETE", _) where parts.starts(with: ["keys", "slots"]): .slotRemove
        case ("POST", _) where parts.starts(with: ["keys", "slots"]): .slotChange
        case ("POST", "sys/seal"): .vaultSeal
        case ("POST", "sys/unseal/share"): .unsealShare
        case ("DELETE", "sys/unseal/share"): .unsealCancel
        case ("GET", "sys/findings"): .doctorRead
        case ("POST", "sys/check"): .doctorDeep
        case ("GET", "report/facts"): .reportRead
        case ("POST", "sys/salvage"): .secretSalvage
        case ("GET", "audit/events"): .auditSearch
        case ("GET", "audit/export"): .auditExport
        case ("GET", "audit/checkpoint"), ("GET", "audit/proof"),
            ("GET", "audit/consistency"), ("GET", "audit/keys"):
            .auditProve
        case ("POST", "audit/find-leak"): .auditFindLeak
        case ("POST", "audit/prune"): .auditPrune
        case ("GET", "backup"), ("POST", "backup/kept"): .backupCreate
        case ("GET", "backup/review"): .backupReview
        case ("POST", "backup/release"): .backupRelease
        default: nil
        }
    }

    /// The approval that the request named.
    var approval: String? { noun == "approval" ? name : nil }

    /// The word before the dot of the action: `server`.
    var noun: Substring? { action?.rawValue.split(separator: ".").first }

    /// The role with which the action would be allowed, preferring one that allows little else than being an admin.
    var neededRole: Role? {
        switch action?.permission {
        case .roles(let roles), .rolesOrOwner(let roles), .rolesOrVault(let roles):
            roles.sorted().first { $0 != .admin } ?? roles.first
        default: nil
        }
    }
}
