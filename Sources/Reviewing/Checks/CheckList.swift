/// Every question that a review asks, in the order in which reports show them.
enum CheckList {
    static let all: [Check] =
        ToolChecks.all + AuthenticationChecks.all + ApprovalChecks.all + AuditChecks.all + ExposureChecks.all
        + CredentialChecks.all

    /// Asks them all.
    static func ask(_ facts: ReviewFacts) -> (checks: [CheckResult], findings: [Finding]) {
        var results: [CheckResult] = []
        var findings: [Finding] = []
        for check in all {
            let answer = check.ask(facts)
            let faults = answer.faults.sorted { ($0.severity, $0.subject) < ($1.severity, $1.subject) }
            let whole = Points(check.points)
            let own = zip(faults, Price.of(faults.map(\.severity), in: whole)).map { fault, points in
                Finding(
                    id: "\(check.id):\(fault.subject)",
                    check: check.id,
                    kind: fault.kind,
                    part: check.part,
                    severity: fault.severity,
                    subject: fault.subject,
                    cause: fault.cause,
                    remedy: fault.remedy,
                    points: points
                )
            }
            let lost = own.map(\.points).sum
            results.append(
                CheckResult(
                    id: check.id,
                    part: check.part,
                    title: check.title,
                    risks: check.risks,
                    outcome: !own.isEmpty ? .failed : answer.unknown == nil ? .passed : .notEvaluated,
                    evidence: evidence(answer),
                    points: whole,
                    lost: lost,
                    withheld: answer.unknown == nil ? .zero : whole - lost,
                    findings: own.map(\.id)
                )
            )
            findings += own
        }
        findings.sort { ($0.severity, $1.points, $0.id) < ($1.severity, $0.points, $1.id) }
        return (results, findings)
    }

    private static func evidence(_ answer: CheckAnswer) -> String {
        guard let unknown = answer.unknown else { return answer.evidence }
        return answer.evidence.isEmpty || answer.evidence.hasPrefix("0 of") ? unknown : answer.evidence + " " + unknown
    }
}
