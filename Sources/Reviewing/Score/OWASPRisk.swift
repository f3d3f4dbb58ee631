/// The OWASP MCP Top 10 of 2025, by the project's own ids and titles (github.com/OWASP/www-project-mcp-top-10).
package enum OWASPRisk: String, CaseIterable, Codable, Hashable, Sendable {
    case tokens = "MCP01:2025"
    case scopeCreep = "MCP02:2025"
    case toolPoisoning = "MCP03:2025"
    case supplyChain = "MCP04:2025"
    case commandInjection = "MCP05:2025"
    case intentSubversion = "MCP06:2025"
    case authentication = "MCP07:2025"
    case audit = "MCP08:2025"
    case shadowServers = "MCP09:2025"
    case overSharing = "MCP10:2025"

    package var title: String {
        switch self {
        case .tokens: "Token Mismanagement & Secret Exposure"
        case .scopeCreep: "Privilege Escalation via Scope Creep"
        case .toolPoisoning: "Tool Poisoning"
        case .supplyChain: "Software Supply Chain Attacks & Dependency Tampering"
        case .commandInjection: "Command Injection & Execution"
        case .intentSubversion: "Intent Flow Subversion"
        case .authentication: "Insufficient Authentication & Authorization"
        case .audit: "Lack of Audit and Telemetry"
        case .shadowServers: "Shadow MCP Servers"
        case .overSharing: "Context Injection & Over-Sharing"
        }
    }

    /// Why a vault cannot judge it; `nil` where it can.
    package var beyond: String? {
        switch self {
        case .commandInjection:
            "What a server makes of its arguments happens inside the server; the vault sees only who asks for "
                + "credentials."
        default: nil
        }
    }
}
