/// One tool of one server, and how much harm it can do.
package struct Tool: Sendable, Codable, Identifiable {
    /// What a call can do. Unknown counts as `sideEffect`.
    package enum Risk: String, Sendable, Codable, CaseIterable {
        case readOnly = "read-only"
        case sideEffect = "side-effect"
        case critical
    }

    package enum Category: String, Sendable, Codable, CaseIterable {
        case standard
        case financial
        case administrative
    }

    package let id: RecordID
    package let name: ToolID
    package var text: PlainText?
    package var risk: Risk
    package var category: Category
    package var owner: PlainText?
    package var expectedOutputs: PlainText?
    /// SHA-256 of the accepted definition, lowercase hex. While set, a token request must present the same digest.
    package var definitionDigest: String?
    package let created: Timestamp

    package init(
        id: RecordID,
        name: ToolID,
        text: PlainText?,
        risk: Risk,
        category: Category,
        owner: PlainText?,
        expectedOutputs: PlainText? = nil,
        definitionDigest: String? = nil,
        created: Timestamp
    ) {
        self.id = id
        self.name = name
        self.text = text
        self.risk = risk
        self.category = category
        self.owner = owner
        self.expectedOutputs = expectedOutputs
        self.definitionDigest = definitionDigest
        self.created = created
    }

    /// Whether a call needs somebody's approval, by class.
    ///
    /// With a team, everything but a standard read-only tool does. A single user is asked for critical tools and for
    /// what moves money or administers: being asked for everything teaches people to say yes.
    package func needsApproval(in profile: Profile) -> Bool { Self.needsApproval(risk, category, in: profile) }

    /// The same of a class without its tool.
    package static func needsApproval(_ risk: Risk, _ category: Category, in profile: Profile) -> Bool {
        switch profile {
        case .team: risk != .readOnly || category != .standard
        case .singleUser: risk == .critical || category != .standard
        }
    }
}

/// Who lives with the vault.
package enum Profile: String, Sendable, Codable, CaseIterable {
    /// Operator, agents and servers may share one uid; sensitive changes need the operator's presence.
    case singleUser = "single-user"
    /// Operators under their own uids; approvals by groups.
    case team
}
