/// What the governed vault held, in its own words.
struct GovernanceFigures: Encodable {
    let servers: Int
    let tools: Int
    let limits: Int
    let alertRules: Int
    let approvalRules: Int
    let endedApprovals: Int
    let standingApprovals: Int
    /// What the rules found while it was measured.
    let alerts: Int

    /// Whether all of it is there.
    var isComplete: Bool {
        servers > Governance.servers && standingApprovals == Governance.servers
            && endedApprovals == Governance.servers * Governance.deniedCalls
    }

    enum CodingKeys: String, CodingKey {
        case servers, tools, limits, alerts
        case alertRules = "alert_rules"
        case approvalRules = "approval_rules"
        case endedApprovals = "ended_approvals"
        case standingApprovals = "standing_approvals"
    }
}
