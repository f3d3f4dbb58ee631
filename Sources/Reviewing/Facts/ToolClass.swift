package import WarderModel

/// How much harm a tool can do, and what it deals with.
package struct ToolClass: Codable, Hashable, Sendable {
    package var risk: Tool.Risk
    package var category: Tool.Category

    package init(_ risk: Tool.Risk, _ category: Tool.Category) {
        self.risk = risk
        self.category = category
    }

    /// `critical, financial`.
    package var words: String {
        category == .standard ? risk.rawValue : "\(risk.rawValue), \(category.rawValue)"
    }

    /// The more harmful of both, in each respect.
    func joined(with other: ToolClass) -> ToolClass {
        ToolClass(max(risk, other.risk), category.harm < other.category.harm ? other.category : category)
    }

    /// Whether another one is more harmful in some respect.
    func isBelow(_ other: ToolClass) -> Bool { joined(with: other) != self }

    /// Whether calls change something.
    var changes: Bool { risk != .readOnly || category != .standard }

    /// How much a fault of such a tool weighs.
    var severity: Severity {
        if risk == .critical { return .critical }
        if category != .standard { return .high }
        return risk == .sideEffect ? .medium : .low
    }
}

extension Tool.Category {
    /// Whoever moves money is asked about by more people than who administers.
    fileprivate var harm: Int {
        switch self {
        case .standard: 0
        case .administrative: 1
        case .financial: 2
        }
    }
}
