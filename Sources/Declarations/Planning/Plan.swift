import WarderModel
package import WarderWire

/// What has to be done so that a vault says what a file says, in the order in which it is done.
package struct Plan: Sendable {
    package enum Kind: String, Sendable {
        case add
        case change
        /// The file does not have it, and was told to take away what it does not have.
        case remove
    }

    /// One thing that would be otherwise.
    package struct Change: Sendable {
        package let subject: Declaration.Subject
        package let kind: Kind
        /// What would be said of it, a phrase each.
        package internal(set) var details: [String]
        /// What more would be let through than before, a phrase each.
        package internal(set) var widens: [String]
        package internal(set) var request: InventoryChange
    }

    package let changes: [Change]
    /// Of the state that this was planned against.
    package let mark: String

    /// What makes it so.
    package var request: ApplyRequest { ApplyRequest(mark: mark, changes: changes.map(\.request)) }

    package func count(_ kind: Kind) -> Int { changes.count { $0.kind == kind } }
}

/// Phrases of a change, gathered. Everything that a request says stands in one of them, whole.
struct ChangeNotes {
    var details: [String] = []
    var widens: [String] = []

    /// Notes what a key was and is, where that differs.
    mutating func note<Value: Equatable>(
        _ name: String,
        _ old: Value?,
        _ new: Value?,
        _ words: (Value) -> String = { "\($0)" }
    ) {
        guard old != new else { return }
        details.append("\(name): \(old.map(words) ?? "none") → \(new.map(words) ?? "none")")
    }

    /// Notes a key of something new.
    mutating func note(_ name: String, _ value: String?) {
        if let value { details.append("\(name): \(value)") }
    }

    // Words of people stand as in a file, in quotes where they could be taken for something else than words.

    mutating func note(_ name: String, _ old: PlainText?, _ new: PlainText?) {
        note(name, old, new) { YAMLPage.scalar($0.text) }
    }

    mutating func note(_ name: String, _ value: PlainText?) { note(name, value.map { YAMLPage.scalar($0.text) }) }

    mutating func note(_ name: String, _ values: [PlainText]?) { note(name, values.map(Self.list)) }

    static func list(_ values: [PlainText]) -> String {
        "[\(values.map { YAMLPage.scalar($0.text) }.joined(separator: ", "))]"
    }

    mutating func widen(_ words: String, if condition: Bool = true) {
        if condition { widens.append(words) }
    }
}
