/// What was earned, what findings cost, and what nobody could judge. The three make 100.
package struct Score: Codable, Hashable, Sendable {
    package struct PartScore: Codable, Hashable, Sendable {
        package let part: Part
        /// What the part can earn.
        package let points: Points
        package let earned: Points
        package let lost: Points
        package let withheld: Points
    }

    package let earned: Points
    package let lost: Points
    package let withheld: Points
    package let parts: [PartScore]

    /// 0 to 100: complete points.
    package var value: Int { earned.whole }

    init(_ checks: [CheckResult]) {
        parts = Part.allCases.map { part in
            let own = checks.filter { $0.part == part }
            let points = own.map(\.points).sum
            let lost = own.map(\.lost).sum
            let withheld = own.map(\.withheld).sum
            return PartScore(
                part: part,
                points: points,
                earned: points - lost - withheld,
                lost: lost,
                withheld: withheld
            )
        }
        earned = parts.map(\.earned).sum
        lost = parts.map(\.lost).sum
        withheld = parts.map(\.withheld).sum
    }
}

/// What the findings of one check cost: docs/design/score.md.
enum Price {
    /// Each finding takes its share of what the others left: any order gives the same whole, to a thousandth, and no
    /// number of findings costs more than the check can earn.
    ///
    /// Only findings count, never how much there is without one: a hundred harmless tools do not make a refund without
    /// approval any cheaper, and whoever takes a tool away raises nobody's price.
    static func of(_ severities: [Severity], in check: Points) -> [Points] {
        var left = check.thousandths
        for severity in severities.sorted() { left -= (left * severity.percent + 99) / 100 }
        let lost = check.thousandths - left
        // The whole is shared by severity, so that like findings cost alike.
        let weights = severities.map(\.percent)
        let all = weights.reduce(0, +)
        guard all > 0 else { return [] }
        var passed = 0
        var given = 0
        return weights.map { weight in
            passed += weight
            let upToHere = lost * passed / all
            defer { given = upToHere }
            return Points(thousandths: upToHere - given)
        }
    }
}
