/// Whose votes the calls of one class need, instead of what is standard: everywhere, or at one server.
package struct ApprovalRule: Sendable, Codable, Identifiable {
    /// The calls that a rule is about.
    package struct Scope: Sendable, Codable, Hashable, Comparable {
        /// `nil` is every server that has no rule of its own for the class.
        package let server: ServerName?
        package let risk: Tool.Risk
        package let category: Tool.Category

        package init(server: ServerName?, risk: Tool.Risk, category: Tool.Category) {
            self.server = server
            self.risk = risk
            self.category = category
        }

        /// `critical/financial`, `shop/critical/financial`.
        package var text: String {
            ([server?.text].compactMap(\.self) + [risk.rawValue, category.rawValue]).joined(separator: "/")
        }

        package static func < (left: Self, right: Self) -> Bool { left.text < right.text }
    }

    package let id: RecordID
    package let scope: Scope
    package var terms: ApprovalTerms
    package var changed: Timestamp
    package var changedBy: OperatorName

    package init(id: RecordID, scope: Scope, terms: ApprovalTerms, changed: Timestamp, changedBy: OperatorName) {
        self.id = id
        self.scope = scope
        self.terms = terms
        self.changed = changed
        self.changedBy = changedBy
    }
}
