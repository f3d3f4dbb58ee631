/// The six parts of the score, with the points that each can earn.
package enum Part: String, CaseIterable, Codable, Hashable, Sendable {
    case permissions = "tool-permissions"
    case authentication
    case approval = "approval-coverage"
    case audit = "audit-coverage"
    case exposure = "side-effect-exposure"
    case credentials = "credential-handling"

    package var title: String {
        switch self {
        case .permissions: "Tool permissions"
        case .authentication: "Authentication"
        case .approval: "Approval coverage"
        case .audit: "Audit coverage"
        case .exposure: "Side-effect exposure"
        case .credentials: "Credential handling"
        }
    }
}
