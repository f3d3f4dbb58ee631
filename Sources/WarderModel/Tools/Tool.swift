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
    /// SHA-256 of the accepted definition, lowercase hex. A token request that presents another one gets nothing.
    package var definitionDigest: String?
    package let created: Timestamp
    /// When a token request has to present the digest; `nil` is always.
    package var pin: Pin?
    /// Who accepted the definition.
    package var acceptance: Decision?
    /// The definition that was seen last, where it is not the accepted one: until somebody accepts it, the tool gets
    /// nothing.
    package var offer: Offer?
    /// Since when a list of its server's tools does not have it.
    package var gone: Timestamp?
    /// Who chose risk and category, where it was not the proposal of the rules.
    package var decision: Decision?
    /// What it needs at the upstream, as somebody stated; empty for nothing.
    package var permissions: [PlainText]?
    /// When a token was issued for it last, to within `useSeconds`.
    package var lastUse: Timestamp?

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

    /// Whether a call needs somebody's approval by its class alone, where no rule says anything else.
    package func needsApproval(in profile: Profile) -> Bool { Self.needsApproval(risk, category, in: profile) }

    /// The same of a class without its tool.
    package static func needsApproval(_ risk: Risk, _ category: Category, in profile: Profile) -> Bool {
        !ApprovalTerms.standard(risk, category, in: profile).isEmpty
    }
}

/// Who lives with the vault.
package enum Profile: String, Sendable, Codable, CaseIterable {
    /// Operator, agents and servers may share one uid; sensitive changes need the operator's presence.
    case singleUser = "single-user"
    /// Operators under their own uids; approvals by groups.
    case team
}
