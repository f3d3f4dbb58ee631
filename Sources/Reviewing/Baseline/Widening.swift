import WarderModel

/// What a newer review allows that an older one did not.
///
/// Only what got wider is in it: a tool that became harmless, a grant that ended, a selector that was added are nobody's
/// worry.
package struct Widening: Codable, Hashable, Sendable {
    package struct Change: Codable, Hashable, Sendable {
        /// `kind:subject`; what an acknowledgement names.
        package let id: String
        package let severity: Severity
        /// One sentence.
        package let sentence: String
        package let acknowledged: Bool
    }

    /// When the older one was taken.
    package let since: Instant
    /// Worst first.
    package let changes: [Change]
    /// Tools whose definition was accepted anew, without taking more than before; `nil` where there are none.
    package let renewed: [String]?
    /// What could not be compared, because one of the two does not say.
    package let notCompared: [String]

    /// Whether something widened that nobody has acknowledged.
    package var isUnacknowledged: Bool { changes.contains { !$0.acknowledged } }

    enum CodingKeys: String, CodingKey {
        case since, changes
        case renewed = "accepted_anew"
        case notCompared = "not_compared"
    }

    init(from old: ReviewFacts, to new: ReviewFacts, acknowledged: Set<String>) {
        var comparison = Comparison()
        comparison.tools(old, new)
        comparison.grants(old, new)
        comparison.servers(old.servers, new.servers)
        comparison.secrets(old.secrets, new.secrets)
        comparison.operators(old.operators, new.operators)
        comparison.approvals(old.approvals, new.approvals)
        comparison.limits(old.limits, new.limits)
        comparison.watching(old, new)
        since = old.taken
        changes = comparison.found.map { id, severity, sentence in
            Change(id: id, severity: severity, sentence: sentence, acknowledged: acknowledged.contains(id))
        }.sorted { ($0.severity, $0.id) < ($1.severity, $1.id) }
        renewed = comparison.renewed.isEmpty ? nil : comparison.renewed.sorted()
        notCompared = comparison.notCompared.sorted()
    }
}

/// Two sets of facts side by side.
struct Comparison {
    private(set) var found: [(id: String, severity: Severity, sentence: String)] = []
    private(set) var renewed: Set<String> = []
    private(set) var notCompared: Set<String> = []

    mutating func add(_ kind: String, _ subject: String, _ severity: Severity, _ sentence: String) {
        let id = "\(kind):\(subject)"
        guard !found.contains(where: { $0.id == id }) else { return }
        found.append((id, severity, sentence))
    }

    /// Notes a tool that is another one by now, and does not take more.
    mutating func renew(_ tool: String) { renewed.insert(tool) }

    mutating func leaveOut(_ what: String) { notCompared.insert(what) }

    /// Both values, or a note that there were not two. What was known and is not any more is a change of its own: whoever
    /// can take a fact away must not be able to hide by it what became of the thing.
    mutating func both<Value>(
        _ what: String,
        of subject: String? = nil,
        _ old: Fact<Value>,
        _ new: Fact<Value>
    ) -> (Value, Value)? {
        guard let old = old.value, let new = new.value else {
            if old.value != nil {
                let whole = ([what] + [subject].compactMap(\.self)).joined(separator: " ")
                add("fact-lost", whole, .medium, "What was known of \(whole) is not known any more.")
            }
            // What neither knows did not become worse knowledge either, and is said all the same.
            notCompared.insert(what)
            return nil
        }
        return (old, new)
    }

    /// Things of the newer list with the one of the same name in the older.
    static func pairs<Thing>(_ old: [Thing], _ new: [Thing], _ name: (Thing) -> String) -> [(Thing?, Thing)] {
        let before = Dictionary(old.map { (name($0), $0) }) { one, _ in one }
        return new.map { (before[name($0)], $0) }
    }
}
