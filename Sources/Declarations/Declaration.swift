package import Alerting
package import WarderModel

/// What a file says of a vault's inventory, or what a vault has of it. An entry says all of its noun: what is left out has
/// its default. The exceptions are what imports and people leave behind beside it: definition, pin and reason of a
/// tool, and the conditions of a server.
package struct Declaration: Equatable, Sendable {
    /// The format that this version reads and writes.
    package static let format = 1

    package var servers: [ServerName: ServerTerms] = [:]
    package var tools: [ToolID: ToolTerms] = [:]
    package var grants: [GrantPlace: GrantTerms] = [:]
    package var rotations: [SecretName: RotationTerms] = [:]
    package var limits: [RateLimit.Scope: RateSetting] = [:]
    package var approvals: [ApprovalRule.Scope: ApprovalTerms] = [:]
    package var alerts: [AlertRule: AlertSettings] = [:]

    package init() {}

    /// One thing that an inventory can have.
    package enum Subject: Hashable, Sendable {
        case server(ServerName)
        case tool(ToolID)
        case grant(GrantPlace)
        case rotation(SecretName)
        case limit(RateLimit.Scope)
        case approval(ApprovalRule.Scope)
        case alert(AlertRule)
    }
}

/// What a grant joins.
package struct GrantPlace: Hashable, Comparable, Sendable {
    package let tool: ToolID
    package let secret: SecretName

    package init(tool: ToolID, secret: SecretName) {
        self.tool = tool
        self.secret = secret
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.tool == right.tool ? left.secret < right.secret : left.tool < right.tool
    }
}

extension Declaration.Subject {
    package var noun: String {
        switch self {
        case .server: "server"
        case .tool: "tool"
        case .grant: "grant"
        case .rotation: "rotation"
        case .limit: "limit"
        case .approval: "approval"
        case .alert: "alert"
        }
    }

    package var name: String {
        switch self {
        case .server(let name): name.text
        case .tool(let name): name.text
        case .grant(let place): "\(place.tool) \(place.secret)"
        case .rotation(let name): name.text
        case .limit(let scope): [scope.server?.text, scope.risk.rawValue].compactMap(\.self).joined(separator: "/")
        case .approval(let scope): scope.text
        case .alert(let rule): rule.rawValue
        }
    }
}
