extension CheckAnswer {
    /// Asks each of several things one question: a fault, or nothing.
    ///
    /// `known` says why nobody can tell of one of them, `none` what is said where there is nothing to look at: nothing
    /// was shown then.
    static func each<Thing>(
        of things: [Thing],
        _ noun: String,
        none: String,
        known: (Thing) -> String? = { _ in nil },
        _ fault: (Thing) -> Fault?
    ) -> CheckAnswer {
        guard !things.isEmpty else { return .notEvaluated(none) }
        var answer = CheckAnswer()
        var looked = 0
        var unknown: String?
        for thing in things {
            if let reason = known(thing) {
                unknown = unknown ?? reason
                continue
            }
            looked += 1
            if let found = fault(thing) { answer.faults.append(found) }
        }
        answer.unknown = unknown.map { "\(Words.count(things.count - looked, noun)) not evaluated. \($0)" }
        let good = looked - answer.faults.count
        answer.evidence = "\(good) of \(Words.count(things.count, noun))."
        return answer
    }
}

/// Small helps for sentences.
enum Words {
    /// `1 tool`, `3 tools`, `2 classes`, `2 decoys`.
    static func count(_ number: Int, _ noun: String) -> String {
        if number == 1 { return "1 \(noun)" }
        if noun.hasSuffix("y"), !"aeiou".contains(noun.dropLast().last ?? "y") {
            return "\(number) \(noun.dropLast())ies"
        }
        return "\(number) \(noun)" + (noun.hasSuffix("s") ? "es" : "s")
    }

    /// `a`, `a and b`, `a, b and 7 more`.
    static func list(_ names: [String], atMost limit: Int = 3) -> String {
        if names.count > limit {
            return names.prefix(limit).joined(separator: ", ") + " and \(names.count - limit) more"
        }
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " and " + last
    }

    static func has(_ count: Int) -> String { count == 1 ? "has" : "have" }
}
