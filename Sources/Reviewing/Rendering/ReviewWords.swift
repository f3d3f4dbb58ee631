import WarderModel

/// Sentences that all renderings share.
enum ReviewWords {
    static func share(_ fact: Fact<Figures.Share>) -> String {
        switch fact {
        case .notEvaluated: "not evaluated"
        case .known(let share): share.percent.map { "\($0) %" } ?? "none needed"
        }
    }

    /// `3 (with a reason: 1)`.
    static func lowered(_ fact: Fact<Figures.Share>) -> String {
        switch fact {
        case .notEvaluated: "not evaluated"
        case .known(let share): share.whole == 0 ? "0" : "\(share.whole) (with a reason: \(share.part))"
        }
    }

    static func shareNote(_ fact: Fact<Figures.Share>) -> String {
        switch fact {
        case .notEvaluated(let reason): reason
        case .known(let share):
            "\(share.part) of \(Words.count(share.whole, "tool"))"
                + (share.unknown.map { ", \($0) not evaluated" } ?? "")
        }
    }

    /// Both in a line: `75 %, 1 not evaluated`.
    static func shareLine(_ fact: Fact<Figures.Share>) -> String {
        share(fact) + (fact.value?.unknown.map { ", \($0) not evaluated" } ?? "")
    }

    static func number(_ fact: Fact<Int>) -> String { fact.value.map(String.init) ?? "not evaluated" }

    static func outcome(_ outcome: CheckResult.Outcome) -> String {
        switch outcome {
        case .passed: "passed"
        case .failed: "failed"
        case .notEvaluated: "not evaluated"
        }
    }

    static func mark(_ outcome: CheckResult.Outcome) -> String {
        switch outcome {
        case .passed: "✓"
        case .failed: "✗"
        case .notEvaluated: "○"
        }
    }

    /// One sentence that says what the score means.
    static func verdict(_ review: Review) -> String {
        let score = review.score
        var words = ["\(score.earned) of 100 points are earned"]
        if score.lost > .zero {
            words.append("\(score.lost) are lost to \(Words.count(review.findings.count, "finding"))")
        }
        if score.withheld > .zero { words.append("\(score.withheld) could not be judged and do not count") }
        let word = review.facts.onWord.map(\.name)
        guard !word.isEmpty else { return Words.list(words) + "." }
        return Words.list(words)
            + ". On a person's word, \(Words.count(word.count, "class")) \(word.count == 1 ? "is" : "are") lower than what "
            + "was read: \(Words.list(word))."
    }

    static func source(_ facts: ReviewFacts) -> String {
        switch facts.source {
        case .vault: "The vault \(facts.name), as it was on \(moment(facts.taken))."
        case .document: "The document \(facts.name), of which nothing runs yet, read on \(moment(facts.taken))."
        }
    }

    /// `2026-11-21 09:30 UTC`.
    static func moment(_ instant: Instant) -> String {
        "\(instant.day) \(instant.time.description.dropFirst(11).prefix(5)) UTC"
    }

    static func approval(_ tool: ToolFacts) -> String {
        switch tool.approval {
        case .known(.unneeded): "not needed"
        case .known(.required): "required"
        case .known(.ungranted): "not evaluated"
        case .known(.waived): "waived"
        case .known(.overruled): "ruled out"
        case .known(.absent): "nobody is asked"
        case .notEvaluated: "not evaluated"
        }
    }

    static func recorded(_ tool: ToolFacts) -> String {
        tool.recorded.value.map { $0 ? "yes" : "no" } ?? "not evaluated"
    }

    static func owner(_ owner: Fact<String?>) -> String {
        switch owner {
        case .known(let name): name ?? "nobody"
        case .notEvaluated: "not evaluated"
        }
    }

    static func permissions(_ tool: ToolFacts) -> String {
        switch tool.permissions {
        case .known(let list):
            list.isEmpty ? tool.undemanding == true ? "none" : "not stated" : list.joined(separator: ", ")
        case .notEvaluated: "not evaluated"
        }
    }

    /// Ranges of ages that reports count secrets by, in days, with words for each.
    static let ages: [(upTo: Int, label: String)] = [
        (30, "up to 30 days"), (90, "31 to 90 days"), (365, "91 to 365 days"), (.max, "over a year"),
    ]

    /// How many secrets are in each range of ages.
    static func countsByAge(_ secrets: [SecretFacts], at now: Instant) -> [Int] {
        var counts = ages.map { _ in 0 }
        for secret in secrets {
            guard let days = secret.changed?.days(until: now),
                let index = ages.firstIndex(where: { days <= $0.upTo })
            else { continue }
            counts[index] += 1
        }
        return counts
    }
}
