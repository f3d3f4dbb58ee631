/// One question to the facts, and the points that its answer can earn.
struct Check: Sendable {
    let id: String
    let part: Part
    /// Whole points; those of all checks together are 100.
    let points: Int
    /// What holds where nothing is found.
    let title: String
    let risks: [OWASPRisk]
    let ask: @Sendable (ReviewFacts) -> CheckAnswer

    init(
        _ id: String,
        _ part: Part,
        points: Int,
        _ title: String,
        _ risks: [OWASPRisk],
        _ ask: @escaping @Sendable (ReviewFacts) -> CheckAnswer
    ) {
        self.id = id
        self.part = part
        self.points = points
        self.title = title
        self.risks = risks
        self.ask = ask
    }
}

/// What a check came to.
struct CheckAnswer {
    var faults: [Fault] = []
    /// What was looked at, one sentence.
    var evidence = ""
    /// Why it could not be answered to the end; then what is left of its points is not earned.
    var unknown: String?

    static func notEvaluated(_ reason: String) -> CheckAnswer { CheckAnswer(unknown: reason) }
}

/// A check with its outcome, as reports show it.
package struct CheckResult: Codable, Hashable, Sendable {
    package enum Outcome: String, Codable, Sendable {
        case passed, failed
        case notEvaluated = "not-evaluated"
    }

    package let id: String
    package let part: Part
    package let title: String
    package let risks: [OWASPRisk]
    package let outcome: Outcome
    /// What was looked at; why not, where it was not evaluated.
    package let evidence: String
    /// What it can earn.
    package let points: Points
    /// What its findings cost.
    package let lost: Points
    /// What nobody could judge.
    package let withheld: Points
    /// Ids of its findings, worst first.
    package let findings: [String]
}
