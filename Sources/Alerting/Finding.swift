package import WarderModel

/// A rule saw what it looks out for.
package struct Finding: Sendable, Equatable {
    package let rule: AlertRule
    package let subject: AlertSubject
    /// Number of the event that it took.
    package let sequence: UInt64
    package let time: Timestamp
    /// One sentence for people, of checked names and numbers.
    package let text: String
    /// For programs, by name.
    package let facts: [String: String]
}
