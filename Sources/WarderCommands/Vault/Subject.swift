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
        case ("GET", "servers", _): action = .serverList
        case ("POST", "servers", 1): action = .serverAdd
        case ("POST", "servers", 3):
            action = parts[2] == "release" ? .serverRelease : .serverQuarantine
            name = parts[1]
        case ("PATCH", "servers", _): action = .serverUpdate
        case ("DELETE", "servers", _): action = .serverRemove
        case ("GET", "tools", _): action = .toolList
        case ("POST", "tools", _): action = .toolAdd
        case ("DELETE", "tools", _): action = .toolRemove
        case ("GET", "grants", _): action = .grantList
        case ("POST", "grants", _): action = .grantAdd
        case ("DELETE", "grants", 4...):
            action = .grantRemove
            name = "\(parts[1])/\(parts[2]) " + parts[3...].joined(separator: "/")
        case ("GET", "tokens", _): action = .tokenList
        case ("DELETE", "tokens", _): action = .tokenRevoke
        case ("GET", "operators", _): action = .operatorList
        case ("POST", "operators", 1): action = .operatorAdd
        case ("POST", "operators", _):
            action = .operatorEnrol
            name = parts[1]
        case ("DELETE", "operators", _): action = .operatorRemove
        case (_, "keys", _), (_, "sys", _), (_, "audit", _), (_, "backup", _):
            action = Self.vaultAction(method, parts)
            name = nil
        default:
            action = nil
            name = nil
        }
        self.name = name
    }

    /// What is done to the vault as a whole.
    private static func vaultAction(_ method: String, _ parts: [String]) -> Action? {
        switch (method, parts.joined(separator: "/")) {
        case ("GET", "keys"): .keyList
        case ("POST", "keys/slots"): .slotAdd
        case ("POST", "keys/rotate"): .keyRotate
        case ("POST", "keys/root"): .keyRotateRoot
        case ("DELETE", _) where parts.starts(with: ["keys", "slots"]): .slotRemove
        case ("POST", _) where parts.starts(with: ["keys", "slots"]): .slotChange
        case ("POST", "sys/seal"): .vaultSeal
        case ("GET", "sys/findings"): .doctorRead
        case ("POST", "sys/check"): .doctorDeep
        case ("POST", "sys/salvage"): .secretSalvage
        case ("GET", "audit/events"): .auditSearch
        case ("GET", "audit/export"): .auditExport
        case ("GET", "audit/checkpoint"), ("GET", "audit/proof"),
            ("GET", "audit/consistency"), ("GET", "audit/keys"):
            .auditProve
        case ("POST", "audit/find-leak"): .auditFindLeak
        case ("GET", "backup"): .backupCreate
        case ("GET", "backup/review"): .backupReview
        case ("POST", "backup/release"): .backupRelease
        default: nil
        }
    }

    /// The word before the dot of the action: `server`.
    var noun: Substring? { action?.rawValue.split(separator: ".").first }

    /// The role with which the action would be allowed, preferring one that allows little else than being an admin.
    var neededRole: Role? {
        switch action?.permission {
        case .roles(let roles), .rolesOrOwner(let roles): roles.sorted().first { $0 != .admin } ?? roles.first
        default: nil
        }
    }
}
