/// Something about the vault's state that an operator should know, and what mends it.
package struct Diagnosis: Sendable {
    package enum Severity: String, Sendable, Comparable {
        case error, warning, note

        package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .error: 0
            case .warning: 1
            case .note: 2
            }
        }
    }

    package let severity: Severity
    /// Stable name of the kind.
    package let code: String
    package let message: String
    package let remedy: String

    package init(_ severity: Severity, _ code: String, _ message: String, remedy: String) {
        self.severity = severity
        self.code = code
        self.message = message
        self.remedy = remedy
    }
}
