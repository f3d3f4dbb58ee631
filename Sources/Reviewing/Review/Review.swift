import WarderModel

/// A reading of facts: figures, score, findings, checklist. The same facts always give the same review.
package struct Review: Hashable, Sendable {
    /// Of the JSON form: docs/formats/report.md.
    package static let format = 1

    package let facts: ReviewFacts
    package let figures: Figures
    package let score: Score
    /// Worst first.
    package let findings: [Finding]
    package let checks: [CheckResult]
    package let checklist: [ChecklistSection]
    package let risks: [RiskCoverage]
    /// What widened since an earlier review; `nil` where none was named.
    package private(set) var widening: Widening?

    /// Reads facts, and holds them against those of an earlier review where one is named; changes that somebody has
    /// acknowledged are named by their ids.
    package init(_ facts: ReviewFacts, since baseline: ReviewFacts? = nil, acknowledged: Set<String> = []) {
        self.facts = facts
        figures = Figures(facts)
        let (checks, findings) = CheckList.ask(facts)
        (self.checks, self.findings) = (checks, findings)
        score = Score(checks)
        checklist = Checklist.sections(facts, checks, findings)
        risks = OWASPRisk.allCases.map { RiskCoverage($0, checks) }
        widening = baseline.map { Widening(from: $0, to: facts, acknowledged: acknowledged) }
    }

    package func finding(_ id: String) -> Finding? { findings.first { $0.id == id } }

    /// Findings of each severity, worst first; severities without one are left out.
    package var counts: [(severity: Severity, count: Int)] {
        Severity.allCases.compactMap { severity in
            let count = findings.count { $0.severity == severity }
            return count == 0 ? nil : (severity, count)
        }
    }
}

/// What a reviewer asks first.
package struct Figures: Codable, Hashable, Sendable {
    /// So many of so many.
    package struct Share: Codable, Hashable, Sendable {
        package let part: Int
        package let whole: Int
        /// How many of the whole could not be judged; `nil` where all were.
        package private(set) var unknown: Int?

        enum CodingKeys: String, CodingKey {
            case part, whole
            case unknown = "not_evaluated"
        }

        /// Complete hundredths: 199 of 200 are not all. `nil` of nothing.
        package var percent: Int? { whole == 0 ? nil : part * 100 / whole }
    }

    package let tools: Int
    package let readOnly: Int
    package let sideEffect: Int
    package let critical: Int
    /// Of tools for which nobody wrote down what they must be allowed.
    package let missingPermissions: Fact<Int>
    /// Of tools that change something: those whose use of credentials leaves an event.
    package let auditCoverage: Fact<Share>
    /// Of tools whose class asks for an approval: those that get nothing without.
    package let approvalCoverage: Fact<Share>
    /// Of tools that are taken for less than their definitions read as: those for which a person gave a reason.
    package let lowered: Fact<Share>

    enum CodingKeys: String, CodingKey {
        case tools, critical, lowered
        case readOnly = "read_only"
        case sideEffect = "side_effect"
        case missingPermissions = "missing_permissions"
        case auditCoverage = "audit_coverage"
        case approvalCoverage = "approval_coverage"
    }

    init(_ facts: ReviewFacts) {
        let tools = facts.tools
        self.tools = tools.count
        readOnly = tools.count { $0.risk == .readOnly }
        sideEffect = tools.count { $0.risk == .sideEffect }
        critical = tools.count { $0.risk == .critical }
        missingPermissions = Self.all(tools, \.permissions.reason) { $0.count(where: \.lacksPermissions) }
        // Whether a tool counts at all depends on its class.
        auditCoverage = Self.all(tools, { $0.read.reason ?? ($0.changes ? $0.recorded.reason : nil) }) { tools in
            let changing = tools.filter(\.changes)
            return Share(part: changing.count { $0.recorded.value == true }, whole: changing.count)
        }
        approvalCoverage = Self.approvals(
            tools.filter {
                $0.approval.value != .unneeded || $0.read.reason != nil
                    || Tool.needsApproval($0.judged.risk, $0.judged.category, in: facts.profile)
            }
        )
        lowered = Self.all(tools, \.read.reason) { tools in
            Share(part: tools.count(where: \.isOnWord), whole: tools.count(where: \.isLowered))
        }
    }

    /// What was not evaluated is part of the whole, and never of what is covered.
    private static func approvals(_ asking: [ToolFacts]) -> Fact<Share> {
        let judged = asking.filter {
            $0.read.reason == nil && $0.approval.value != nil && $0.approval.value != .ungranted
        }
        let unknown = asking.count - judged.count
        if unknown > 0, judged.isEmpty {
            let reason = asking.lazy.compactMap { $0.read.reason ?? $0.approval.reason }.first
            return .notEvaluated("\(Words.count(unknown, "tool")). \(reason ?? "Nothing is granted to them.")")
        }
        return .known(
            Share(
                part: judged.count { $0.approval.value == .required },
                whole: asking.count,
                unknown: unknown == 0 ? nil : unknown
            )
        )
    }

    /// One tool of which nobody knows makes a figure over all of them unknown.
    private static func all<Answer>(
        _ tools: [ToolFacts],
        _ unknown: (ToolFacts) -> String?,
        _ answer: ([ToolFacts]) -> Answer
    ) -> Fact<Answer> {
        for tool in tools {
            if let reason = unknown(tool) { return .notEvaluated(reason) }
        }
        return .known(answer(tools))
    }
}

/// One entry of the OWASP MCP Top 10, and what the checks that bear on it say.
package struct RiskCoverage: Codable, Hashable, Sendable {
    package let risk: OWASPRisk
    package let title: String
    package let outcome: CheckResult.Outcome
    /// Checks that bear on it.
    package let checks: [String]
    /// One sentence.
    package let evidence: String

    init(_ risk: OWASPRisk, _ checks: [CheckResult]) {
        self.risk = risk
        title = risk.title
        let own = checks.filter { $0.risks.contains(risk) }
        self.checks = own.map(\.id)
        let failed = own.count { $0.outcome == .failed }
        let unknown = own.count { $0.outcome == .notEvaluated }
        if failed > 0 {
            outcome = .failed
        } else if unknown > 0 || own.isEmpty || risk.beyond != nil {
            outcome = .notEvaluated
        } else {
            outcome = .passed
        }
        var words = ["\(own.count - failed - unknown) of \(Words.count(own.count, "check")) passed"]
        if failed > 0 { words.append("\(failed) failed") }
        if unknown > 0 { words.append("\(unknown) not evaluated") }
        evidence = words.joined(separator: ", ") + "." + (risk.beyond.map { " \($0)" } ?? "")
    }
}
