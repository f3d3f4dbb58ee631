import StrictJSON
package import WarderModel

/// Which events somebody wants to see: all conditions must hold.
package struct EventFilter: Sendable, Hashable {
    /// A field of the event, `peer.uid` for one inside of another, and the text or number that it must have.
    package struct Condition: Sendable, Hashable {
        /// Fields that can be asked for.
        package static let fields = EventField.searchable

        package let path: [String]
        package let value: String

        /// `nil` for a field that events do not have.
        package init?(field: String, value: String) {
            guard Self.fields.contains(field) else { return nil }
            path = field.split(separator: ".").map(String.init)
            self.value = value
        }
    }

    package var conditions: [Condition]
    package var since: Timestamp?
    package var until: Timestamp?

    package init(conditions: [Condition] = [], since: Timestamp? = nil, until: Timestamp? = nil) {
        self.conditions = conditions
        self.since = since
        self.until = until
    }

    /// Whether every event is wanted.
    var isEmpty: Bool { conditions.isEmpty && since == nil && until == nil }

    var times: ClosedRange<Timestamp> {
        let first = since ?? Timestamp(milliseconds: .min)
        return first...max(first, until ?? Timestamp(milliseconds: .max))
    }

    /// The vault wrote these bytes itself: no length of theirs may leave an event out of a search.
    private static let ownBytes = JSONLimits(maxBytes: .max, maxMembers: .max, maxTokens: .max)

    /// Whether an event satisfies every condition. One that cannot be read does: nothing may vanish from a search
    /// because nobody knows what it said.
    func matches(_ event: NumberedEvent) -> Bool {
        guard let canonical = event.canonical else { return true }
        do { return try matches(canonical) } catch { return true }
    }

    /// Whether an event's canonical bytes satisfy every condition.
    /// - Throws: `valueDamaged` for bytes that are no event.
    func matches(_ canonical: [UInt8]) throws(Refusal) -> Bool {
        if conditions.isEmpty { return true }
        let document: JSONDocument
        do { document = try JSONDocument(copying: canonical.span, limits: Self.ownBytes) } catch { throw .valueDamaged }
        return conditions.allSatisfy { condition in
            var node = document.root
            for name in condition.path {
                guard let next = node.member(name) else { return false }
                node = next
            }
            return Self.has(node, condition.value)
        }
    }

    private static func has(_ node: JSONNode, _ value: String) -> Bool {
        switch node.kind {
        case .string: node.isText(value)
        case .number: (try? String(node.int())) == value
        case .array: node.elements.contains { has($0, value) }
        default: false
        }
    }
}
