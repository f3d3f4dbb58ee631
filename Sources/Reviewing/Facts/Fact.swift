/// Something that a review wants to know: its value, or why nobody looked.
///
/// The second is never taken for a good answer: whatever depends on it earns no points.
package enum Fact<Value: Codable & Hashable & Sendable>: Hashable, Sendable {
    case known(Value)
    /// One sentence for a person.
    case notEvaluated(String)

    package var value: Value? {
        if case .known(let value) = self { value } else { nil }
    }

    package var reason: String? {
        if case .notEvaluated(let reason) = self { reason } else { nil }
    }
}

extension Fact: Codable {
    private enum CodingKeys: String, CodingKey {
        case known
        case notEvaluated = "not_evaluated"
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        if let reason = try members.decodeIfPresent(String.self, forKey: .notEvaluated) {
            self = .notEvaluated(reason)
        } else {
            self = .known(try members.decode(Value.self, forKey: .known))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .known(let value): try members.encode(value, forKey: .known)
        case .notEvaluated(let reason): try members.encode(reason, forKey: .notEvaluated)
        }
    }
}

extension KeyedDecodingContainer {
    /// A word that this version does not know is one that a later one wrote: nothing follows from it.
    func decode<Value: RawRepresentable>(
        _ type: Fact<Value>.Type,
        forKey key: Key
    ) throws -> Fact<Value> where Value.RawValue == String {
        switch try decode(Fact<String>.self, forKey: key) {
        case .known(let word):
            Value(rawValue: word).map { .known($0) }
                ?? .notEvaluated("A later version says of it what this one does not know.")
        case .notEvaluated(let reason): .notEvaluated(reason)
        }
    }

    /// A fact that the writer did not know of was not looked at by it.
    func decode<Value>(_ type: Fact<Value>.Type, forKey key: Key) throws -> Fact<Value> {
        try decodeIfPresent(type, forKey: key) ?? .notEvaluated("Whoever wrote the facts did not know of it.")
    }
}
