/// How bad a finding is.
package enum Severity: String, CaseIterable, Codable, Comparable, Hashable, Sendable {
    case critical, high, medium, low

    /// Worse is less, so that lists begin with it.
    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .critical: 0
        case .high: 1
        case .medium: 2
        case .low: 3
        }
    }

    /// One step less.
    var milder: Severity {
        switch self {
        case .critical: .high
        case .high: .medium
        case .medium, .low: .low
        }
    }

    /// Of what a check has left, how much one finding takes away, in hundredths.
    package var percent: Int {
        switch self {
        case .critical: 60
        case .high: 40
        case .medium: 20
        case .low: 8
        }
    }
}
