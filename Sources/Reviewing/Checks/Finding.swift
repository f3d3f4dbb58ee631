/// One cause of lost points, and what wins them back.
package struct Finding: Codable, Hashable, Sendable {
    /// The check and what it found fault with: `tool-owner:shop/refund_payment`. Stays the same while the fault does.
    package let id: String
    package let check: String
    package let kind: FaultKind
    package let part: Part
    package let severity: Severity
    /// What it is about: a tool, a server, a secret, a setting. Empty for the vault as a whole.
    package let subject: String
    /// One sentence.
    package let cause: String
    /// What wins the points back; words in capitals are for the reader to fill in.
    package let remedy: Remedy
    package var points: Points
}

/// What mends a fault.
package struct Remedy: Codable, Hashable, Sendable {
    /// One after the other, whole enough to be run.
    package var commands: [String]
    /// Where no command does it, or not alone.
    package var advice: String?

    package init(_ commands: String..., advice: String? = nil) { self.init(commands, advice: advice) }

    package init(_ commands: [String], advice: String? = nil) {
        self.commands = commands
        self.advice = advice
    }
}

/// A fault that a check found, before it has its price.
struct Fault {
    let kind: FaultKind
    let subject: String
    let severity: Severity
    let cause: String
    let remedy: Remedy

    init(_ kind: FaultKind, _ severity: Severity, _ subject: String, _ cause: String, _ remedy: Remedy) {
        self.kind = kind
        self.severity = severity
        self.subject = subject
        self.cause = cause
        self.remedy = remedy
    }
}
