import Reviewing

/// When a report makes its command fail: `score<80`, `high`, `widened`.
enum ReportCondition: Equatable {
    case scoreBelow(Int)
    /// A finding of this severity or a worse one.
    case severity(Severity)
    /// A change since the baseline that nobody acknowledged.
    case widened

    static func parse(_ text: String) throws -> ReportCondition {
        if text == "widened" { return .widened }
        if let severity = Severity(rawValue: text) { return .severity(severity) }
        if text.hasPrefix("score<"), let limit = Int(text.dropFirst(6)), (0...100).contains(limit) {
            return .scoreBelow(limit)
        }
        throw InputError("write score<N with N up to 100, critical, high, medium, low, or widened")
    }

    /// Why the command fails; `nil` where it does not.
    func reason(in review: Review) -> String? {
        switch self {
        case .scoreBelow(let limit):
            guard review.score.value < limit else { return nil }
            return "the score is \(review.score.value), below \(limit)"
        case .severity(let severity):
            let count = review.findings.count { $0.severity <= severity }
            guard count > 0 else { return nil }
            return "\(count) \(count == 1 ? "finding is" : "findings are") \(severity.rawValue)"
                + (severity == .critical ? "" : " or worse")
        case .widened:
            let open = review.widening?.changes.filter { !$0.acknowledged } ?? []
            guard !open.isEmpty else { return nil }
            return "\(open.count) \(open.count == 1 ? "change allows" : "changes allow") more than before, and "
                + "\(open.count == 1 ? "is" : "are") not acknowledged"
        }
    }
}
