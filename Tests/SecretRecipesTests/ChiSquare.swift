/// Pearson's test: whether counts are those of equally likely outcomes.
enum ChiSquare {
    /// The statistic for `counts` of outcomes that should be equally likely.
    static func statistic(_ counts: [Int]) -> Double {
        let expected = Double(counts.reduce(0, +)) / Double(counts.count)
        return counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    }

    /// What `degrees` of freedom stay below but once in a hundred million tries at most (Laurent and Massart's bound of the
    /// upper tail). Samples come of the kernel's randomness, which has no seed.
    static func bound(degrees: Int) -> Double {
        let exponent = 18.42  // e to the power of -18.42 is 1e-8.
        return Double(degrees) + 2 * (Double(degrees) * exponent).squareRoot() + 2 * exponent
    }

    static func isUniform(_ counts: [Int]) -> Bool { statistic(counts) < bound(degrees: counts.count - 1) }
}
